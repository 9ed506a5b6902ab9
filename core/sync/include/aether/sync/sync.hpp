// The machine that gets blocks which did not come by themselves: single ones with a certificate, and, where the others
// are far ahead, the final chain, in ranges from several peers at once. Pure: time is an argument.
//
// It judges the form of an answer alone. Whoever takes what is handed in judges seals, certificates and contents, and
// says by reached() how far that led: a peer whose blocks lead nowhere is asked last.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "aether/sync/requests.hpp"

namespace aether::sync {

using PeerId = std::uint64_t;  // in the node's own numbering

inline constexpr std::size_t kWantedMax = 64;  // single blocks asked for at once
inline constexpr std::size_t kRangesMax = 4;   // of the final chain asked for at once; 8 MiB of answers
// A peer that knows of a final block further ahead than this is followed by ranges. What is nearer comes by itself.
inline constexpr std::uint64_t kSlotsBehind = 4;

struct SyncParams {
  std::uint64_t ask_again_us = 200'000;   // without an answer before another peer is asked; doubles to 16 times
  std::uint64_t stalled_us = 5'000'000;   // without progress before the ranges are begun anew
  std::uint64_t snapshot_slots = 20'000;  // of blocks to catch up by; behind more, a snapshot is better
};

// --- Effects
struct Ask {
  PeerId to = 0;
  Request request;
};
// Blocks in the order in which they are to be taken.
struct HandIn {
  PeerId from = 0;
  std::vector<Block> blocks;
};
// The peer sent what no honest node sends.
struct BlamePeer {
  PeerId peer = 0;
};
using Effect = std::variant<Ask, HandIn, BlamePeer>;

class Sync {
 public:
  explicit Sync(const SyncParams& params) : params_(params) {}

  void connected(PeerId peer) { peers_.try_emplace(peer); }
  void gone(PeerId peer);

  // The peer showed a certificate that the block of this slot is final.
  void heard(PeerId peer, Slot slot);
  // Where this node is: the slot of its newest final block, and the last slot whose validators it knows. Blocks behind
  // that wait, but for the first one, which is handed in once more later: its certificates may be what is missing.
  [[nodiscard]] std::vector<Effect> reached(Slot final, Slot known, std::uint64_t now_us);

  // A block whose certificate is known. Asked for until it was found.
  [[nodiscard]] std::vector<Effect> want(const Hash& block, Slot slot, Slot above, std::uint64_t now_us);
  void found(const Hash& block);

  [[nodiscard]] std::vector<Effect> on_reply(PeerId from, Reply reply, std::uint64_t now_us);
  [[nodiscard]] std::vector<Effect> on_timer(std::uint64_t now_us);
  [[nodiscard]] std::uint64_t next_timer() const;

  [[nodiscard]] bool is_behind() const { return behind_; }
  // Whether a snapshot is to be looked for, and above which slot it helps: blocks would be too many, or nothing became
  // final for stalled_us and who is ahead has the next block no more. A node that is but slow goes on by blocks.
  [[nodiscard]] std::optional<Slot> wants_snapshot() const;
  // No ranges are asked for meanwhile.
  void pause(bool paused);
  [[nodiscard]] std::size_t wanted() const { return wanted_.size(); }

 private:
  struct Peer {
    Slot heard;
    std::optional<Slot> lacks_after;  // it is ahead of this slot, and says that it has not the block behind
    unsigned useless = 0;             // ranges that led nowhere, since one that did
    unsigned failures = 0;            // in a row: no answer, or one that is none
    std::uint64_t asked_order = 0;    // when it was asked last
    std::size_t asked = 0;            // requests that it has not answered
  };
  struct Question {
    PeerId to = 0;
    RequestId id = 0;
  };
  struct Wanted {
    Slot slot;
    Slot above;
    unsigned tries = 0;
    std::uint64_t due_us = 0;
    std::optional<Question> open;
  };
  struct Range {
    Slot after;
    std::uint16_t count = 0;
    unsigned tries = 0;
    std::uint64_t due_us = 0;
    std::optional<Question> open;
    PeerId from = 0;  // of the blocks
    std::vector<Block> blocks;
  };

  struct Source {
    PeerId peer = 0;
    Slot through;
  };

  // The peer to ask: it has the next block, its blocks led somewhere, it heard of `at_least`, failed least, has least
  // to answer, and was asked longest ago.
  [[nodiscard]] std::optional<PeerId> pick(Slot at_least) const;
  [[nodiscard]] Question ask(PeerId peer, Request request, std::vector<Effect>& out);
  void close(std::optional<Question>& question, bool failed);
  void ask_for(const Hash& block, Wanted& wanted, std::uint64_t now_us, std::vector<Effect>& out);
  void ask_for(Range& range, std::uint64_t now_us, std::vector<Effect>& out);
  void plan_ranges(std::uint64_t now_us, std::vector<Effect>& out);
  void hand_in(std::uint64_t now_us, std::vector<Effect>& out);
  void stop_ranges();
  [[nodiscard]] Slot highest() const;
  [[nodiscard]] bool is_next_gone() const;
  [[nodiscard]] std::uint64_t patience(unsigned tries) const;

  SyncParams params_;
  std::map<PeerId, Peer> peers_;
  std::map<Hash, Wanted> wanted_;
  std::deque<Range> ranges_;  // by slot, without gaps
  Slot final_;
  Slot known_;
  bool behind_ = false;
  Slot handed_in_;              // up to which slot, while behind
  Slot peeked_;                 // the newest that was handed in although its validators are not known
  std::deque<Source> sources_;  // of blocks handed in that are not final, by slot
  std::uint64_t progress_us_ = 0;
  std::optional<std::uint64_t> ahead_us_;  // since when somebody claims to be ahead, and nothing became final
  bool stalled_ = false;                   // for stalled_us
  bool paused_ = false;
  RequestId next_id_ = 1;
  std::uint64_t order_ = 0;
};

}  // namespace aether::sync

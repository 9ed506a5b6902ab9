// The machine that spreads blocks: shreds in, relays and repairs out, blocks when they are whole. Pure: time is an
// argument.
#pragma once

#include <bitset>
#include <deque>
#include <map>
#include <memory>

#include "aether/dissem/relays.hpp"
#include "aether/erasure/assembler.hpp"
#include "aether/types/shred.hpp"

namespace aether::dissem {

using PeerId = std::uint64_t;  // in the node's own numbering

inline constexpr std::size_t kBlocksMax = 16;          // assembled at once: 40 MiB
inline constexpr std::size_t kServedMax = 4;           // whole blocks whose shreds are given to who asks
inline constexpr std::size_t kEarlyShredsMax = 1'024;  // whose header is not known yet: 2 MiB
inline constexpr std::size_t kRequestShredsMax = 256;
// What a proposer uploads to save its block a delay: 10 ms of 100 Mbit/s.
inline constexpr std::size_t kDirectBytesMax = 128 * 1024;

struct DissemParams {
  ChainId chain_id;
  std::uint64_t repair_us = 200'000;  // without a new shred before what is missing is asked for; doubles to 16 times
  CpuFeatures cpu = {};
};

// A block whose header was verified.
struct Announcement {
  Slot slot;
  Hash block;
  Hash shred_root;
  ValidatorIndex proposer = 0;
  std::size_t validators = 0;        // of the slot's set
  std::optional<ValidatorIndex> me;  // in that set
  std::uint32_t place = 0;           // in the slot's order of proposers; the last are given up first
};

// What a node that lacks shreds asks another one. Leaves count the shreds of all sets.
struct ShredRequest {
  Slot slot;
  Hash block;
  codec::List<std::uint16_t, kRequestShredsMax> leaves;  // empty: any, as many as fit

  bool operator==(const ShredRequest&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("slot", self.slot);
    visit("block", self.block);
    visit("leaves", self.leaves);
  }
};

// --- Effects
struct SendShred {  // to one validator of the slot's set
  ValidatorIndex to = 0;
  Shred shred;
};
struct RelayShred {  // to all
  Shred shred;
};
struct AnswerShred {
  PeerId to = 0;
  Shred shred;
};
struct AskShreds {
  ValidatorIndex from = 0;
  ShredRequest request;
};
struct BlockWhole {
  Hash block;
  Bytes bytes;
};
// The shreds are not the encoding of a block: it is invalid for every node.
struct BlockRefuted {
  Hash block;
  erasure::BlockError why = erasure::BlockError::root_mismatch;
};
// The peer sent what no honest node passes on.
struct BlamePeer {
  PeerId peer = 0;
};
using Effect = std::variant<SendShred, RelayShred, AnswerShred, AskShreds, BlockWhole, BlockRefuted, BlamePeer>;

class Dissemination {
 public:
  explicit Dissemination(const DissemParams& params) : params_(params) {}

  // The own block: its shreds to their relays, and to everyone where all of that is at most kDirectBytesMax.
  // `block.shred_root` is that of `shreds`.
  [[nodiscard]] std::vector<Effect> spread(const Announcement& block,
                                           std::shared_ptr<const erasure::ShreddedBlock> shreds);
  // A verified header of another. Known ones are ignored.
  [[nodiscard]] std::vector<Effect> announce(const Announcement& block, std::uint64_t now_us);
  // A block that came whole in another way: nothing more is asked for.
  void found(const Hash& block, Slot slot);
  // Gives its shreds to who asks. Whoever holds a block that serves() denies may do so when it is asked for.
  void serve(const Announcement& block, std::shared_ptr<const erasure::ShreddedBlock> shreds);
  [[nodiscard]] bool serves(const Hash& block) const;
  // It has a certificate: it is not given up for others, and everyone can be asked for it.
  void pin(const Hash& block);

  [[nodiscard]] std::vector<Effect> on_shred(PeerId from, Shred shred, std::uint64_t now_us);
  [[nodiscard]] std::vector<Effect> on_request(PeerId from, const ShredRequest& request) const;
  [[nodiscard]] std::vector<Effect> on_timer(std::uint64_t now_us);
  [[nodiscard]] std::uint64_t next_timer() const;

  // Blocks of this slot and below are of no more use.
  void forget(Slot through);

  [[nodiscard]] std::size_t assembling() const { return blocks_.size(); }
  [[nodiscard]] std::size_t early() const { return early_.size(); }

 private:
  struct Assembling {
    Announcement header;
    std::optional<erasure::Assembler> assembler;  // once a shred told the length
    std::bitset<limits::kShredsMax> relayed;
    bool pinned = false;
    std::uint64_t ask_us = 0;
    std::uint64_t ask_after_us = 0;
    std::uint32_t asked = 0;
  };
  struct Served {
    Announcement header;
    std::shared_ptr<const erasure::ShreddedBlock> shreds;
  };
  struct Early {
    PeerId from = 0;
    Shred shred;
  };

  void take(Assembling& block, PeerId from, Shred shred, std::uint64_t now_us, std::vector<Effect>& out);
  void finish(Assembling& block, std::vector<Effect>& out);
  [[nodiscard]] bool make_room(const Announcement& block, bool pinned);
  void drop_early();
  void drop_count(PeerId peer);
  [[nodiscard]] Shred shred_of(const Served& block, std::uint32_t leaf) const;

  DissemParams params_;
  std::map<Hash, Assembling> blocks_;
  std::map<Hash, Slot> done_;  // whole or refuted
  std::deque<Served> served_;
  std::deque<Early> early_;                 // as they came
  std::map<PeerId, std::size_t> early_of_;  // how many of them a peer sent
  Slot forgotten_;
};

}  // namespace aether::dissem

// What the machine keeps of a slot, and of a block.
#pragma once

#include <algorithm>
#include <map>
#include <set>

#include "aether/consensus/authenticator.hpp"
#include "aether/consensus/events.hpp"

namespace aether::consensus {

inline constexpr std::size_t kHeadersOfProposerMax = 2;
inline constexpr std::size_t kPrevotesOfSignerMax = 4;
inline constexpr std::size_t kCertificatesOfSlotMax = 8;

struct Block {
  enum class Verdict : std::uint8_t { unknown, asked, valid, invalid };

  Hash hash;
  Header header;
  Draw draw;
  bool data_held = false;
  bool executing = false;
  Verdict verdict = Verdict::unknown;
  std::optional<Outcome> outcome;

  Slot slot() const { return header.body.slot; }
  const Hash& parent() const { return header.body.parent_hash; }
  const BftSealer& sealer() const { return std::get<BftSealer>(header.body.sealer); }
};

// Adds those who signed one message of a slot to those who signed others.
inline void add_signers(Bytes& all, ByteView signers) {
  all.resize(std::max(all.size(), signers.size()));
  for (std::size_t i = 0; i < signers.size(); ++i) all[i] |= signers[i];
}

// Whom the header's certificates name as voters, by the slot.
template <class F>
void for_each_named(const Block& block, const F& name) {
  if (const auto& c1 = block.sealer().parent_certificate) name(c1->slot, c1->signers);
  if (const auto& c2 = block.sealer().final_certificate) name(c2->slot, c2->signers);
}

// A vote that is not yet verified, and who sent it.
struct PendingVote {
  Vote vote;
  PeerId from = kSelf;
};

// A ballot that is copied with what it belongs to.
class OwnBallot {
 public:
  OwnBallot() = default;
  explicit OwnBallot(std::unique_ptr<Ballot> ballot) : ballot_(std::move(ballot)) {}
  OwnBallot(const OwnBallot& other) : ballot_(other.ballot_ ? other.ballot_->clone() : nullptr) {}
  OwnBallot(OwnBallot&&) noexcept = default;
  OwnBallot& operator=(OwnBallot other) noexcept {
    ballot_ = std::move(other.ballot_);
    return *this;
  }
  ~OwnBallot() = default;

  Ballot* operator->() const { return ballot_.get(); }

 private:
  std::unique_ptr<Ballot> ballot_;
};

// All votes on one body.
struct Poll {
  VoteBody body;
  OwnBallot ballot;
  std::map<ValidatorIndex, PendingVote> pending;
  std::map<ValidatorIndex, Vote> counted;
  u128 counted_weight = 0;
  u128 pending_weight = 0;
  bool certified = false;
  // What came after the quorum, made from the votes of these signers: those who were not named, without the refused.
  struct Late {
    Bytes signers;
    std::optional<LateVotes> votes;
  };
  std::optional<Late> late;
};

struct KnownClaim {
  Claim claim;
  Draw draw;
};

struct SlotState {
  using PollKey = std::pair<VoteKind, Hash>;

  std::map<ValidatorIndex, KnownClaim> claims;          // eligible ones
  std::map<ValidatorIndex, std::vector<Hash>> headers;  // of each proposer, as they came
  std::set<ValidatorIndex> caught;
  std::map<PollKey, Poll> polls;
  std::map<ValidatorIndex, std::vector<PollKey>> cast;   // where a signer's votes are, as they came
  std::set<ValidatorIndex> accused;                      // of votes
  std::vector<PrevoteCertificate> prevote_certificates;  // as they came
  std::vector<PrecommitCertificate> precommit_certificates;
  Bytes named;  // a bit for each whom certificates in headers of the final chain name as a voter; empty: nobody yet

  [[nodiscard]] const PrevoteCertificate* c1_of(const Hash& block) const {
    for (const auto& certificate : prevote_certificates)
      if (certificate.block == block) return &certificate;
    return nullptr;
  }
  [[nodiscard]] bool is_certified(VoteKind kind, const Hash& block) const {
    const auto is_of_block = [&](const auto& certificate) { return certificate.block == block; };
    return kind == VoteKind::prevote ? std::ranges::any_of(prevote_certificates, is_of_block)
                                     : std::ranges::any_of(precommit_certificates, is_of_block);
  }
  [[nodiscard]] std::size_t kept() const {
    std::size_t votes = 0;
    for (const auto& [key, poll] : polls) votes += 1 + poll.pending.size() + poll.counted.size();
    return claims.size() + votes + prevote_certificates.size() + precommit_certificates.size();
  }
};

}  // namespace aether::consensus

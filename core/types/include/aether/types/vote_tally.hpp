// The votes for one block, of one kind, as they come in: added first, verified together, and the bad ones named
// (crypto::BlsVotes says what is promised). Once their weight is a quorum they are a certificate.
#pragma once

#include "aether/types/certificate.hpp"

namespace aether {

template <VoteKind kKind>
class VoteTally {
 public:
  // `set`, that of the slot, must outlive this object.
  VoteTally(ChainId chain, Slot slot, const Hash& block, const ValidatorSet& set);
  // Where vote_message is known already.
  VoteTally(ChainId chain, Slot slot, const Hash& block, const ValidatorSet& set, const crypto::BlsMessage& message,
            const CpuFeatures& cpu = {});

  // The verdict on each vote: counted, or why not.
  std::vector<Result<void, VoteError>> add(std::span<const Vote> votes, TaskPool& pool);

  [[nodiscard]] u128 weight() const { return set_.weight_of(votes_.signers()); }
  [[nodiscard]] bool has_quorum() const { return is_quorum(weight(), set_.total()); }

  // A bit for each validator that was counted.
  [[nodiscard]] ByteView signers() const { return votes_.signers(); }
  // The signature of all that were counted; none where their keys cancel, or nothing is counted.
  [[nodiscard]] std::optional<crypto::BlsSignatureBytes> aggregate() const;

  // None below a quorum, and none of signers whose keys cancel.
  [[nodiscard]] std::optional<Verified<Certificate<kKind>>> certificate() const;

 private:
  VoteBody body_;
  const ValidatorSet& set_;
  crypto::BlsVotes votes_;
};

extern template class VoteTally<VoteKind::prevote>;
extern template class VoteTally<VoteKind::precommit>;

}  // namespace aether

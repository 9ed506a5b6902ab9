#include "aether/types/vote_tally.hpp"

#include "verifier.hpp"
#include "vote_checks.hpp"

namespace aether {

template <VoteKind kKind>
VoteTally<kKind>::VoteTally(ChainId chain, Slot slot, const Hash& block, const ValidatorSet& set)
    : VoteTally(chain, slot, block, set, vote_message({chain, kKind, slot, block})) {}

template <VoteKind kKind>
VoteTally<kKind>::VoteTally(ChainId chain, Slot slot, const Hash& block, const ValidatorSet& set,
                            const crypto::BlsMessage& message, const CpuFeatures& cpu)
    : body_{chain, kKind, slot, block}, set_(set), votes_(message, set.bls_keys(), cpu) {}

template <VoteKind kKind>
std::vector<Result<void, VoteError>> VoteTally<kKind>::add(std::span<const Vote> votes, TaskPool& pool) {
  std::vector<Result<void, VoteError>> verdicts(votes.size());
  std::vector<crypto::BlsVote> ours;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < votes.size(); ++i) {
    const VoteBody& body = votes[i].body;
    if (body.chain_id != body_.chain_id) {
      verdicts[i] = fail(VoteError::other_chain);
    } else if (body != body_) {
      verdicts[i] = fail(VoteError::other_vote);
    } else {
      ours.push_back({votes[i].signer, votes[i].signature});
      places.push_back(i);
    }
  }
  const auto found = votes_.add(ours, pool);
  for (std::size_t j = 0; j < found.size(); ++j)
    if (!found[j]) verdicts[places[j]] = fail(vote_error(found[j].error()));
  return verdicts;
}

template <VoteKind kKind>
std::optional<crypto::BlsSignatureBytes> VoteTally<kKind>::aggregate() const {
  const auto bytes = votes_.aggregate().encode();
  if (bytes == kInfiniteSignature) return std::nullopt;  // no verifier agrees with it
  return bytes;
}

template <VoteKind kKind>
std::optional<Verified<Certificate<kKind>>> VoteTally<kKind>::certificate() const {
  const u128 signed_weight = weight();
  if (!is_quorum(signed_weight, set_.total())) return std::nullopt;
  const auto bytes = aggregate();
  if (!bytes) return std::nullopt;
  Certificate<kKind> out{body_.slot, body_.block, Bytes(votes_.signers()), *bytes};
  return Verifier::pass<Certificate<kKind>>(std::move(out), {signed_weight});
}

template class VoteTally<VoteKind::prevote>;
template class VoteTally<VoteKind::precommit>;

}  // namespace aether

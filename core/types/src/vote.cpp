#include "aether/types/vote.hpp"

#include "aether/crypto/sha256.hpp"
#include "verifier.hpp"
#include "vote_checks.hpp"

namespace aether {

std::string_view to_string(VoteError error) {
  switch (error) {
    case VoteError::other_chain: return "the vote is for another chain";
    case VoteError::other_vote: return "the vote is for another kind, slot or block";
    case VoteError::unknown_signer: return "the set has no validator of this index";
    case VoteError::duplicate_signer: return "the signer's vote was counted before";
    case VoteError::bitmap_length: return "the bitmap of signers has not the set's length";
    case VoteError::excess_bits: return "the bitmap has a bit past the last validator";
    case VoteError::no_signers: return "nobody signed";
    case VoteError::no_quorum: return "the signers have no more than two thirds of the weight";
    case VoteError::bad_encoding: return "the signature is not a compressed point";
    case VoteError::not_canonical: return "the signature's coordinate is not below the field's prime";
    case VoteError::not_on_curve: return "the signature is not on the curve";
    case VoteError::wrong_subgroup: return "the signature is not in the subgroup";
    case VoteError::infinity: return "the signature is infinity";
    case VoteError::keys_cancel: return "the signers' keys add up to infinity";
    case VoteError::bad_signature: return "the signature is not the signers' for this vote";
  }
  return "unknown";
}

Hash vote_id(const VoteBody& body) { return crypto::tagged_hash(vote_tag(body.kind), codec::encode(body)); }

crypto::BlsMessage vote_message(const VoteBody& body) { return {vote_tag(body.kind), vote_id(body)}; }

Vote sign_vote(const VoteBody& body, ValidatorIndex signer, const crypto::BlsSecretKey& key) {
  return {body, signer, crypto::bls_sign_id(key, vote_tag(body.kind), vote_id(body)).encode()};
}

const crypto::BlsMessage& VoteMessages::of(const VoteBody& body) {
  for (const auto& [known, message] : known_)
    if (known == body) return message;
  if (known_.size() == kKept) known_.pop_front();
  return known_.emplace_back(body, vote_message(body)).second;
}

Vote sign_vote(const VoteBody& body, ValidatorIndex signer, const crypto::BlsSecretKey& key, VoteMessages& messages) {
  return {body, signer, crypto::bls_sign(key, messages.of(body)).encode()};
}

Result<Verified<Vote>, VoteError> verify_vote(Unverified<Vote> vote, ChainId chain, const ValidatorSet& set) {
  const auto& [body, signer, bytes] = vote.unchecked();
  if (body.chain_id != chain) return fail(VoteError::other_chain);
  if (signer >= set.size()) return fail(VoteError::unknown_signer);
  AETHER_TRY(const auto signature, vote_signature(bytes));
  const Hash id = vote_id(body);
  if (!crypto::bls_verify_id(set.bls_keys()[signer], vote_tag(body.kind), id, signature))
    return fail(VoteError::bad_signature);
  Facts<Vote> facts{id, set.at(signer).weight};
  return Verifier::pass(std::move(vote), facts);
}

}  // namespace aether

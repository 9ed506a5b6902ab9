// What votes, certificates and tallies check alike.
#pragma once

#include "aether/crypto/bls_votes.hpp"
#include "aether/types/vote.hpp"

namespace aether {

constexpr VoteError vote_error(crypto::BlsError error) {
  using crypto::BlsError;
  switch (error) {
    case BlsError::bad_encoding: return VoteError::bad_encoding;
    case BlsError::not_canonical: return VoteError::not_canonical;
    case BlsError::not_on_curve: return VoteError::not_on_curve;
    case BlsError::wrong_subgroup: return VoteError::wrong_subgroup;
    case BlsError::infinity: return VoteError::infinity;
    case BlsError::no_keys: return VoteError::no_signers;
    case BlsError::unknown_signer: return VoteError::unknown_signer;
    case BlsError::duplicate_signer: return VoteError::duplicate_signer;
    case BlsError::bad_bitmap: return VoteError::bitmap_length;
    case BlsError::bad_scalar:
    case BlsError::bad_signature:
    case BlsError::bad_proof_of_possession: break;
  }
  return VoteError::bad_signature;
}

inline constexpr crypto::BlsSignatureBytes kInfiniteSignature{0xc0};

inline Result<crypto::BlsSignature, VoteError> vote_signature(const crypto::BlsSignatureBytes& bytes) {
  if (bytes == kInfiniteSignature) return fail(VoteError::infinity);
  const auto signature = crypto::BlsSignature::decode(bytes);
  if (!signature) return fail(vote_error(signature.error()));
  return *signature;
}

// A bitmap of the set's size that names somebody and nobody else.
inline Result<void, VoteError> check_signers(ByteView signers, const ValidatorSet& set) {
  if (signers.size() != set.signers_size()) return fail(VoteError::bitmap_length);
  const std::size_t used = set.size() % 8;
  if (used != 0 && signers.back() >> used != 0) return fail(VoteError::excess_bits);
  if (std::all_of(signers.begin(), signers.end(), [](std::uint8_t b) { return b == 0; }))
    return fail(VoteError::no_signers);
  return {};
}

}  // namespace aether

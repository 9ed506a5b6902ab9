#include "aether/types/claim.hpp"

#include "aether/crypto/sha256.hpp"
#include "verifier.hpp"
#include "wide.hpp"

namespace aether {
namespace {

ClaimError claim_error(crypto::VrfError error) {
  switch (error) {
    case crypto::VrfError::bad_gamma: return ClaimError::bad_gamma;
    case crypto::VrfError::bad_scalar: return ClaimError::bad_scalar;
    case crypto::VrfError::bad_public_key:
    case crypto::VrfError::small_order_public_key:
    case crypto::VrfError::wrong_proof: break;
  }
  return ClaimError::wrong_proof;
}

Result<void, ClaimError> check_frame(const Claim& claim, const Lottery& lottery, const ValidatorSet& set) {
  if (claim.slot != lottery.slot) return fail(ClaimError::other_slot);
  if (claim.validator >= set.size()) return fail(ClaimError::unknown_validator);
  return {};
}

Result<Verified<Claim>, ClaimError> passed(Unverified<Claim> claim,
                                           const Result<crypto::VrfOutput, crypto::VrfError>& output) {
  if (!output) return fail(claim_error(output.error()));
  Facts<Claim> facts{*output, {}};
  std::copy_n(output->begin(), facts.draw.bytes.size(), facts.draw.bytes.begin());
  return Verifier::pass(std::move(claim), facts);
}

}  // namespace

std::string_view to_string(ClaimError error) {
  switch (error) {
    case ClaimError::other_slot: return "the claim is to another slot";
    case ClaimError::unknown_validator: return "the set has no validator of this index";
    case ClaimError::bad_gamma: return "the proof's point is not canonically encoded";
    case ClaimError::bad_scalar: return "the proof's scalar is not below the group's order";
    case ClaimError::wrong_proof: return "the proof is not this validator's for this slot";
  }
  return "unknown";
}

Hash vrf_alpha(const Lottery& lottery) { return crypto::tagged_hash(kVrfTag, codec::encode(lottery)); }

Claim make_claim(const Lottery& lottery, ValidatorIndex validator, const crypto::Seed& vrf) {
  crypto::VrfHint hint;
  const auto proof = crypto::vrf_prove(vrf, vrf_alpha(lottery).bytes, crypto::VrfSuite::ell2, &hint);
  return {lottery.slot, validator, proof, ClaimHint{hint.gamma, hint.u, hint.v}};
}

Result<Verified<Claim>, ClaimError> verify_claim(Unverified<Claim> claim, const Lottery& lottery,
                                                 const ValidatorSet& set) {
  const Claim& c = claim.unchecked();
  AETHER_CHECK(check_frame(c, lottery, set));
  const auto output = crypto::vrf_verify(set.vrf_keys()[c.validator], vrf_alpha(lottery).bytes, c.proof);
  return passed(std::move(claim), output);
}

std::vector<Result<Verified<Claim>, ClaimError>> verify_claims(std::span<const Claim> claims, const Lottery& lottery,
                                                               const ValidatorSet& set, const CpuFeatures& cpu,
                                                               TaskPool& pool) {
  const Hash alpha = vrf_alpha(lottery);
  std::vector<crypto::VrfItem> items;
  for (const Claim& claim : claims) {
    if (!check_frame(claim, lottery, set)) continue;
    items.push_back({&set.vrf_keys()[claim.validator], alpha.bytes, claim.proof, std::nullopt});
    if (claim.hint) items.back().hint = crypto::VrfHint{claim.hint->gamma, claim.hint->u, claim.hint->v};
  }
  const auto outputs = crypto::vrf_verify_batch(items, cpu, pool);

  std::vector<Result<Verified<Claim>, ClaimError>> out;
  out.reserve(claims.size());
  std::size_t next = 0;
  for (const Claim& claim : claims) {
    const auto frame = check_frame(claim, lottery, set);
    if (frame)
      out.push_back(passed(claim, outputs[next++]));
    else
      out.push_back(fail(frame.error()));
  }
  return out;
}

bool is_eligible(const Draw& draw, u128 total) {
  return Wide(draw.draw) * total * 5 < (Wide(draw.stake) * 4).times_2_to_256();
}

bool stands_before(const Draw& a, const Draw& b) {
  const auto order = Wide(a.draw) * b.stake <=> Wide(b.draw) * a.stake;
  return order != 0 ? order < 0 : a.validator < b.validator;
}

}  // namespace aether

#include "aether/types/header.hpp"

#include "aether/crypto/sha256.hpp"
#include "verifier.hpp"

namespace aether {

Hash block_hash(const HeaderBody& header) { return crypto::tagged_hash(kHeaderTag, codec::encode(header)); }

Header seal(HeaderBody header, const crypto::Seed& seed) {
  AETHER_ASSERT(std::holds_alternative<DevSealer>(header.sealer));
  const Hash hash = block_hash(header);
  return {std::move(header), crypto::sign_id(seed, kHeaderTag, hash)};
}

Header seal(HeaderBody header, const crypto::KesSecretKey& key) {
  AETHER_ASSERT(std::holds_alternative<BftSealer>(header.sealer));
  const Hash hash = block_hash(header);
  return {std::move(header), key.sign(crypto::signing_frame(kHeaderTag, hash))};
}

bool verify_dev_seal(const Header& header) {
  const auto* sealer = std::get_if<DevSealer>(&header.body.sealer);
  const auto* signature = std::get_if<crypto::Signature>(&header.signature);
  return sealer != nullptr && signature != nullptr &&
         crypto::verify_id(sealer->public_key, kHeaderTag, block_hash(header.body), *signature);
}

std::optional<unsigned> kes_period(std::uint64_t epoch, std::uint64_t kes_epoch) {
  if (epoch < kes_epoch) return std::nullopt;
  const std::uint64_t period = (epoch - kes_epoch) / limits::kKesPeriodEpochs;
  if (period >= crypto::kKesPeriods) return std::nullopt;
  return static_cast<unsigned>(period);
}

std::string_view to_string(SealError error) {
  switch (error) {
    case SealError::other_kind: return "the header has no validator's seal";
    case SealError::other_chain: return "the header is another chain's";
    case SealError::other_epoch: return "the header is of another epoch than the validator set";
    case SealError::unknown_proposer: return "the set has no validator of this index";
    case SealError::kes_expired: return "the proposer's KES key is not valid in this epoch";
    case SealError::kes_path: return "the seal does not lead to the proposer's KES key in this period";
    case SealError::kes_signature: return "the seal is not the proposer's signature of this header in this period";
  }
  return "unknown";
}

Result<Verified<Header>, SealError> verify_bft_seal(Unverified<Header> header, ChainId chain, const ValidatorSet& set) {
  const HeaderBody& body = header.unchecked().body;
  const auto* sealer = std::get_if<BftSealer>(&body.sealer);
  const auto* signature = std::get_if<crypto::KesSignature>(&header.unchecked().signature);
  if (sealer == nullptr || signature == nullptr) return fail(SealError::other_kind);
  if (body.chain_id != chain) return fail(SealError::other_chain);
  if (body.epoch != set.epoch()) return fail(SealError::other_epoch);
  if (sealer->proposer >= set.size()) return fail(SealError::unknown_proposer);
  const Validator& proposer = set.at(sealer->proposer);
  const auto period = kes_period(body.epoch, proposer.kes_epoch);
  if (!period) return fail(SealError::kes_expired);
  const Hash hash = block_hash(body);
  const auto verdict =
      crypto::kes_verify(proposer.kes_key, *period, crypto::signing_frame(kHeaderTag, hash), *signature);
  if (!verdict)
    return fail(verdict.error() == crypto::KesError::bad_path ? SealError::kes_path : SealError::kes_signature);
  return Verifier::pass(std::move(header), {hash});
}

}  // namespace aether

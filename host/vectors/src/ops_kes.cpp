#include "aether/crypto/kes.hpp"
#include "op.hpp"

namespace aether::vectors {
namespace {

namespace json = boost::json;

Result<crypto::KesSecretKey, std::string> first_key(const Fields& in) {
  AETHER_TRY(const auto seed, in.array<32>("seed"));
  return crypto::KesSecretKey(crypto::Seed{seed});
}

Result<unsigned, std::string> period_of(const Fields& in) {
  if (in.number("period") < crypto::kKesPeriods) return static_cast<unsigned>(in.number("period"));
  return fail("period: " + std::string(to_string(crypto::KesError::bad_period)));
}

Output run_public_key(const Fields& in, Machine&) {
  AETHER_TRY(const auto key, first_key(in));
  return json::object{{"public_key", hex(key.public_key())}};
}

Output run_sign(const Fields& in, Machine&) {
  AETHER_TRY(auto key, first_key(in));
  AETHER_TRY(const unsigned period, period_of(in));
  while (key.period() < period) {
    const auto evolved = key.evolve();
    AETHER_ASSERT(evolved);
  }
  return json::object{{"signature", hex(key.sign(signed_message(in)))}, {"public_key", hex(key.public_key())}};
}

Output run_verify(const Fields& in, Machine&) {
  AETHER_TRY(const auto key, in.array<32>("public_key"));
  AETHER_TRY(const auto signature, in.array<std::tuple_size_v<crypto::KesSignature>>("signature"));
  AETHER_TRY(const unsigned period, period_of(in));
  const auto verdict = crypto::kes_verify(key, period, signed_message(in), signature);
  if (!verdict) return fail(std::string(to_string(verdict.error())));
  return valid(true);
}

}  // namespace

std::vector<Op> kes_ops() {
  const Field seed = also_named("secret_key", bytes("seed", 32)), key = bytes("public_key", 32),
              message = bytes("message"), period = number("period"),
              signature = bytes("signature", std::tuple_size_v<crypto::KesSignature>);
  return {
      {.name = "kes_public_key",
       .summary = "Sum6KES over ed25519: the key of all 64 periods",
       .takes = {seed},
       .gives = {key},
       .run = run_public_key},
      {.name = "kes_sign",
       .summary = "by the key of the seed, evolved to the period, 0 to 63",
       .takes = {seed, period, message, tag()},
       .gives = {signature, key},
       .run = run_sign},
      {.name = "kes_verify",
       .summary = "whether the key signed this in this period",
       .kind = Kind::judges,
       .takes = {key, period, message, signature, tag()},
       .gives = {boolean("valid"), optional(text("reason"))},
       .run = run_verify},
  };
}

}  // namespace aether::vectors

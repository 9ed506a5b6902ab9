#include "aether/crypto/vrf.hpp"
#include "op.hpp"

namespace aether::vectors {
namespace {

namespace json = boost::json;

constexpr std::string_view kEll2 = "ELL2", kTai = "TAI";

crypto::VrfSuite suite_of(const Fields& in) {
  return in.has("suite") && in.text("suite") == kTai ? crypto::VrfSuite::tai : crypto::VrfSuite::ell2;
}

Output run_prove(const Fields& in, Machine&) {
  AETHER_TRY(const auto secret, in.array<32>("secret_key"));
  const crypto::Seed seed{secret};
  const crypto::VrfProof proof = crypto::vrf_prove(seed, in.bytes("alpha"), suite_of(in));
  const auto beta = crypto::vrf_proof_to_hash(proof, suite_of(in));
  AETHER_ASSERT(beta);
  return json::object{{"proof", hex(proof)}, {"beta", hex(*beta)}, {"public_key", hex(crypto::vrf_public_key(seed))}};
}

Output run_verify(const Fields& in, Machine&) {
  AETHER_TRY(const auto key, in.array<32>("public_key"));
  AETHER_TRY(const auto proof, in.array<80>("proof"));
  const auto beta = crypto::vrf_verify(key, in.bytes("alpha"), proof, suite_of(in));
  if (!beta) return fail(std::string(to_string(beta.error())));
  return json::object{{"valid", true}, {"beta", hex(*beta)}};
}

Output run_hash(const Fields& in, Machine&) {
  AETHER_TRY(const auto proof, in.array<80>("proof"));
  const auto beta = crypto::vrf_proof_to_hash(proof, suite_of(in));
  if (!beta) return fail("proof: " + std::string(to_string(beta.error())));
  return json::object{{"beta", hex(*beta)}};
}

}  // namespace

std::vector<Op> vrf_ops() {
  const Field key = bytes("public_key", 32), alpha = also_named("message", bytes("alpha")), proof = bytes("proof", 80),
              beta = bytes("beta", 64),
              suite = {.name = "suite", .type = Type::text, .choices = {kEll2, kTai}, .is_optional = true};
  return {
      {.name = "vrf_prove",
       .summary = "ECVRF-EDWARDS25519-SHA512-ELL2 or -TAI of RFC 9381; without a suite ELL2, the chain's",
       .takes = {also_named("seed", bytes("secret_key", 32)), alpha, suite},
       .gives = {proof, beta, key},
       .run = run_prove},
      {.name = "vrf_verify",
       .summary = "with the output, beta, of a proof that holds",
       .kind = Kind::judges,
       .takes = {key, alpha, proof, suite},
       .gives = {boolean("valid"), optional(beta), optional(text("reason"))},
       .run = run_verify},
      {.name = "vrf_hash",
       .summary = "the output of a proof that is decoded but not verified; alpha has no part in it",
       .takes = {proof, suite, optional(alpha)},
       .gives = {beta},
       .run = run_hash},
  };
}

}  // namespace aether::vectors

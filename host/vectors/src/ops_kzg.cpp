#include "aether/crypto/kzg.hpp"
#include "op.hpp"

namespace aether::vectors {
namespace {

namespace json = boost::json;
using crypto::KzgClaim;

std::unexpected<std::string> refused(crypto::KzgError error) { return fail(std::string(to_string(error))); }

Result<crypto::KzgCommitment, std::string> commitment_of_blob(const Fields& in, Machine& machine) {
  const auto commitment = crypto::kzg_commit(in.bytes("blob"), machine.kzg(), machine.pool);
  if (!commitment) return refused(commitment.error());
  return *commitment;
}

// The commitment that was given is the blob's.
Result<void, std::string> belong_together(const Fields& in, Machine& machine) {
  AETHER_TRY(const auto given, in.array<48>("commitment"));
  AETHER_TRY(const auto own, commitment_of_blob(in, machine));
  if (given != own) return fail(std::string("commitment: not that of the blob"));
  return {};
}

Output run_commit(const Fields& in, Machine& machine) {
  AETHER_TRY(const auto commitment, commitment_of_blob(in, machine));
  return json::object{{"commitment", hex(commitment)}};
}

json::object proof_at(const crypto::KzgProof& proof, const crypto::KzgScalar& z, const crypto::KzgScalar& y) {
  return {{"proof", hex(proof)}, {"z", hex(z)}, {"y", hex(y)}};
}

Output run_proof(const Fields& in, Machine& machine) {
  if (in.has("z")) {
    AETHER_TRY(const auto z, in.array<32>("z"));
    if (in.has("commitment")) AETHER_CHECK(belong_together(in, machine));
    const auto opening = crypto::kzg_open(in.bytes("blob"), z, machine.kzg(), machine.pool);
    if (!opening) return refused(opening.error());
    return proof_at(opening->proof, z, opening->y);
  }
  AETHER_TRY(const auto commitment,
             in.has("commitment") ? in.array<48>("commitment") : commitment_of_blob(in, machine));
  const auto claim = crypto::kzg_prove_blob(in.bytes("blob"), commitment, machine.kzg(), machine.pool);
  if (!claim) return refused(claim.error());
  return proof_at(claim->proof, claim->z, claim->y);
}

// A claim is about z and y, or about a blob, or about all of them.
Result<void, std::string> has_claim(const Fields& in) {
  if (in.has("z") == in.has("y") && (in.has("z") || in.has("blob"))) return {};
  return fail(std::string("z and y, or blob, wanted"));
}

Result<void, std::string> have_claims(const Fields& in) {
  for (std::size_t i = 0; i < in.list("items").size(); ++i) {
    const auto found = has_claim(Fields(in.list("items")[i]));
    if (!found) return fail("items[" + std::to_string(i) + "]: " + found.error());
  }
  return {};
}

// What kzg_verify decides, or why it need not: a part has the wrong size, the blob is none or not the commitment's.
Result<KzgClaim, std::string> claim_in(const Fields& in, Machine& machine) {
  AETHER_TRY(const auto commitment, in.array<48>("commitment"));
  AETHER_TRY(const auto proof, in.array<48>("proof"));
  if (!in.has("z")) {
    const auto claim = crypto::kzg_blob_claim(in.bytes("blob"), commitment, proof, machine.kzg());
    if (!claim) return refused(claim.error());
    return *claim;
  }
  AETHER_TRY(const auto z, in.array<32>("z"));
  AETHER_TRY(const auto y, in.array<32>("y"));
  if (in.has("blob")) AETHER_CHECK(belong_together(in, machine));
  return KzgClaim{commitment, z, y, proof};
}

Output run_verify(const Fields& in, Machine& machine) {
  AETHER_TRY(const KzgClaim claim, claim_in(in, machine));
  const auto holds = crypto::kzg_verify(claim, machine.kzg());
  if (!holds) return refused(holds.error());
  return valid(*holds);
}

Output run_verify_batch(const Fields& in, Machine& machine) {
  const auto items = in.list("items");
  std::vector<KzgClaim> claims;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const auto claim = claim_in(Fields(items[i]), machine);
    if (!claim) continue;
    claims.push_back(*claim);
    places.push_back(i);
  }
  const auto verdicts = crypto::kzg_verify_each(claims, machine.kzg());
  json::array out(items.size(), false);
  for (std::size_t i = 0; i < verdicts.size(); ++i) out[places[i]] = verdicts[i] != 0;
  return json::object{{"valid", std::move(out)}};
}

}  // namespace

std::vector<Op> kzg_ops() {
  const Field blob = bytes("blob", crypto::kKzgBlobBytes), commitment = bytes("commitment", 48), z = bytes("z", 32),
              y = bytes("y", 32), proof = bytes("proof", 48);
  const std::vector<Field> claim{commitment, optional(z), optional(y), proof, optional(blob)};
  return {
      {.name = "kzg_commit",
       .summary = "EIP-4844's blob_to_kzg_commitment, with Ethereum's ceremony",
       .takes = {blob},
       .gives = {commitment},
       .run = run_commit},
      {.name = "kzg_proof",
       .summary = "that the blob's polynomial has the value y at z (compute_kzg_proof), where a commitment must be the "
                  "blob's; "
                  "without z the blob's proof, at the z that is drawn from the blob and its commitment "
                  "(compute_blob_kzg_proof)",
       .takes = {blob, optional(z), optional(commitment)},
       .gives = {proof, z, y},
       .run = run_proof},
      {.name = "kzg_verify",
       .summary =
           "with z and y verify_kzg_proof, and if a blob is there the commitment must be the blob's; with a blob "
           "alone verify_blob_kzg_proof",
       .kind = Kind::judges,
       .takes = claim,
       .gives = {boolean("valid"), optional(text("reason"))},
       .check = has_claim,
       .run = run_verify},
      {.name = "kzg_verify_batch",
       .summary = "the verdict on each item, by one equation for those that hold; equal to that of kzg_verify",
       .takes = {list({.name = "items", .type = Type::object, .members = claim})},
       .gives = {list(boolean("valid"))},
       .check = have_claims,
       .run = run_verify_batch},
  };
}

}  // namespace aether::vectors

// Commitments and openings, on polynomials given by their values at the roots of unity.
#include <algorithm>
#include <iterator>

#include "aether/crypto/sha256.hpp"
#include "kzg_tables.hpp"

namespace aether::crypto {
namespace {

Result<std::vector<blst_scalar>, KzgError> decode_blob(ByteView blob) {
  if (blob.size() != kKzgBlobBytes) return fail(KzgError::blob_length);
  std::vector<blst_scalar> out;
  out.reserve(kKzgPoints);
  for (std::size_t i = 0; i < kKzgPoints; ++i) {
    AETHER_TRY(out.emplace_back(), decode_scalar(blob.subspan(32 * i).first<32>(), KzgError::blob_scalar));
  }
  return out;
}

// Replaces each by its inverse; none is zero.
void invert_all(std::span<blst_fr> values) {
  std::vector<blst_fr> before(values.size());  // the product of all in front
  blst_fr product = fr_from(1);
  for (std::size_t i = 0; i < values.size(); ++i) {
    before[i] = product;
    product = product * values[i];
  }
  product = inverse(product);
  for (std::size_t i = values.size(); i-- > 0;) {
    const blst_fr value = values[i];
    values[i] = product * before[i];
    product = product * value;
  }
}

bool is_zero(const blst_fr& value) {
  return std::all_of(std::begin(value.l), std::end(value.l), [](limb_t limb) { return limb == 0; });
}

// 1/(ωᵢ − z) for each i; where z is the root ω_at, a one stands there.
struct Inverses {
  std::vector<blst_fr> values;
  std::size_t at;  // as many as the roots when z is none
};

Inverses inverses_from(const blst_fr& z, std::span<const blst_fr> roots) {
  Inverses out{std::vector<blst_fr>(roots.size()), roots.size()};
  for (std::size_t i = 0; i < roots.size(); ++i) {
    out.values[i] = roots[i] - z;
    if (is_zero(out.values[i])) {
      out.at = i;
      out.values[i] = fr_from(1);
    }
  }
  invert_all(out.values);
  return out;
}

// p(z)
blst_fr evaluate(std::span<const blst_fr> p, const blst_fr& z, std::span<const blst_fr> roots,
                 const Inverses& inverses) {
  const std::size_t n = p.size();
  if (inverses.at < n) return p[inverses.at];
  // (1 − zⁿ)/n · Σ pᵢ·ωᵢ/(ωᵢ − z), n being a power of two
  blst_fr sum{}, z_n = z;
  for (std::size_t i = 0; i < n; ++i) sum = sum + p[i] * roots[i] * inverses.values[i];
  for (std::size_t k = 1; k < n; k *= 2) z_n = z_n * z_n;
  return (fr_from(1) - z_n) * inverse(fr_from(n)) * sum;
}

struct Division {
  blst_fr y;                      // p(z)
  std::vector<blst_fr> quotient;  // (p − y)/(X − z)
};

Division divide(std::span<const blst_fr> p, const blst_fr& z, std::span<const blst_fr> roots) {
  const std::size_t n = p.size();
  Inverses inverses = inverses_from(z, roots);
  const std::size_t at = inverses.at;
  Division out{evaluate(p, z, roots, inverses), {}};
  out.quotient = std::move(inverses.values);
  blst_fr weighted{};
  for (std::size_t i = 0; i < n; ++i) {
    if (i == at) continue;
    out.quotient[i] = (p[i] - out.y) * out.quotient[i];
    weighted = weighted + out.quotient[i] * roots[i];
  }
  if (at < n) {
    // Its degree is below n − 1, so the sum of qᵢ·ωᵢ over all i is zero.
    out.quotient[at] = blst_fr{} - weighted * inverse(z);
  }
  return out;
}

std::vector<blst_fr> field_elements(std::span<const blst_scalar> scalars) {
  std::vector<blst_fr> out;
  out.reserve(scalars.size());
  for (const blst_scalar& scalar : scalars) out.push_back(fr_from(scalar));
  return out;
}

KzgScalar encode(const blst_fr& value) {
  KzgScalar out;
  const blst_scalar scalar = scalar_from(value);
  blst_bendian_from_scalar(out.data(), &scalar);
  return out;
}

// EIP-4844's compute_challenge.
KzgScalar blob_challenge(ByteView blob, const KzgCommitment& commitment) {
  std::array<std::uint8_t, 16> degree{};
  degree[14] = kKzgPoints >> 8;
  degree[15] = kKzgPoints & 0xff;
  const Hash hash =
      Sha256().update(as_bytes("FSBLOBVERIFY_V1_")).update(degree).update(blob).update(commitment).finish();
  blst_scalar reduced;
  blst_scalar_from_be_bytes(&reduced, hash.bytes.data(), hash.bytes.size());
  KzgScalar out;
  blst_bendian_from_scalar(out.data(), &reduced);
  return out;
}

}  // namespace

std::array<std::uint8_t, 48> encode(const blst_p1& point) {
  std::array<std::uint8_t, 48> out;
  blst_p1_compress(out.data(), &point);
  return out;
}

Result<KzgCommitment, KzgError> kzg_commit(ByteView blob, const KzgSettings& settings, TaskPool& pool) {
  AETHER_TRY(const auto values, decode_blob(blob));
  return encode(settings.tables().lagrange.sum(values, pool));
}

Result<KzgCommitment, KzgError> kzg_commit(ByteView blob, const KzgSettings& settings) {
  SerialPool pool;
  return kzg_commit(blob, settings, pool);
}

Result<KzgOpening, KzgError> kzg_open(ByteView blob, const KzgScalar& z, const KzgSettings& settings, TaskPool& pool) {
  AETHER_TRY(const auto scalars, decode_blob(blob));
  AETHER_TRY(const blst_scalar at, decode_scalar(z, KzgError::z_scalar));
  const Division division = divide(field_elements(scalars), fr_from(at), settings.tables().roots);
  std::vector<blst_scalar> quotient;
  quotient.reserve(kKzgPoints);
  for (const blst_fr& value : division.quotient) quotient.push_back(scalar_from(value));
  return KzgOpening{encode(settings.tables().lagrange.sum(quotient, pool)), encode(division.y)};
}

Result<KzgOpening, KzgError> kzg_open(ByteView blob, const KzgScalar& z, const KzgSettings& settings) {
  SerialPool pool;
  return kzg_open(blob, z, settings, pool);
}

Result<KzgClaim, KzgError> kzg_prove_blob(ByteView blob, const KzgCommitment& commitment, const KzgSettings& settings,
                                          TaskPool& pool) {
  AETHER_CHECK(decode_commitment(commitment));
  const KzgScalar z = blob_challenge(blob, commitment);
  AETHER_TRY(const KzgOpening opening, kzg_open(blob, z, settings, pool));
  return KzgClaim{commitment, z, opening.y, opening.proof};
}

Result<KzgClaim, KzgError> kzg_blob_claim(ByteView blob, const KzgCommitment& commitment, const KzgProof& proof,
                                          const KzgSettings& settings) {
  AETHER_TRY(const auto scalars, decode_blob(blob));
  const KzgScalar z = blob_challenge(blob, commitment);
  AETHER_TRY(const blst_scalar scalar, decode_scalar(z, KzgError::z_scalar));
  const std::span<const blst_fr> roots = settings.tables().roots;
  const blst_fr at = fr_from(scalar);
  return KzgClaim{commitment, z, encode(evaluate(field_elements(scalars), at, roots, inverses_from(at, roots))), proof};
}

}  // namespace aether::crypto

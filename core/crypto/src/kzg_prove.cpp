// Commitments and openings, on polynomials given by their values at the roots of unity.
#include <algorithm>
#include <iterator>

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

struct Division {
  blst_fr y;                      // p(z)
  std::vector<blst_fr> quotient;  // (p − y)/(X − z)
};

Division divide(std::span<const blst_fr> p, const blst_fr& z, std::span<const blst_fr> roots) {
  const std::size_t n = p.size();
  std::vector<blst_fr> inverses(n);  // 1/(ωᵢ − z)
  std::size_t at = n;                // where z is a root
  for (std::size_t i = 0; i < n; ++i) {
    inverses[i] = roots[i] - z;
    if (is_zero(inverses[i])) {
      at = i;
      inverses[i] = fr_from(1);
    }
  }
  invert_all(inverses);

  Division out{{}, std::move(inverses)};
  if (at < n) {
    out.y = p[at];
  } else {
    // p(z) = (1 − zⁿ)/n · Σ pᵢ·ωᵢ/(ωᵢ − z), n being a power of two
    blst_fr sum{}, z_n = z;
    for (std::size_t i = 0; i < n; ++i) sum = sum + p[i] * roots[i] * out.quotient[i];
    for (std::size_t k = 1; k < n; k *= 2) z_n = z_n * z_n;
    out.y = (fr_from(1) - z_n) * inverse(fr_from(n)) * sum;
  }
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
  std::vector<blst_fr> values;
  values.reserve(kKzgPoints);
  for (const blst_scalar& scalar : scalars) values.push_back(fr_from(scalar));
  const Division division = divide(values, fr_from(at), settings.tables().roots);
  std::vector<blst_scalar> quotient;
  quotient.reserve(kKzgPoints);
  for (const blst_fr& value : division.quotient) quotient.push_back(scalar_from(value));

  KzgOpening out{encode(settings.tables().lagrange.sum(quotient, pool)), {}};
  const blst_scalar y = scalar_from(division.y);
  blst_bendian_from_scalar(out.y.data(), &y);
  return out;
}

Result<KzgOpening, KzgError> kzg_open(ByteView blob, const KzgScalar& z, const KzgSettings& settings) {
  SerialPool pool;
  return kzg_open(blob, z, settings, pool);
}

}  // namespace aether::crypto

#include "aether/crypto/kzg.hpp"

#include <algorithm>

#include "aether/crypto/sha256.hpp"
#include "bls_points.hpp"
#include "kzg_tables.hpp"
#include "settle.hpp"

namespace aether::crypto {
namespace {

constexpr std::size_t kScalarBits = 255, kCoefficientBits = 128;

struct PointErrors {
  KzgError encoding, not_on_curve, not_in_subgroup;
};
constexpr PointErrors kCommitmentErrors{KzgError::commitment_encoding, KzgError::commitment_not_on_curve,
                                        KzgError::commitment_not_in_subgroup};
constexpr PointErrors kProofErrors{KzgError::proof_encoding, KzgError::proof_not_on_curve,
                                   KzgError::proof_not_in_subgroup};

Result<blst_p1_affine, KzgError> decode_point(const std::array<std::uint8_t, 48>& bytes, const PointErrors& errors) {
  blst_p1_affine out;
  switch (blst_p1_uncompress(&out, bytes.data())) {
    case BLST_SUCCESS: break;
    case BLST_POINT_NOT_ON_CURVE: return fail(errors.not_on_curve);
    case BLST_POINT_NOT_IN_GROUP: return fail(errors.not_in_subgroup);  // (0, ±2)
    default: return fail(errors.encoding);
  }
  if (!blst_p1_affine_in_g1(&out)) return fail(errors.not_in_subgroup);
  return out;
}

struct Decoded {
  blst_p1_affine commitment, proof;
  blst_scalar z, y;
};

Result<Decoded, KzgError> decode(const KzgClaim& claim) {
  AETHER_TRY(const blst_p1_affine commitment, decode_commitment(claim.commitment));
  AETHER_TRY(const blst_scalar z, decode_scalar(claim.z, KzgError::z_scalar));
  AETHER_TRY(const blst_scalar y, decode_scalar(claim.y, KzgError::y_scalar));
  AETHER_TRY(const blst_p1_affine proof, decode_point(claim.proof, kProofErrors));
  return Decoded{commitment, proof, z, y};
}

// Σ sᵢ·Pᵢ, collected.
class Sum {
 public:
  explicit Sum(std::size_t bits) : bits_(bits) {}
  void add(const blst_p1_affine& point, const blst_scalar& scalar) {
    if (is_infinity(point)) return;
    points_.push_back(point);
    scalars_.push_back(scalar);
  }
  blst_p1 sum() const {
    blst_p1 out{};
    if (points_.empty()) return out;
    const std::size_t n = points_.size();
    std::vector<limb_t> scratch(blst_p1s_mult_pippenger_scratch_sizeof(n) / sizeof(limb_t));
    const blst_p1_affine* const points[] = {points_.data(), nullptr};
    // A scalar takes (bits_ + 7)/8 bytes there.
    Bytes bytes;
    for (const blst_scalar& scalar : scalars_) append(bytes, ByteView(scalar.b).first((bits_ + 7) / 8));
    const std::uint8_t* const scalars[] = {bytes.data(), nullptr};
    blst_p1s_mult_pippenger(&out, points, n, scalars, bits_, scratch.data());
    return out;
  }

 private:
  std::size_t bits_;
  std::vector<blst_p1_affine> points_;
  std::vector<blst_scalar> scalars_;
};

blst_p1 minus_times_generator(const blst_fr& y) {
  const blst_scalar scalar = scalar_from(y);
  blst_p1 out;
  blst_p1_mult(&out, blst_p1_generator(), scalar.b, kScalarBits);
  blst_p1_cneg(&out, true);
  return out;
}

// C + z·π − y·[1]₁ against π.
bool holds(const Decoded& claim, const KzgSettings::Tables& tables) {
  blst_p1 proof, left;
  blst_p1_from_affine(&proof, &claim.proof);
  blst_p1_mult(&left, &proof, claim.z.b, kScalarBits);
  blst_p1_add_or_double_affine(&left, &left, &claim.commitment);
  const blst_p1 minus_y = minus_times_generator(fr_from(claim.y));
  blst_p1_add_or_double(&left, &left, &minus_y);
  return pairings_equal(left, proof, tables.one, tables.tau);
}

// Claims with their coefficients.
class Batch {
 public:
  Batch(std::span<const KzgClaim> bytes, std::vector<Decoded> claims) : claims_(std::move(claims)) {
    Sha256 all = Tag("aether/kzg-batch").begin();
    for (const KzgClaim& claim : bytes)
      all.update(claim.commitment).update(claim.z).update(claim.y).update(claim.proof);
    const Hash seed = all.finish();
    const Tag tag("aether/kzg-coefficient");
    for (std::uint64_t i = 0; i < claims_.size(); ++i) {
      std::array<std::uint8_t, 8> index;
      for (unsigned k = 0; k < 8; ++k) index[k] = static_cast<std::uint8_t>(i >> (8 * k));
      blst_scalar r{};
      std::copy_n(tag(seed.bytes, index).bytes.begin(), kCoefficientBits / 8, r.b);
      coefficients_.push_back(r);
    }
  }

  bool holds(std::size_t first, std::size_t last, const KzgSettings::Tables& tables) const {
    Sum with_coefficient(kCoefficientBits), proofs(kCoefficientBits), with_product(kScalarBits);
    blst_fr y{};
    for (std::size_t i = first; i < last; ++i) {
      const Decoded& claim = claims_[i];
      const blst_fr r = fr_from(coefficients_[i]);
      with_coefficient.add(claim.commitment, coefficients_[i]);
      proofs.add(claim.proof, coefficients_[i]);
      with_product.add(claim.proof, scalar_from(r * fr_from(claim.z)));
      y = y + r * fr_from(claim.y);
    }
    blst_p1 left = with_coefficient.sum();
    const blst_p1 product = with_product.sum(), minus_y = minus_times_generator(y);
    blst_p1_add_or_double(&left, &left, &product);
    blst_p1_add_or_double(&left, &left, &minus_y);
    return pairings_equal(left, proofs.sum(), tables.one, tables.tau);
  }

  const Decoded& operator[](std::size_t i) const { return claims_[i]; }
  std::size_t size() const { return claims_.size(); }

 private:
  std::vector<Decoded> claims_;
  std::vector<blst_scalar> coefficients_;
};

}  // namespace

Result<blst_p1_affine, KzgError> decode_commitment(const KzgCommitment& bytes) {
  return decode_point(bytes, kCommitmentErrors);
}

Result<blst_scalar, KzgError> decode_scalar(std::span<const std::uint8_t, 32> bytes, KzgError not_below_r) {
  blst_scalar out;
  blst_scalar_from_bendian(&out, bytes.data());
  if (!blst_scalar_fr_check(&out)) return fail(not_below_r);
  return out;
}

bool pairings_equal(const blst_p1& a, const blst_p1& b, const PairingLines& one, const PairingLines& tau) {
  blst_p1 minus_b = b;
  blst_p1_cneg(&minus_b, true);
  blst_fp12 product = *blst_fp12_one();
  // blst's loop expects a finite point; infinity contributes one.
  const auto add = [&](const blst_p1& point, const PairingLines& lines) {
    if (blst_p1_is_inf(&point)) return;
    const blst_p1_affine finite = affine(point);
    blst_fp12 factor;
    blst_miller_loop_lines(&factor, lines.data(), &finite);
    blst_fp12_mul(&product, &product, &factor);
  };
  add(a, one);
  add(minus_b, tau);
  blst_final_exp(&product, &product);
  return blst_fp12_is_one(&product);
}

std::string_view to_string(KzgError error) {
  switch (error) {
    case KzgError::setup_counts: return "the trusted setup does not begin with the lines 4096 and 65";
    case KzgError::setup_line:
      return "a line of the trusted setup is not the lower-case hex digits of one compressed point";
    case KzgError::setup_length: return "the trusted setup does not end with its last point";
    case KzgError::setup_point: return "a point of the trusted setup is not in its group, or infinity";
    case KzgError::setup_inconsistent: return "the trusted setup's points do not belong to one secret";
    case KzgError::blob_length: return "a blob is 131072 bytes";
    case KzgError::blob_scalar: return "a scalar of the blob is not below the group's order";
    case KzgError::z_scalar: return "z is not below the group's order";
    case KzgError::y_scalar: return "y is not below the group's order";
    case KzgError::commitment_encoding: return "the commitment is not the canonical encoding of a point";
    case KzgError::commitment_not_on_curve: return "the commitment is no point of the curve";
    case KzgError::commitment_not_in_subgroup: return "the commitment is not in the subgroup of order r";
    case KzgError::proof_encoding: return "the proof is not the canonical encoding of a point";
    case KzgError::proof_not_on_curve: return "the proof is no point of the curve";
    case KzgError::proof_not_in_subgroup: return "the proof is not in the subgroup of order r";
  }
  return "unknown";
}

Result<bool, KzgError> kzg_verify(const KzgClaim& claim, const KzgSettings& settings) {
  AETHER_TRY(const Decoded decoded, decode(claim));
  return holds(decoded, settings.tables());
}

Result<bool, KzgError> kzg_verify(const KzgCommitment& commitment, const KzgScalar& z, const KzgScalar& y,
                                  const KzgProof& proof, const KzgSettings& settings) {
  return kzg_verify({commitment, z, y, proof}, settings);
}

Result<bool, KzgError> kzg_verify_batch(std::span<const KzgClaim> claims, const KzgSettings& settings) {
  std::vector<Decoded> decoded;
  decoded.reserve(claims.size());
  for (const KzgClaim& claim : claims) {
    AETHER_TRY(decoded.emplace_back(), decode(claim));
  }
  return Batch(claims, std::move(decoded)).holds(0, claims.size(), settings.tables());
}

std::vector<std::uint8_t> kzg_verify_each(std::span<const KzgClaim> claims, const KzgSettings& settings) {
  std::vector<KzgClaim> well_formed;
  std::vector<Decoded> decoded;
  std::vector<std::size_t> where;
  for (std::size_t i = 0; i < claims.size(); ++i) {
    if (auto claim = decode(claims[i])) {
      well_formed.push_back(claims[i]);
      decoded.push_back(*claim);
      where.push_back(i);
    }
  }
  const Batch batch(well_formed, std::move(decoded));
  std::vector<std::uint8_t> verdicts(batch.size()), out(claims.size());
  const auto part = [&](std::size_t first, std::size_t last) { return batch.holds(first, last, settings.tables()); };
  const auto single = [&](std::size_t i) { return holds(batch[i], settings.tables()); };
  Settler(std::span<const std::uint32_t>{}, part, single, verdicts).settle(0, batch.size());
  for (std::size_t i = 0; i < where.size(); ++i) out[where[i]] = verdicts[i];
  return out;
}

}  // namespace aether::crypto

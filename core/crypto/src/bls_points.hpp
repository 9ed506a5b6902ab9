// Between the public types and blst's points, and the one pairing equation that all verification is.
#pragma once

#include <blst.h>

#include <bit>
#include <span>

#include "aether/crypto/bls.hpp"

namespace aether::crypto {

struct BlsPoints {
  static blst_p1_affine of(const BlsPublicKey& key) { return std::bit_cast<blst_p1_affine>(key.point_); }
  static blst_p2_affine of(const BlsSignature& signature) { return std::bit_cast<blst_p2_affine>(signature.point_); }
  static blst_p2_affine of(const BlsMessage& message) { return std::bit_cast<blst_p2_affine>(message.point_); }

  // The point is of the right subgroup; a key is not infinity.
  static BlsPublicKey key(const blst_p1_affine& point) {
    return BlsPublicKey(std::bit_cast<BlsPublicKey::Point>(point));
  }
  static BlsSignature signature(const blst_p2_affine& point) {
    return BlsSignature(std::bit_cast<BlsSignature::Point>(point));
  }
};

// The curve point that the bytes encode, of any subgroup, infinity included.
[[nodiscard]] Result<blst_p2_affine, BlsError> uncompress(const BlsSignatureBytes& bytes);

struct BlsPair {
  blst_p1_affine key;
  blst_p2_affine message;
};

// e(key, message) · … · e(−g1, signature), after the final exponentiation: one where all is right.
[[nodiscard]] blst_fp12 pairing_product(std::span<const BlsPair> pairs, const blst_p2_affine& signature,
                                        const CpuFeatures& cpu);

[[nodiscard]] inline bool is_infinity(const blst_p1_affine& point) { return blst_p1_affine_is_inf(&point); }
[[nodiscard]] inline bool is_infinity(const blst_p2_affine& point) { return blst_p2_affine_is_inf(&point); }

[[nodiscard]] inline blst_p1_affine affine(const blst_p1& point) {
  blst_p1_affine out;
  blst_p1_to_affine(&out, &point);
  return out;
}
[[nodiscard]] inline blst_p2_affine affine(const blst_p2& point) {
  blst_p2_affine out;
  blst_p2_to_affine(&out, &point);
  return out;
}

}  // namespace aether::crypto

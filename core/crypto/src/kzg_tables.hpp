// What KzgSettings holds, and what proving and verifying share.
#pragma once

#include <blst.h>

#include "aether/crypto/kzg.hpp"
#include "fixed_base.hpp"
#include "scalar_field.hpp"

namespace aether::crypto {

using PairingLines = std::array<blst_fp6, 68>;  // a point of G2, prepared for blst's Miller loop

struct KzgSettings::Tables {
  FixedBase lagrange;          // in a blob's order
  std::vector<blst_fr> roots;  // of unity, in a blob's order
  PairingLines one, tau;       // [1]₂ and [τ]₂
};

// A scalar below r, else the error.
[[nodiscard]] Result<blst_scalar, KzgError> decode_scalar(std::span<const std::uint8_t, 32> bytes,
                                                          KzgError not_below_r);

// A point of the group, else what is wrong with the commitment.
[[nodiscard]] Result<blst_p1_affine, KzgError> decode_commitment(const KzgCommitment& bytes);

[[nodiscard]] std::array<std::uint8_t, 48> encode(const blst_p1& point);

// e(a, [1]₂) = e(b, [τ]₂).
[[nodiscard]] bool pairings_equal(const blst_p1& a, const blst_p1& b, const PairingLines& one, const PairingLines& tau);

}  // namespace aether::crypto

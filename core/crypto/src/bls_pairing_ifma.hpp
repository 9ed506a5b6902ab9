// The pairing of BLS12-381 on AVX-512 IFMA, with the values of blst's functions: for public points, since the time
// depends on them, and only where CpuFeatures::avx512_ifma says so.
#pragma once

#include <blst.h>

#include <array>
#include <cstdint>
#include <span>

namespace aether::crypto::bls {

// blst_miller_loop_n, of at least one pair of finite points.
[[nodiscard]] blst_fp12 miller_loop_ifma(std::span<const blst_p2_affine* const> in_g2,
                                         std::span<const blst_p1_affine* const> in_g1);

// blst_final_exp, for f ≠ 0.
[[nodiscard]] blst_fp12 final_exp_ifma(const blst_fp12& f);

// --- the fields alone, for their tests -------------------------------------------------------------------------------
struct FieldLanes {
  std::array<std::array<std::uint64_t, 8>, 8> limb{};  // of eight elements: bls_field_ifma.hpp
};
// f·g/R; six times that; f − g + 8p; f, settled.
enum class FieldOperation : std::uint8_t { mul, mul_six, minus, settle };
[[nodiscard]] FieldLanes field_ifma(FieldOperation operation, const FieldLanes& f, const FieldLanes& g);

// blst_fp12_mul, _sqr, _cyclotomic_sqr, _conjugate, _mul_by_xy00z0 (whose g has coefficients of 1, w² and w³).
enum class Fp12Operation : std::uint8_t { mul, square, cyclotomic_square, conjugate, mul_by_line };
[[nodiscard]] blst_fp12 fp12_ifma(Fp12Operation operation, const blst_fp12& f, const blst_fp12& g);

}  // namespace aether::crypto::bls

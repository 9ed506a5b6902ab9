// Points of edwards25519 on AVX2, four at a time: decompression by the ZIP-215 rule and sums of scalar multiples. For
// public values: the time depends on them. Only where CpuFeatures::avx2 says so. All formulas are complete: every
// point, of small order too, may meet every other.
#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace aether::crypto::avx2 {

// y + x, y − x and 2d·x·y of an affine point, each as ten limbs of 26 and 25 bits in turn; two words are unused.
struct alignas(64) AffinePoint {
  std::array<std::uint32_t, 32> words{};
};

// X, Y, Z and T = X·Y/Z, each as ten limbs.
struct alignas(32) ExtendedPoint {
  std::array<std::uint32_t, 40> words{};
};

// B, with y = 4/5.
inline constexpr AffinePoint kBasePoint{
    {0x18c3b85, 0x124f1bd, 0x1c325f7, 0x37dc60,  0x33e4cb7, 0x3d42c2,  0x1a44c32, 0x14ca4e1, 0x3a33d4b, 0x1f3e74,
     0x340913e, 0xe4175,   0x3d673a2, 0x2e8a05,  0x3f4e67c, 0x8f8a09,  0xc21a34,  0x4cf4b8,  0x1298f81, 0x113f4be,
     0x37aaa68, 0x448161,  0x93d579,  0x11e6556, 0x9b67a0,  0x143598c, 0x1bee5ee, 0xb50b43,  0x289f0c6, 0x1bc45ed}};

using Encoding = std::array<std::uint8_t, 32>;

// points[i] from encodings[i]; valid[i] is 0 where no curve point has this encoding, and the point is then any.
void decompress_avx2(std::span<const Encoding> encodings, std::span<AffinePoint> points, std::span<std::uint8_t> valid);

// Little-endian words of a two's complement integer.
using Integer256 = std::array<std::uint64_t, 4>;

[[nodiscard]] ExtendedPoint subtract_avx2(const ExtendedPoint& a, const ExtendedPoint& b);
// Whether 8·a is the identity.
[[nodiscard]] bool is_small_order_avx2(const ExtendedPoint& a);
// The least n in [1, limit] for which b − n·a is of small order, or 0.
[[nodiscard]] std::size_t small_logarithm_avx2(const ExtendedPoint& a, const ExtendedPoint& b, std::size_t limit);
// The canonical encoding, for one field inversion.
[[nodiscard]] Encoding compress_avx2(const ExtendedPoint& a);

// --- the field alone, for its tests ----------------------------------------------------------------------------------
struct FieldLanes {
  std::array<std::array<std::uint64_t, 4>, 10> limb{};  // of four elements
};
enum class FieldOperation : std::uint8_t { mul, square, carry, sub, freeze, pow_p58 };
[[nodiscard]] FieldLanes field_avx2(FieldOperation operation, const FieldLanes& a, const FieldLanes& b);

}  // namespace aether::crypto::avx2

// Points of edwards25519 on AVX-512 IFMA, eight at a time: what edwards_avx2.hpp has, in limbs of 51 bits. Sums leave
// in that header's form, so what happens once a batch is done there. For public values: the time depends on them. Only
// where CpuFeatures::avx512_ifma says so. All formulas are complete.
#pragma once

#include "edwards_avx2.hpp"

namespace aether::crypto::ifma {

using avx2::Encoding;

// y + x, y − x and 2d·x·y of an affine point, each as five limbs; the last word is unused.
struct alignas(64) AffinePoint {
  std::array<std::uint64_t, 16> words{};
};

// Two limbs of 26 and 25 bits, or a few more, are one of 51, carried.
constexpr AffinePoint joined(const avx2::AffinePoint& p) {
  constexpr std::uint64_t kMask = (std::uint64_t{1} << 51) - 1;
  AffinePoint out;
  for (std::size_t field = 0; field < 15; field += 5) {
    std::array<std::uint64_t, 5> limb{};
    for (std::size_t i = 0; i < 5; ++i)
      limb[i] = p.words[2 * (field + i)] + (static_cast<std::uint64_t>(p.words[2 * (field + i) + 1]) << 26);
    out.words[field] = (limb[0] & kMask) + 19 * (limb[4] >> 51);
    for (std::size_t i = 1; i < 5; ++i) out.words[field + i] = (limb[i] & kMask) + (limb[i - 1] >> 51);
  }
  return out;
}

// And back.
constexpr avx2::AffinePoint split(const AffinePoint& p) {
  avx2::AffinePoint out;
  for (std::size_t i = 0; i < 15; ++i) {
    out.words[2 * i] = static_cast<std::uint32_t>(p.words[i] & 0x3ffffff);
    out.words[2 * i + 1] = static_cast<std::uint32_t>(p.words[i] >> 26);
  }
  return out;
}

inline constexpr AffinePoint kBasePoint = joined(avx2::kBasePoint);

// points[i] from encodings[i]; valid[i] is 0 where no curve point has this encoding, and the point is then any.
void decompress_ifma(std::span<const Encoding> encodings, std::span<AffinePoint> points, std::span<std::uint8_t> valid);

// --- the field alone, for its tests ----------------------------------------------------------------------------------
struct FieldLanes {
  std::array<std::array<std::uint64_t, 8>, 5> limb{};  // of eight elements
};
using avx2::FieldOperation;
[[nodiscard]] FieldLanes field_ifma(FieldOperation operation, const FieldLanes& a, const FieldLanes& b);

}  // namespace aether::crypto::ifma

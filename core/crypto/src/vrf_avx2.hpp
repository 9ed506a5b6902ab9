// What a batch of ECVRF proofs needs of edwards25519 besides edwards_avx2.hpp: Elligator, multiples of 8, encodings of
// many points for one inversion. For public values, four points at a time.
#pragma once

#include "edwards_avx2.hpp"

namespace aether::crypto::avx2 {

// X, Y, Z of four points, one in each lane.
struct alignas(32) FourPoints {
  std::array<std::uint64_t, 60> words{};
};

// 8·map_to_curve(u) of RFC 9380's edwards25519_XMD:SHA-512_ELL2_NU_, for eight field elements below 2^255.
void map_to_curve_avx2(std::span<const Encoding, 8> u, std::span<FourPoints, 2> to);

[[nodiscard]] FourPoints times_eight_avx2(std::span<const AffinePoint, 4> points);
[[nodiscard]] FourPoints times_eight_avx2(const FourPoints& points);

// The canonical encodings of all points, and the first ones' affine forms, as many as `affine` has room for (a multiple
// of four). All must be on the curve; an even number of fours.
void encode_avx2(std::span<const FourPoints> points, std::span<Encoding> encodings, std::span<AffinePoint> affine);

}  // namespace aether::crypto::avx2

#include "decompress_lanes.hpp"
#include "points_avx2.hpp"

namespace aether::crypto::avx2 {

namespace {

struct Lanes {
  static constexpr std::size_t kCount = 4;
  using Fe = avx2::Fe;
  using Mask = avx2::Mask;
  using AffinePoint = avx2::AffinePoint;

  static void load_encodings(const Encoding* from, Fe& y, Mask& sign) { avx2::load_encodings(from, y, sign); }

  static void store_point(AffinePoint* to, const Fe& x, const Fe& y) {
    Fe sum, difference, product, d2;
    add(sum, y, x);
    sub(difference, y, x);
    splat(d2, kD2);
    mul(product, x, y);
    mul(product, product, d2);
    Packed packed[3];
    pack(packed[0], sum);
    pack(packed[1], difference);
    pack(packed[2], product);
    store_affine(to, packed[0], packed[1], packed[2]);
  }

  static void store_mask(std::uint8_t* to, Mask mask) {
    const int bytes = _mm256_movemask_epi8(mask);
    for (std::size_t lane = 0; lane < kCount; ++lane) to[lane] = static_cast<std::uint8_t>(bytes >> (8 * lane) & 1);
  }
};

}  // namespace

void decompress_avx2(std::span<const Encoding> encodings, std::span<AffinePoint> points,
                     std::span<std::uint8_t> valid) {
  decompress<Lanes>(encodings, points, valid);
}

}  // namespace aether::crypto::avx2

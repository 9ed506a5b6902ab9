#include "decompress_lanes.hpp"
#include "points_ifma.hpp"

namespace aether::crypto::ifma {

namespace {

struct Lanes {
  static constexpr std::size_t kCount = 8;
  using Fe = ifma::Fe;
  using Mask = ifma::Mask;
  using AffinePoint = ifma::AffinePoint;

  static void load_encodings(const Encoding* from, Fe& y, Mask& sign) { ifma::load_encodings(from, y, sign); }

  static void store_point(AffinePoint* to, const Fe& x, const Fe& y) {
    Fe sum, difference, product, d2;
    add(sum, y, x);
    carry(sum, sum);
    sub(difference, y, x);
    carry(difference, difference);
    splat(d2, kD2);
    mul(product, x, y);
    mul(product, product, d2);
    std::uint64_t* const rows[8] = {to[0].words.data(), to[1].words.data(), to[2].words.data(), to[3].words.data(),
                                    to[4].words.data(), to[5].words.data(), to[6].words.data(), to[7].words.data()};
    const auto &s = sum.limb, &d = difference.limb, &p = product.limb;
    store_four(rows, 0, {s[0], s[1], s[2], s[3]});
    store_four(rows, 4, {s[4], d[0], d[1], d[2]});
    store_four(rows, 8, {d[3], d[4], p[0], p[1]});
    store_four(rows, 12, {p[2], p[3], p[4], _mm512_setzero_si512()});
  }

  static void store_mask(std::uint8_t* to, Mask mask) {
    for (std::size_t lane = 0; lane < kCount; ++lane) to[lane] = static_cast<std::uint8_t>(mask >> lane & 1);
  }
};

}  // namespace

void decompress_ifma(std::span<const Encoding> encodings, std::span<AffinePoint> points,
                     std::span<std::uint8_t> valid) {
  decompress<Lanes>(encodings, points, valid);
}

}  // namespace aether::crypto::ifma

#include "cauchy.hpp"
#include "gf256.hpp"

namespace aether::erasure {
namespace {

// s_l(x) of {0 … 2^l − 1}.
constexpr std::uint8_t vanishing(unsigned l, unsigned x) {
  std::uint8_t out = 1;
  for (unsigned v = 0; v < 1u << l; ++v) out = gf::mul(out, static_cast<std::uint8_t>(x ^ v));
  return out;
}
constexpr std::uint8_t normal_vanishing(unsigned l, unsigned x) {
  return gf::mul(vanishing(l, x), gf::inv(vanishing(l, 1u << l)));
}

constexpr Product product_of(std::uint8_t a) {
  Product out{};
  for (unsigned x = 0; x < 16; ++x) {
    out.low[x] = gf::mul(a, static_cast<std::uint8_t>(x));
    out.high[x] = gf::mul(a, static_cast<std::uint8_t>(x << 4));
  }
  return out;
}

// Of the coset that begins with `first`, of eight points 2^l apart.
constexpr Step8 step_of(unsigned l, unsigned first) {
  const auto factor = [&](unsigned layer, unsigned offset) {
    return product_of(normal_vanishing(l + layer, first + (offset << l)));
  };
  return {{factor(0, 0), factor(0, 2), factor(0, 4), factor(0, 6)}, {factor(1, 0), factor(1, 4)}, factor(2, 0)};
}

// w/s_l(difference).
constexpr Product scale_of(unsigned l, unsigned difference) {
  std::uint8_t out = gf::inv(vanishing(l, difference));
  for (unsigned v = 1; v < 1u << l; ++v) out = gf::mul(out, static_cast<std::uint8_t>(v));
  return product_of(out);
}

constexpr CauchyTables make() {
  CauchyTables out{};
  for (unsigned i = 0; i < 32; ++i) out.inner[i] = step_of(0, 8 * i);
  for (unsigned i = 0; i < 4; ++i) out.outer[i] = step_of(3, 64 * i);
  for (unsigned i = 1; i < 4; ++i) out.scale64[i] = scale_of(6, 64 * i);
  for (unsigned i = 1; i < 32; ++i) out.scale8[i] = scale_of(3, 8 * i);
  for (unsigned i = 1; i < 256; ++i) out.inverse[i] = scale_of(0, i);
  return out;
}

// Products that the kernel takes for a vector of each shard.
unsigned products(unsigned k, unsigned r) {
  constexpr unsigned kStep8 = 12;
  const unsigned end = k + r, last = k / 64, first_eight = k / 8;
  unsigned out = kStep8 * ((k + 7) / 8 + (end + 7) / 8 - first_eight);  // the inner steps
  for (unsigned c = 0; 64 * c < k; ++c) {                               // the outer steps and scales of data
    const unsigned targets = (end - 1) / 64 - last + (c == last ? 0 : 1);
    if (targets != 0) out += 8 * kStep8 + 64 * targets;
  }
  for (unsigned t = last; 64 * t < end; ++t) out += t == 0 ? 0 : 8 * kStep8;  // the outer steps of parity
  const unsigned shared_end = end < 64 * (last + 1) ? end : 64 * (last + 1);
  for (unsigned eight = first_eight; 8 * eight < shared_end; ++eight) {
    out += 8 * ((k + 7) / 8 - 8 * last - (8 * eight < k ? 1 : 0));
  }
  return out + (k % 8) * (8 - k % 8);
}

}  // namespace

constexpr CauchyTables kCauchyTables = make();

bool cauchy_pays(unsigned k, unsigned r) {
  // One of its products takes as long as two of ISA-L's, which splits an operand once for several, and a strip without
  // any as long as kStrip products.
  constexpr unsigned kStrip = 40;
  return 2 * (kStrip + products(k, r)) < k * r;
}

}  // namespace aether::erasure

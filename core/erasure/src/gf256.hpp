// GF(2^8) with polynomial 0x11d, generator 2.
#pragma once

#include <array>
#include <cstdint>

namespace aether::erasure::gf {

struct Tables {
  std::array<std::uint8_t, 512> exp{};  // 2^i, for i < 510 without a modulus
  std::array<std::uint8_t, 256> log{};
};

inline constexpr Tables kTables = [] {
  Tables out;
  unsigned power = 1;
  for (unsigned i = 0; i < 255; ++i) {
    out.exp[i] = out.exp[i + 255] = static_cast<std::uint8_t>(power);
    out.log[power] = static_cast<std::uint8_t>(i);
    power = (power << 1) ^ (power >= 128 ? 0x11d : 0);
  }
  return out;
}();

constexpr std::uint8_t mul(std::uint8_t a, std::uint8_t b) {
  return a == 0 || b == 0 ? std::uint8_t{0} : kTables.exp[unsigned{kTables.log[a]} + kTables.log[b]];
}

// 1/a, a ≠ 0.
constexpr std::uint8_t inv(std::uint8_t a) { return kTables.exp[255u - kTables.log[a]]; }

}  // namespace aether::erasure::gf

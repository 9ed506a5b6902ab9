// Fixed bytes from hex digits.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

#include "aether/base/bytes.hpp"
#include "aether/base/result.hpp"

namespace aether::crypto::cases {

template <std::size_t N = 32>
std::array<std::uint8_t, N> bytes_of(std::string_view hex) {
  std::array<std::uint8_t, N> out{};
  const auto bytes = from_hex(hex);
  AETHER_ASSERT(bytes && bytes->size() == N);
  std::copy(bytes->begin(), bytes->end(), out.begin());
  return out;
}

}  // namespace aether::crypto::cases

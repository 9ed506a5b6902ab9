// What the BLS tests share: fixed bytes from hex, keys from small numbers.
#pragma once

#include <gtest/gtest.h>

#include "aether/crypto/bls.hpp"

namespace aether::crypto {

template <std::size_t N>
std::array<std::uint8_t, N> fixed(std::string_view hex) {
  std::array<std::uint8_t, N> out{};
  const auto bytes = from_hex(hex);
  EXPECT_TRUE(bytes && bytes->size() == N) << hex;
  std::copy(bytes->begin(), bytes->end(), out.begin());
  return out;
}

inline BlsSecretKey secret_key(std::uint32_t number) {
  std::array<std::uint8_t, 32> ikm{};
  for (std::size_t i = 0; i < 4; ++i) ikm[i] = static_cast<std::uint8_t>(number >> (8 * i));
  return bls_key_gen(Secret<32>(ikm));
}

template <class Point, std::size_t N>
BlsError refusal(const std::array<std::uint8_t, N>& bytes) {
  const auto decoded = Point::decode(bytes);
  EXPECT_FALSE(decoded.has_value()) << to_hex(bytes);
  return decoded ? BlsError{} : decoded.error();
}

}  // namespace aether::crypto

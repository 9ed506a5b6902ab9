// What the BLS tests share: keys from small numbers, refusals.
#pragma once

#include <gtest/gtest.h>

#include "aether/crypto/bls.hpp"
#include "hex.hpp"

namespace aether::crypto {

using cases::bytes_of;

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

// What the tests of types share: fixed bytes, secrets from small numbers, random values of any type.
#pragma once

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "../../codec/test/arbitrary.hpp"
#include "../../crypto/test/hex.hpp"
#include "aether/types/registration.hpp"

namespace aether::testing {

using crypto::cases::bytes_of;

inline std::array<std::uint8_t, 32> filled(std::uint8_t with) {
  std::array<std::uint8_t, 32> out;
  out.fill(with);
  return out;
}

inline Secret<32> secret(std::uint32_t number, std::uint8_t purpose) {
  std::array<std::uint8_t, 32> out{};
  for (std::size_t i = 0; i < 4; ++i) out[i] = static_cast<std::uint8_t>(number >> (8 * i));
  out[31] = purpose;
  return Secret<32>(out);
}

inline ValidatorSecrets validator_secrets(std::uint32_t number) {
  return {secret(number, 1), crypto::bls_key_gen(secret(number, 2)), secret(number, 3),
          crypto::KesSecretKey(secret(number, 4))};
}

// What is encoded decodes to the same value, and its bytes with one more or one less to none.
template <class T>
void round_trips(std::uint64_t seed) {
  const T value = codec::testing::Arbitrary(seed).make<T>();
  Bytes bytes = codec::encode(value);
  const auto back = codec::decode<T>(bytes);
  RC_ASSERT(back.has_value());
  RC_ASSERT(*back == value);
  bytes.push_back(0);
  RC_ASSERT(codec::decode<T>(bytes).error() == codec::Error::trailing_bytes);
  bytes.pop_back();
  bytes.pop_back();
  RC_ASSERT(!codec::decode<T>(bytes).has_value());
}

// A point of G1's curve, and one of G2's, outside the subgroups (ethereum/bls12-381-tests).
inline constexpr std::string_view kWrongSubgroupKey =
    "a123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
inline constexpr std::string_view kWrongSubgroupSignature =
    "984e811f55e6f9d84d77d2f79102fd7ea7422f4759df5bf7f6331d550245e3f1bcf6a30e3b29110d85e0ca16f9f6ae7a197bfd0342bbc8bee2"
    "beced2f173e1a87be576379b343e93232d6cef98d84b1d696e5612ff283ce2cfdccb2cfb65fa0c";

template <std::size_t N>
std::array<std::uint8_t, N> bls_infinity() {
  std::array<std::uint8_t, N> out{};
  out[0] = 0xc0;
  return out;
}

// x ≥ p: all ones under the flags of a compressed point.
template <std::size_t N>
std::array<std::uint8_t, N> bls_not_canonical() {
  std::array<std::uint8_t, N> out;
  out.fill(0xff);
  out[0] = 0x9f;
  return out;
}

}  // namespace aether::testing

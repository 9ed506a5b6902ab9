// SHA-512 (FIPS 180-4) of several parts, as if joined. Nothing of the parts stays behind: seeds go through it.
#pragma once

#include <initializer_list>

#include "aether/base/bytes.hpp"
#include "aether/base/secret.hpp"

namespace aether::crypto {

using Wide = std::array<std::uint8_t, 64>;

void sha512(std::initializer_list<ByteView> parts, std::span<std::uint8_t, 64> to);

inline Wide sha512(std::initializer_list<ByteView> parts) {
  Wide out;
  sha512(parts, out);
  return out;
}

}  // namespace aether::crypto

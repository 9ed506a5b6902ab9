// Bytes, views of bytes, 32-byte hashes and hex. Hex text is lower case; `0x` is added only by to_hex0x.
#pragma once

#include <algorithm>
#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace aether {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

// A 32-byte value: a hash, a key of the state tree, an address.
struct Hash {
  std::array<std::uint8_t, 32> bytes{};

  static constexpr std::size_t kSize = 32;
  constexpr auto operator<=>(const Hash&) const = default;
  constexpr ByteView view() const { return bytes; }
  constexpr bool is_zero() const {
    return std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t b) { return b == 0; });
  }
};

inline ByteView as_bytes(std::string_view text) {
  // The one place where text is seen as bytes; unsigned char may alias anything.
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string_view as_text(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};  // of whatever encoding
}

std::string to_hex(ByteView bytes);
std::string to_hex0x(ByteView bytes);

// Decodes an even number of hex digits of either case, with or without 0x; nothing else.
std::optional<Bytes> from_hex(std::string_view text);

// Decodes exactly 32 bytes of hex.
std::optional<Hash> hash_from_hex(std::string_view text);

inline void append(Bytes& to, ByteView from) { to.insert(to.end(), from.begin(), from.end()); }

}  // namespace aether

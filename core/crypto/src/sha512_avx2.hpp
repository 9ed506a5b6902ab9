// SHA-512 (FIPS 180-4) of four messages at once on AVX2.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace aether::crypto::avx2 {

// The 64 bytes of a digest as little-endian words.
using Digest512 = std::array<std::uint64_t, 8>;

inline constexpr std::size_t kSha512Block = 128;

// How many blocks a message has with FIPS 180-4's padding.
constexpr std::size_t sha512_blocks(std::size_t length) { return (length + 17 + kSha512Block - 1) / kSha512Block; }

// Puts the padding after a message of `length` bytes, in a buffer with room for its blocks.
inline void sha512_pad(std::span<std::uint8_t> buffer, std::size_t length) {
  const std::span<std::uint8_t> padding = buffer.first(sha512_blocks(length) * kSha512Block).subspan(length);
  std::fill(padding.begin(), padding.end(), std::uint8_t{0});
  padding[0] = 0x80;
  const std::uint64_t bits = std::uint64_t{8} * length;
  for (std::size_t i = 0; i < 8; ++i) padding[padding.size() - 1 - i] = static_cast<std::uint8_t>(bits >> (8 * i));
}

// Of four messages of `blocks` blocks of 128 bytes each, already padded.
[[nodiscard]] std::array<Digest512, 4> sha512_blocks_avx2(std::array<const std::uint8_t*, 4> messages,
                                                          std::size_t blocks);

}  // namespace aether::crypto::avx2

// SHA-512 (FIPS 180-4) of four messages at once on AVX2.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace aether::crypto::avx2 {

// The 64 bytes of a digest as little-endian words.
using Digest512 = std::array<std::uint64_t, 8>;

// Of four messages of `blocks` blocks of 128 bytes each, with FIPS 180-4's padding already in the last.
[[nodiscard]] std::array<Digest512, 4> sha512_blocks_avx2(std::array<const std::uint8_t*, 4> messages,
                                                          std::size_t blocks);

}  // namespace aether::crypto::avx2

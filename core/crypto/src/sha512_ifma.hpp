// SHA-512 (FIPS 180-4) of eight messages at once on AVX-512.
#pragma once

#include "sha512_avx2.hpp"

namespace aether::crypto::ifma {

// Of eight messages of `blocks` blocks of 128 bytes each, already padded.
[[nodiscard]] std::array<avx2::Digest512, 8> sha512_blocks_ifma(std::array<const std::uint8_t*, 8> messages,
                                                                std::size_t blocks);

}  // namespace aether::crypto::ifma

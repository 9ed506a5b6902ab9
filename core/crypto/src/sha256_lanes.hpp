// Several SHA-256 computations that advance together: what sha256_many.cpp, the trees and the SHA-NI kernel share.
// Everything here needs CpuFeatures::sha_ni, except where it says otherwise.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "aether/base/bytes.hpp"

namespace aether::crypto {

inline constexpr std::size_t kSha256Block = 64;
inline constexpr std::size_t kSha256Lanes =
    3;  // measured on Zen 3: with 2 long messages are 7 % slower, with 4 short ones 14 %

// --- The kernel, sha256_shani.cpp ----------------------------------------------------------------------------------

struct Sha256Lane {
  alignas(16) std::array<std::uint32_t, 8> state;  // in the instructions' order: F E B A, H G D C
  const std::uint8_t* next;                        // the blocks to come
};

// The initial value in a lane's order.
inline constexpr std::array<std::uint32_t, 8> kSha256Start{0x9b05688c, 0x510e527f, 0xbb67ae85, 0x6a09e667,
                                                           0x5be0cd19, 0x1f83d9ab, 0xa54ff53a, 0x3c6ef372};

// Advances lanes[0 … count) by `blocks` blocks each; 1 ≤ count ≤ kSha256Lanes.
void sha256_advance_shani(Sha256Lane* lanes, std::size_t count, std::size_t blocks);

// The hash that a lane's state is.
void sha256_write_shani(const Sha256Lane& lane, std::uint8_t* hash);

// --- Short messages of one size ------------------------------------------------------------------------------------

using TwoBlocks = std::array<std::uint8_t, 2 * kSha256Block>;
inline constexpr std::size_t kSha256PaddedMax = 2 * kSha256Block - 9;  // the longest message that fits with its padding

// Pads a message of `size` bytes whose last ones end at end[at]. Needs nothing.
void sha256_pad(std::size_t size, std::size_t at, TwoBlocks& end);

// The hashes of padded messages of one or of two blocks.
void sha256_padded_shani(std::span<const TwoBlocks> messages, std::size_t blocks, Hash* out);

// out[i] = the hash of the `size` ≤ kSha256PaddedMax bytes that put(i, to) writes. All puts of some i run before the
// first hash of these is written, in the order of i: out may be where put reads what only earlier i need.
template <class Put>
void sha256_in_step_shani(std::size_t size, std::span<Hash> out, const Put& put) {
  std::array<TwoBlocks, 4 * kSha256Lanes> padded;  // so many that a block is written well before it is read
  for (TwoBlocks& message : padded) sha256_pad(size, size, message);
  for (std::size_t at = 0; at < out.size(); at += padded.size()) {
    const std::size_t n = std::min(padded.size(), out.size() - at);
    for (std::size_t i = 0; i < n; ++i) put(at + i, padded[i].data());
    sha256_padded_shani(std::span(padded).first(n), size + 9 <= kSha256Block ? 1 : 2, &out[at]);
  }
}

}  // namespace aether::crypto

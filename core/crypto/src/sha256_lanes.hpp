// Several SHA-256 computations that advance together: what sha256_many.cpp, the trees and the kernels share. Everything
// here needs CpuFeatures::sha_ni, what is named wide or AVX-512 also avx512_wide; except where it says otherwise.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "aether/base/bytes.hpp"
#include "aether/base/cpu.hpp"

namespace aether::crypto {

inline constexpr std::size_t kSha256Block = 64;
using Sha256Words = std::array<std::uint32_t, 8>;  // FIPS 180-4's H0 … H7

inline constexpr Sha256Words kSha256Initial{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                            0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
alignas(64) inline constexpr std::array<std::uint32_t, 64> kSha256Round{
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

// --- Three lanes, sha256_shani.cpp ---------------------------------------------------------------------------------

inline constexpr std::size_t kSha256Lanes =
    3;  // measured on Zen 3: with 2 long messages are 7 % slower, with 4 short ones 14 %

struct Sha256Lane {
  alignas(16) Sha256Words state;  // in the instructions' order
  const std::uint8_t* next;       // the blocks to come
};

// FIPS's order to the instructions': F E B A, H G D C; and back.
constexpr Sha256Words sha256_lane_order(const Sha256Words& h) {
  return {h[5], h[4], h[1], h[0], h[7], h[6], h[3], h[2]};
}
constexpr Sha256Words sha256_fips_order(const Sha256Words& s) {
  return {s[3], s[2], s[7], s[6], s[1], s[0], s[5], s[4]};
}

// Advances lanes[0 … count) by `blocks` blocks each; 1 ≤ count ≤ kSha256Lanes.
void sha256_advance_shani(Sha256Lane* lanes, std::size_t count, std::size_t blocks);

// The hash that a lane's state is.
void sha256_write_shani(const Sha256Lane& lane, std::uint8_t* hash);

// --- Twice sixteen lanes, sha256_avx512.cpp ------------------------------------------------------------------------

inline constexpr std::size_t kSha256WideLanes = 32;
// With fewer messages three lanes are faster: sixteen take one time however many are busy.
inline constexpr std::size_t kSha256WideMin = 10;

struct Sha256Wide {
  std::uint32_t& word(std::size_t lane, std::size_t i) { return state[lane / 16][i][lane % 16]; }

  alignas(64) std::array<std::array<std::array<std::uint32_t, 16>, 8>, kSha256WideLanes / 16> state;
  std::array<const std::uint8_t*, kSha256WideLanes> next;
};

// Advances lanes 0 … count − 1 by `blocks` blocks each; 1 ≤ count ≤ kSha256WideLanes. What the other lanes have is
// lost.
void sha256_advance_avx512(Sha256Wide& lanes, std::size_t count, std::size_t blocks);

// The hashes that the states of lanes 0 … count − 1 are.
void sha256_write_avx512(const Sha256Wide& lanes, std::size_t count, Hash* out);

// --- Short messages of one size ------------------------------------------------------------------------------------

using TwoBlocks = std::array<std::uint8_t, 2 * kSha256Block>;
inline constexpr std::size_t kSha256PaddedMax = 2 * kSha256Block - 9;  // the longest message that fits with its padding

// Pads a message of `size` bytes whose last ones end at end[at]. Needs nothing.
void sha256_pad(std::size_t size, std::size_t at, TwoBlocks& end);

// The hashes of padded messages of one or of two blocks behind the state `start`.
void sha256_padded(const Sha256Words& start, std::span<const TwoBlocks> messages, std::size_t blocks, Hash* out,
                   const CpuFeatures& cpu);

// out[i] = the hash of the `size` ≤ kSha256PaddedMax bytes that put(i, to) writes. All puts of some i run before the
// first hash of these is written, in the order of i: out may be where put reads what only earlier i need.
template <class Put>
void sha256_in_step(std::size_t size, std::span<Hash> out, const CpuFeatures& cpu, const Put& put) {
  alignas(64) std::array<TwoBlocks, kSha256WideLanes> padded;  // so many that a block is written well before it is read
  for (std::size_t i = 0; i < std::min(padded.size(), out.size()); ++i) sha256_pad(size, size, padded[i]);
  for (std::size_t at = 0; at < out.size(); at += padded.size()) {
    const std::size_t n = std::min(padded.size(), out.size() - at);
    for (std::size_t i = 0; i < n; ++i) put(at + i, padded[i].data());
    sha256_padded(kSha256Initial, std::span(padded).first(n), size + 9 <= kSha256Block ? 1 : 2, &out[at], cpu);
  }
}

}  // namespace aether::crypto

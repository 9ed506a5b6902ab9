// SHA-512's compression (FIPS 180-4, section 6.4.2) on the lanes of any kernel.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "sha512_avx2.hpp"

namespace aether::crypto {

// FIPS 180-4: the first 64 bits of the fractional parts of square roots (8 primes) and cube roots (80 primes).
inline constexpr std::uint64_t kSha512Initial[8] = {0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b,
                                                    0xa54ff53a5f1d36f1, 0x510e527fade682d1, 0x9b05688c2b3e6c1f,
                                                    0x1f83d9abfb41bd6b, 0x5be0cd19137e2179};
inline constexpr std::uint64_t kSha512Round[80] = {
    0x428a2f98d728ae22, 0x7137449123ef65cd, 0xb5c0fbcfec4d3b2f, 0xe9b5dba58189dbbc, 0x3956c25bf348b538,
    0x59f111f1b605d019, 0x923f82a4af194f9b, 0xab1c5ed5da6d8118, 0xd807aa98a3030242, 0x12835b0145706fbe,
    0x243185be4ee4b28c, 0x550c7dc3d5ffb4e2, 0x72be5d74f27b896f, 0x80deb1fe3b1696b1, 0x9bdc06a725c71235,
    0xc19bf174cf692694, 0xe49b69c19ef14ad2, 0xefbe4786384f25e3, 0x0fc19dc68b8cd5b5, 0x240ca1cc77ac9c65,
    0x2de92c6f592b0275, 0x4a7484aa6ea6e483, 0x5cb0a9dcbd41fbd4, 0x76f988da831153b5, 0x983e5152ee66dfab,
    0xa831c66d2db43210, 0xb00327c898fb213f, 0xbf597fc7beef0ee4, 0xc6e00bf33da88fc2, 0xd5a79147930aa725,
    0x06ca6351e003826f, 0x142929670a0e6e70, 0x27b70a8546d22ffc, 0x2e1b21385c26c926, 0x4d2c6dfc5ac42aed,
    0x53380d139d95b3df, 0x650a73548baf63de, 0x766a0abb3c77b2a8, 0x81c2c92e47edaee6, 0x92722c851482353b,
    0xa2bfe8a14cf10364, 0xa81a664bbc423001, 0xc24b8b70d0f89791, 0xc76c51a30654be30, 0xd192e819d6ef5218,
    0xd69906245565a910, 0xf40e35855771202a, 0x106aa07032bbd1b8, 0x19a4c116b8d2d0c8, 0x1e376c085141ab53,
    0x2748774cdf8eeb99, 0x34b0bcb5e19b48a8, 0x391c0cb3c5c95a63, 0x4ed8aa4ae3418acb, 0x5b9cca4f7763e373,
    0x682e6ff3d6b2b8a3, 0x748f82ee5defb2fc, 0x78a5636f43172f60, 0x84c87814a1f0ab72, 0x8cc702081a6439ec,
    0x90befffa23631e28, 0xa4506cebde82bde9, 0xbef9a3f7b2c67915, 0xc67178f2e372532b, 0xca273eceea26619c,
    0xd186b8c721c0c207, 0xeada7dd6cde0eb1e, 0xf57d4f7fee6ed178, 0x06f067aa72176fba, 0x0a637dc5a2c898a6,
    0x113f9804bef90dae, 0x1b710b35131c471b, 0x28db77f523047d84, 0x32caab7b40c72493, 0x3c9ebe0a15c9bebc,
    0x431d67c49c100d4c, 0x4cc5d4becb3e42b6, 0x597f299cfc657e2a, 0x5fcb6fab3ad6faec, 0x6c44198c4a475817};

// Messages of `blocks` blocks of 128 bytes each, already padded, one in a lane. `Lanes` has kCount, a vector V with one
// word of each message, and: splat(word), add(a, b), exclusive(a, b, c), rotate<N>(v), shift<N>(v), choose(e, f, g),
// majority(a, b, c), load(messages, byte, w) and store(state, digests), which read and write big-endian words.
template <class Lanes>
void sha512_lanes(const std::array<const std::uint8_t*, Lanes::kCount>& messages, std::size_t blocks,
                  std::array<avx2::Digest512, Lanes::kCount>& digests) {
  using V = typename Lanes::V;
  V state[8], s[8], w[16];
  for (std::size_t i = 0; i < 8; ++i) state[i] = Lanes::splat(kSha512Initial[i]);
  for (std::size_t at = 0; at < blocks; ++at) {
    Lanes::load(messages, avx2::kSha512Block * at, w);
    for (std::size_t i = 0; i < 8; ++i) s[i] = state[i];
    for (std::size_t round = 0; round < 80; round += 16) {
#pragma GCC unroll 16
      for (std::size_t i = 0; i < 16; ++i) {
        // The variables stay where they are; their names turn.
        V& a = s[(16 - i) % 8];
        V& b = s[(17 - i) % 8];
        V& c = s[(18 - i) % 8];
        V& d = s[(19 - i) % 8];
        V& e = s[(20 - i) % 8];
        V& f = s[(21 - i) % 8];
        V& g = s[(22 - i) % 8];
        V& h = s[(23 - i) % 8];
        const V big_e = Lanes::exclusive(Lanes::template rotate<14>(e), Lanes::template rotate<18>(e),
                                         Lanes::template rotate<41>(e));
        const V big_a = Lanes::exclusive(Lanes::template rotate<28>(a), Lanes::template rotate<34>(a),
                                         Lanes::template rotate<39>(a));
        const V keyed = Lanes::add(w[i], Lanes::splat(kSha512Round[round + i]));
        const V t = Lanes::add(Lanes::add(Lanes::add(h, keyed), Lanes::choose(e, f, g)), big_e);
        d = Lanes::add(d, t);
        h = Lanes::add(Lanes::add(t, Lanes::majority(a, b, c)), big_a);
        const V next = w[(i + 1) % 16], last = w[(i + 14) % 16];
        const V small_next = Lanes::exclusive(Lanes::template rotate<1>(next), Lanes::template rotate<8>(next),
                                              Lanes::template shift<7>(next));
        const V small_last = Lanes::exclusive(Lanes::template rotate<19>(last), Lanes::template rotate<61>(last),
                                              Lanes::template shift<6>(last));
        w[i] = Lanes::add(Lanes::add(w[i], w[(i + 9) % 16]), Lanes::add(small_next, small_last));
      }
    }
    for (std::size_t i = 0; i < 8; ++i) state[i] = Lanes::add(state[i], s[i]);
  }
  Lanes::store(state, digests);
}

}  // namespace aether::crypto

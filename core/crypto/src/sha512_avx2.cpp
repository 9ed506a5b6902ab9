#include "sha512_avx2.hpp"

#include <immintrin.h>

namespace aether::crypto::avx2 {

namespace {

using V = __m256i;

// FIPS 180-4: the first 64 bits of the fractional parts of square roots (8 primes) and cube roots (80 primes).
constexpr std::uint64_t kInitial[8] = {0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
                                       0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179};
constexpr std::uint64_t kRound[80] = {
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

V splat(std::uint64_t x) { return _mm256_set1_epi64x(static_cast<long long>(x)); }
V add(V a, V b) { return _mm256_add_epi64(a, b); }
V exclusive(V a, V b) { return _mm256_xor_si256(a, b); }
template <int N>
V rotate(V x) {
  return _mm256_or_si256(_mm256_srli_epi64(x, N), _mm256_slli_epi64(x, 64 - N));
}
template <int A, int B, int C>
V rotations(V x) {
  return exclusive(exclusive(rotate<A>(x), rotate<B>(x)), rotate<C>(x));
}
template <int A, int B, int S>
V rotations_shift(V x) {
  return exclusive(exclusive(rotate<A>(x), rotate<B>(x)), _mm256_srli_epi64(x, S));
}
V swap_bytes(V x) {
  const V order = _mm256_set_epi8(8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0,
                                  1, 2, 3, 4, 5, 6, 7);
  return _mm256_shuffle_epi8(x, order);
}

// Words 4i to 4i + 3 of four messages, transposed, and the same back.
void transpose(V& a, V& b, V& c, V& d) {
  const V ab_low = _mm256_unpacklo_epi64(a, b), ab_high = _mm256_unpackhi_epi64(a, b);
  const V cd_low = _mm256_unpacklo_epi64(c, d), cd_high = _mm256_unpackhi_epi64(c, d);
  a = _mm256_permute2x128_si256(ab_low, cd_low, 0x20);
  b = _mm256_permute2x128_si256(ab_high, cd_high, 0x20);
  c = _mm256_permute2x128_si256(ab_low, cd_low, 0x31);
  d = _mm256_permute2x128_si256(ab_high, cd_high, 0x31);
}

void compress(V (&state)[8], const std::uint8_t* const (&block)[4]) {
  V w[16];
  for (std::size_t i = 0; i < 16; i += 4) {
    for (std::size_t l = 0; l < 4; ++l)
      w[i + l] = swap_bytes(_mm256_loadu_si256(reinterpret_cast<const V*>(block[l] + 8 * i)));
    transpose(w[i], w[i + 1], w[i + 2], w[i + 3]);
  }
  V s[8];
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
      const V choice = exclusive(g, _mm256_and_si256(e, exclusive(f, g)));
      const V majority = _mm256_or_si256(_mm256_and_si256(a, b), _mm256_and_si256(c, _mm256_or_si256(a, b)));
      const V t = add(add(add(h, add(w[i], splat(kRound[round + i]))), choice), rotations<14, 18, 41>(e));
      d = add(d, t);
      h = add(add(t, majority), rotations<28, 34, 39>(a));
      w[i] = add(add(w[i], w[(i + 9) % 16]),
                 add(rotations_shift<1, 8, 7>(w[(i + 1) % 16]), rotations_shift<19, 61, 6>(w[(i + 14) % 16])));
    }
  }
  for (std::size_t i = 0; i < 8; ++i) state[i] = add(state[i], s[i]);
}

}  // namespace

std::array<Digest512, 4> sha512_blocks_avx2(std::array<const std::uint8_t*, 4> messages, std::size_t blocks) {
  V state[8];
  for (std::size_t i = 0; i < 8; ++i) state[i] = splat(kInitial[i]);
  for (std::size_t at = 0; at < blocks; ++at) {
    const std::size_t byte = 128 * at;
    compress(state, {messages[0] + byte, messages[1] + byte, messages[2] + byte, messages[3] + byte});
  }
  std::array<Digest512, 4> out;
  for (std::size_t i = 0; i < 8; i += 4) {
    transpose(state[i], state[i + 1], state[i + 2], state[i + 3]);
    for (std::size_t l = 0; l < 4; ++l) _mm256_storeu_si256(reinterpret_cast<V*>(&out[l][i]), swap_bytes(state[i + l]));
  }
  return out;
}

}  // namespace aether::crypto::avx2

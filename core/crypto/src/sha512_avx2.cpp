#include "sha512_avx2.hpp"

#include <immintrin.h>

#include "sha512_lanes.hpp"

namespace aether::crypto::avx2 {

namespace {

struct Lanes {
  static constexpr std::size_t kCount = 4;
  using V = __m256i;

  static V splat(std::uint64_t x) { return _mm256_set1_epi64x(static_cast<long long>(x)); }
  static V add(V a, V b) { return _mm256_add_epi64(a, b); }
  static V exclusive(V a, V b) { return _mm256_xor_si256(a, b); }
  static V exclusive(V a, V b, V c) { return exclusive(exclusive(a, b), c); }
  template <int N>
  static V shift(V x) {
    return _mm256_srli_epi64(x, N);
  }
  template <int N>
  static V rotate(V x) {
    return _mm256_or_si256(shift<N>(x), _mm256_slli_epi64(x, 64 - N));
  }
  static V choose(V e, V f, V g) { return exclusive(g, _mm256_and_si256(e, exclusive(f, g))); }
  static V majority(V a, V b, V c) {
    return _mm256_or_si256(_mm256_and_si256(a, b), _mm256_and_si256(c, _mm256_or_si256(a, b)));
  }

  static V swap_bytes(V x) {
    const V order = _mm256_set_epi8(8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
                                    0, 1, 2, 3, 4, 5, 6, 7);
    return _mm256_shuffle_epi8(x, order);
  }

  // Four words of four messages, transposed, and the same back.
  static void transpose(V& a, V& b, V& c, V& d) {
    const V ab_low = _mm256_unpacklo_epi64(a, b), ab_high = _mm256_unpackhi_epi64(a, b);
    const V cd_low = _mm256_unpacklo_epi64(c, d), cd_high = _mm256_unpackhi_epi64(c, d);
    a = _mm256_permute2x128_si256(ab_low, cd_low, 0x20);
    b = _mm256_permute2x128_si256(ab_high, cd_high, 0x20);
    c = _mm256_permute2x128_si256(ab_low, cd_low, 0x31);
    d = _mm256_permute2x128_si256(ab_high, cd_high, 0x31);
  }

  static void load(const std::array<const std::uint8_t*, kCount>& messages, std::size_t byte, V (&w)[16]) {
    for (std::size_t i = 0; i < 16; i += 4) {
      for (std::size_t l = 0; l < kCount; ++l)
        w[i + l] = swap_bytes(_mm256_loadu_si256(reinterpret_cast<const V*>(messages[l] + byte + 8 * i)));
      transpose(w[i], w[i + 1], w[i + 2], w[i + 3]);
    }
  }

  static void store(V (&state)[8], std::array<Digest512, kCount>& digests) {
    for (std::size_t i = 0; i < 8; i += 4) {
      transpose(state[i], state[i + 1], state[i + 2], state[i + 3]);
      for (std::size_t l = 0; l < kCount; ++l)
        _mm256_storeu_si256(reinterpret_cast<V*>(&digests[l][i]), swap_bytes(state[i + l]));
    }
  }
};

}  // namespace

std::array<Digest512, 4> sha512_blocks_avx2(std::array<const std::uint8_t*, 4> messages, std::size_t blocks) {
  std::array<Digest512, 4> out;
  sha512_lanes<Lanes>(messages, blocks, out);
  return out;
}

}  // namespace aether::crypto::avx2

#include "sha512_ifma.hpp"

#include "points_ifma.hpp"
#include "sha512_lanes.hpp"

namespace aether::crypto::ifma {

namespace {

struct Lanes {
  static constexpr std::size_t kCount = 8;
  using V = ifma::V;

  static V splat(std::uint64_t x) { return ifma::splat(x); }
  static V add(V a, V b) { return _mm512_add_epi64(a, b); }
  static V exclusive(V a, V b, V c) { return _mm512_ternarylogic_epi64(a, b, c, 0x96); }
  template <int N>
  static V shift(V x) {
    return _mm512_srli_epi64(x, N);
  }
  template <int N>
  static V rotate(V x) {
    return _mm512_ror_epi64(x, N);
  }
  static V choose(V e, V f, V g) { return _mm512_ternarylogic_epi64(e, f, g, 0xca); }
  static V majority(V a, V b, V c) { return _mm512_ternarylogic_epi64(a, b, c, 0xe8); }

  static V swap_bytes(V x) {
    const __m128i order = _mm_set_epi8(8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);
    return _mm512_shuffle_epi8(x, _mm512_broadcast_i32x4(order));
  }

  static void load(const std::array<const std::uint8_t*, kCount>& messages, std::size_t byte, V (&w)[16]) {
    const std::uint64_t* rows[kCount];
    for (std::size_t l = 0; l < kCount; ++l) rows[l] = reinterpret_cast<const std::uint64_t*>(messages[l] + byte);
    for (std::size_t i = 0; i < 16; i += 4) {
      V four[4];
      load_four({rows[0], rows[1], rows[2], rows[3], rows[4], rows[5], rows[6], rows[7]}, i, four);
      for (std::size_t j = 0; j < 4; ++j) w[i + j] = swap_bytes(four[j]);
    }
  }

  static void store(const V (&state)[8], std::array<avx2::Digest512, kCount>& digests) {
    std::uint64_t* const rows[kCount] = {digests[0].data(), digests[1].data(), digests[2].data(), digests[3].data(),
                                         digests[4].data(), digests[5].data(), digests[6].data(), digests[7].data()};
    for (std::size_t i = 0; i < 8; i += 4)
      store_four(rows, i,
                 {swap_bytes(state[i]), swap_bytes(state[i + 1]), swap_bytes(state[i + 2]), swap_bytes(state[i + 3])});
  }
};

}  // namespace

std::array<avx2::Digest512, 8> sha512_blocks_ifma(std::array<const std::uint8_t*, 8> messages, std::size_t blocks) {
  std::array<avx2::Digest512, 8> out;
  sha512_lanes<Lanes>(messages, blocks, out);
  return out;
}

}  // namespace aether::crypto::ifma

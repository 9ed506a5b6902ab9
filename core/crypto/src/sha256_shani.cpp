// SHA-256's compression with Intel's SHA extensions, for several independent lanes at once: one lane waits for the
// latency of its rounds, several fill it. Twin: OpenSSL's sha256 (sha256_many.cpp), equal bit for bit by test.
#include <immintrin.h>

#include <utility>

#include "sha256_lanes.hpp"

namespace aether::crypto {
namespace {

struct Working {
  __m128i abef, cdgh;
  __m128i w[4];  // the last 16 words of the schedule
};

__m128i load(const void* from) { return _mm_loadu_si128(static_cast<const __m128i*>(from)); }
void store(void* to, __m128i value) { _mm_storeu_si128(static_cast<__m128i*>(to), value); }
__m128i big_endian(__m128i words) {
  return _mm_shuffle_epi8(words, _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203));
}

// Rounds 4I … 4I + 3 of one lane.
template <std::size_t I>
[[gnu::always_inline]] inline void four_rounds(Working& lane, const std::uint8_t* block) {
  __m128i& w = lane.w[I % 4];
  if constexpr (I < 4) {
    w = big_endian(load(block + 16 * I));
  } else {
    const __m128i &w1 = lane.w[(I + 1) % 4], &w2 = lane.w[(I + 2) % 4], &w3 = lane.w[(I + 3) % 4];
    w = _mm_sha256msg2_epu32(_mm_add_epi32(_mm_sha256msg1_epu32(w, w1), _mm_alignr_epi8(w3, w2, 4)), w3);
  }
  const __m128i sum = _mm_add_epi32(w, load(&kSha256Round[4 * I]));
  lane.cdgh = _mm_sha256rnds2_epu32(lane.cdgh, lane.abef, sum);
  lane.abef = _mm_sha256rnds2_epu32(lane.abef, lane.cdgh, _mm_shuffle_epi32(sum, 0x0e));
}

template <std::size_t... L>
[[gnu::always_inline]] inline void advance(Sha256Lane* lanes, std::size_t blocks, std::index_sequence<L...>) {
  Working at[sizeof...(L)];
  ((at[L].abef = load(&lanes[L].state[0]), at[L].cdgh = load(&lanes[L].state[4])), ...);
  const std::uint8_t* next[] = {lanes[L].next...};
  for (; blocks > 0; --blocks) {
    const __m128i abef[] = {at[L].abef...}, cdgh[] = {at[L].cdgh...};
    const auto all = [&]<std::size_t I>(std::integral_constant<std::size_t, I>)
                         __attribute__((always_inline)) { (four_rounds<I>(at[L], next[L]), ...); };
    [&]<std::size_t... I>(std::index_sequence<I...>) __attribute__((always_inline)) {
      (all(std::integral_constant<std::size_t, I>{}), ...);
    }(std::make_index_sequence<16>{});
    ((at[L].abef = _mm_add_epi32(at[L].abef, abef[L]), at[L].cdgh = _mm_add_epi32(at[L].cdgh, cdgh[L])), ...);
    ((next[L] += kSha256Block), ...);
  }
  ((store(&lanes[L].state[0], at[L].abef), store(&lanes[L].state[4], at[L].cdgh), lanes[L].next = next[L]), ...);
}

}  // namespace

void sha256_advance_shani(Sha256Lane* lanes, std::size_t count, std::size_t blocks) {
  if (count == 3) {
    advance(lanes, blocks, std::make_index_sequence<3>{});
  } else if (count == 2) {
    advance(lanes, blocks, std::make_index_sequence<2>{});
  } else {
    advance(lanes, blocks, std::make_index_sequence<1>{});
  }
}

void sha256_write_shani(const Sha256Lane& lane, std::uint8_t* hash) {
  const __m128i abef = _mm_shuffle_epi32(load(&lane.state[0]), 0x1b),
                cdgh = _mm_shuffle_epi32(load(&lane.state[4]), 0x1b);
  store(hash, big_endian(_mm_unpacklo_epi64(abef, cdgh)));
  store(hash + 16, big_endian(_mm_unpackhi_epi64(abef, cdgh)));
}

}  // namespace aether::crypto

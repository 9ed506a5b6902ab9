// SHA-256's compression with Intel's SHA extensions, for several independent lanes at once: one lane waits for the
// latency of its rounds, several fill it. Twin: OpenSSL's sha256 (sha256_many.cpp), equal bit for bit by test.
#include <immintrin.h>

#include <utility>

#include "sha256_lanes.hpp"

namespace aether::crypto {
namespace {

alignas(16) constexpr std::array<std::uint32_t, 64> kRound{
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

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
  const __m128i sum = _mm_add_epi32(w, load(&kRound[4 * I]));
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

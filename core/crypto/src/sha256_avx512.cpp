// SHA-256's compression for sixteen or twice sixteen independent lanes, each in a 32-bit element of 512-bit vectors.
// Twin: OpenSSL's sha256 (sha256_many.cpp), equal bit for bit by test.
#include <immintrin.h>

#include <utility>

#include "sha256_lanes.hpp"

namespace aether::crypto {
namespace {

using Vector = __m512i;

constexpr int kXor = 0x96, kChoose = 0xca, kMajority = 0xe8;  // truth tables of three inputs

Vector load(const void* from) { return _mm512_loadu_si512(from); }
Vector add(Vector a, Vector b) { return _mm512_add_epi32(a, b); }

template <int A, int B, int C>
[[gnu::always_inline]] inline Vector sum_of_rotations(Vector x) {
  return _mm512_ternarylogic_epi32(_mm512_ror_epi32(x, A), _mm512_ror_epi32(x, B), _mm512_ror_epi32(x, C), kXor);
}
template <int A, int B, int Shift>
[[gnu::always_inline]] inline Vector sum_with_shift(Vector x) {
  return _mm512_ternarylogic_epi32(_mm512_ror_epi32(x, A), _mm512_ror_epi32(x, B), _mm512_srli_epi32(x, Shift), kXor);
}

[[gnu::always_inline]] inline Vector big_endian(Vector words) {
  return _mm512_shuffle_epi8(words, _mm512_broadcast_i32x4(_mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203)));
}

// Element j of vector i becomes element i of vector j.
[[gnu::always_inline]] inline void transpose(Vector (&rows)[16]) {
  Vector pairs[16], quads[16];
  for (std::size_t i = 0; i < 16; i += 2) {
    pairs[i] = _mm512_unpacklo_epi32(rows[i], rows[i + 1]);
    pairs[i + 1] = _mm512_unpackhi_epi32(rows[i], rows[i + 1]);
  }
  // Quarter q of quads[4g + c]: column 4q + c of rows 4g … 4g + 3.
  for (std::size_t i = 0; i < 16; i += 4) {
    quads[i] = _mm512_unpacklo_epi64(pairs[i], pairs[i + 2]);
    quads[i + 1] = _mm512_unpackhi_epi64(pairs[i], pairs[i + 2]);
    quads[i + 2] = _mm512_unpacklo_epi64(pairs[i + 1], pairs[i + 3]);
    quads[i + 3] = _mm512_unpackhi_epi64(pairs[i + 1], pairs[i + 3]);
  }
  constexpr int kEven = 0x88, kOdd = 0xdd;  // quarters 0 and 2 of each, or 1 and 3
  for (std::size_t c = 0; c < 4; ++c) {
    const Vector even_low = _mm512_shuffle_i32x4(quads[c], quads[4 + c], kEven);
    const Vector odd_low = _mm512_shuffle_i32x4(quads[c], quads[4 + c], kOdd);
    const Vector even_high = _mm512_shuffle_i32x4(quads[8 + c], quads[12 + c], kEven);
    const Vector odd_high = _mm512_shuffle_i32x4(quads[8 + c], quads[12 + c], kOdd);
    rows[c] = _mm512_shuffle_i32x4(even_low, even_high, kEven);
    rows[4 + c] = _mm512_shuffle_i32x4(odd_low, odd_high, kEven);
    rows[8 + c] = _mm512_shuffle_i32x4(even_low, even_high, kOdd);
    rows[12 + c] = _mm512_shuffle_i32x4(odd_low, odd_high, kOdd);
  }
}

// Sixteen lanes on their way through a block.
struct Group {
  Vector v[8];   // the working variables
  Vector w[16];  // the last 16 words of the schedule
};

// Round I. Registers stay where they are and change their roles: a is v[−I mod 8], b the next, and so on.
template <std::size_t I>
[[gnu::always_inline]] inline void round(Group& group) {
  Vector(&w)[16] = group.w;
  const auto role = [&](std::size_t r) __attribute__((always_inline)) -> Vector& { return group.v[(r + 64 - I) % 8]; };
  Vector& word = w[I % 16];
  if constexpr (I >= 16) {
    word = add(add(word, w[(I + 9) % 16]),
               add(sum_with_shift<7, 18, 3>(w[(I + 1) % 16]), sum_with_shift<17, 19, 10>(w[(I + 14) % 16])));
  }
  const Vector early = add(role(7), add(word, _mm512_set1_epi32(static_cast<int>(kSha256Round[I]))));
  const Vector late =
      add(sum_of_rotations<6, 11, 25>(role(4)), _mm512_ternarylogic_epi32(role(4), role(5), role(6), kChoose));
  // What depends on e is added last: from one e to the next there are four operations.
  role(3) = add(add(role(3), early), late);
  role(7) = add(add(early, late), add(sum_of_rotations<2, 13, 22>(role(0)),
                                      _mm512_ternarylogic_epi32(role(0), role(1), role(2), kMajority)));
}

// All lanes of the first G groups. Two groups hide each other's latency: 7.4 GB/s on Zen 5 where one makes 5.3.
template <std::size_t... G>
[[gnu::always_inline]] inline void advance(Sha256Wide& lanes, std::size_t blocks, std::index_sequence<G...>) {
  constexpr std::size_t kGroups = sizeof...(G);
  for (std::size_t block = 0; block < blocks; ++block) {
    Group groups[kGroups];
    for (std::size_t g = 0; g < kGroups; ++g) {
      Vector words[16];
      for (std::size_t i = 0; i < 16; ++i) words[i] = big_endian(load(lanes.next[16 * g + i] + block * kSha256Block));
      transpose(words);
      for (std::size_t i = 0; i < 16; ++i) groups[g].w[i] = words[i];
      for (std::size_t i = 0; i < 8; ++i) groups[g].v[i] = load(lanes.state[g][i].data());
    }
    const auto all = [&]<std::size_t I>(std::integral_constant<std::size_t, I>)
                         __attribute__((always_inline)) { (round<I>(groups[G]), ...); };
    [&]<std::size_t... I>(std::index_sequence<I...>) __attribute__((always_inline)) {
      (all(std::integral_constant<std::size_t, I>{}), ...);
    }(std::make_index_sequence<64>{});
    for (std::size_t g = 0; g < kGroups; ++g)
      for (std::size_t i = 0; i < 8; ++i) {
        std::uint32_t* const word = lanes.state[g][i].data();
        _mm512_storeu_si512(word, add(load(word), groups[g].v[i]));
      }
  }
}

}  // namespace

void sha256_advance_avx512(Sha256Wide& lanes, std::size_t count, std::size_t blocks) {
  for (std::size_t i = count; i < kSha256WideLanes; ++i) lanes.next[i] = lanes.next[0];  // what is idle must read, too
  if (count <= kSha256WideLanes / 2) {
    advance(lanes, blocks, std::make_index_sequence<1>{});
  } else {
    advance(lanes, blocks, std::make_index_sequence<2>{});
  }
  for (std::size_t i = 0; i < count; ++i) lanes.next[i] += blocks * kSha256Block;
}

void sha256_write_avx512(const Sha256Wide& lanes, std::size_t count, Hash* out) {
  for (std::size_t first = 0; first < count; first += 16) {
    Vector rows[16];
    for (std::size_t i = 0; i < 16; ++i)
      rows[i] = i < 8 ? big_endian(load(lanes.state[first / 16][i].data())) : _mm512_setzero_si512();
    transpose(rows);
    for (std::size_t i = 0; i < 16 && first + i < count; ++i)
      _mm256_storeu_si256(reinterpret_cast<__m256i*>(out[first + i].bytes.data()), _mm512_castsi512_si256(rows[i]));
  }
}

}  // namespace aether::crypto

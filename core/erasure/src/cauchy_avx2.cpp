// One strip of 32 columns after the other, so that all rows of a strip and the tables stay in the first-level cache.
#include <immintrin.h>

#include <cstring>

#include "cauchy.hpp"

namespace aether::erasure::avx2 {
namespace {

#define AETHER_INLINE [[gnu::always_inline]] inline

using V = __m256i;
constexpr std::size_t kStrip = sizeof(V);

AETHER_INLINE V load(const std::uint8_t* at) { return _mm256_loadu_si256(reinterpret_cast<const V*>(at)); }
AETHER_INLINE void store(std::uint8_t* at, V x) { _mm256_storeu_si256(reinterpret_cast<V*>(at), x); }

AETHER_INLINE V table(const std::uint8_t* sixteen) {
  return _mm256_broadcastsi128_si256(_mm_load_si128(reinterpret_cast<const __m128i*>(sixteen)));
}
AETHER_INLINE V times(const Product& by, V x) {
  const V nibble = _mm256_set1_epi8(15);
  const V low = _mm256_shuffle_epi8(table(by.low), _mm256_and_si256(x, nibble));
  const V high = _mm256_shuffle_epi8(table(by.high), _mm256_and_si256(_mm256_srli_epi16(x, 4), nibble));
  return _mm256_xor_si256(low, high);
}
AETHER_INLINE void add(V& to, V x) { to = _mm256_xor_si256(to, x); }

struct Eight {
  V at[8];
};

// Coefficients to values.
AETHER_INLINE void transform(const Step8& by, Eight& x) {
  const auto step = [&x](const Product& factor, unsigned p, unsigned q) __attribute__((always_inline)) {
    add(x.at[p], times(factor, x.at[q]));
    add(x.at[q], x.at[p]);
  };
#pragma GCC unroll 4
  for (unsigned i = 0; i < 4; ++i) step(by.last, i, i + 4);
#pragma GCC unroll 2
  for (unsigned i = 0; i < 2; ++i) {
    step(by.middle[i], 4 * i, 4 * i + 2);
    step(by.middle[i], 4 * i + 1, 4 * i + 3);
  }
#pragma GCC unroll 4
  for (unsigned i = 0; i < 4; ++i) step(by.first[i], 2 * i, 2 * i + 1);
}

// Values to coefficients. At the origin, the coset that is the subspace itself, the factors that come first are 0.
template <bool kOrigin = false>
AETHER_INLINE void interpolate(const Step8& by, Eight& x) {
  const auto step = [&x](const Product& factor, unsigned p, unsigned q, bool zero) __attribute__((always_inline)) {
    add(x.at[q], x.at[p]);
    if (!zero) add(x.at[p], times(factor, x.at[q]));
  };
#pragma GCC unroll 4
  for (unsigned i = 0; i < 4; ++i) step(by.first[i], 2 * i, 2 * i + 1, kOrigin && i == 0);
#pragma GCC unroll 2
  for (unsigned i = 0; i < 2; ++i) {
    step(by.middle[i], 4 * i, 4 * i + 2, kOrigin && i == 0);
    step(by.middle[i], 4 * i + 1, 4 * i + 3, kOrigin && i == 0);
  }
#pragma GCC unroll 4
  for (unsigned i = 0; i < 4; ++i) step(by.last, i, i + 4, kOrigin);
}

// A coset of 64 points, as eight eights.
using Coset = V[64];

struct Strip {
  unsigned k, r;
  const std::uint8_t* const* data;
  std::uint8_t* const* parity;
  std::size_t column;
  Coset inner;    // coefficients of each eight of the data last looked at
  Coset sums[4];  // of each coset with parity: coefficients, then those of each eight

  unsigned end() const { return k + r; }

  void interpolate_eights(unsigned coset) {
    for (unsigned g = 0; g < 8; ++g) {
      const unsigned first = 64 * coset + 8 * g;
      Eight x;
      if (first + 8 <= k) {
#pragma GCC unroll 8
        for (unsigned i = 0; i < 8; ++i) x.at[i] = load(data[first + i] + column);
      } else {
#pragma GCC unroll 8
        for (unsigned i = 0; i < 8; ++i) {
          x.at[i] = first + i < k ? load(data[first + i] + column) : _mm256_setzero_si256();
        }
      }
      if (first < k) interpolate(kCauchyTables.inner[first / 8], x);
#pragma GCC unroll 8
      for (unsigned i = 0; i < 8; ++i) inner[8 * g + i] = x.at[i];
    }
  }

  // Continues to the coefficients of the whole coset, and adds what they are to the parity in every other.
  template <bool kFirst>
  void add_coset(unsigned coset) {
    for (unsigned i = 0; i < 8; ++i) {
      Eight x;
#pragma GCC unroll 8
      for (unsigned g = 0; g < 8; ++g) x.at[g] = inner[8 * g + i];
      interpolate<kFirst>(kCauchyTables.outer[coset], x);
      for (unsigned t = k / 64; 64 * t < end(); ++t) {
        if (t == coset) continue;
        const Product& by = kCauchyTables.scale64[t ^ coset];
#pragma GCC unroll 8
        for (unsigned g = 0; g < 8; ++g) {
          V& sum = sums[t][8 * g + i];
          const V scaled = times(by, x.at[g]);
          sum = kFirst ? scaled : _mm256_xor_si256(sum, scaled);
        }
      }
    }
  }

  void transform_to_eights(unsigned coset) {
    for (unsigned i = 0; i < 8; ++i) {
      Eight x;
#pragma GCC unroll 8
      for (unsigned g = 0; g < 8; ++g) x.at[g] = sums[coset][8 * g + i];
      transform(kCauchyTables.outer[coset], x);
#pragma GCC unroll 8
      for (unsigned g = 0; g < 8; ++g) sums[coset][8 * g + i] = x.at[g];
    }
  }

  // The parity among eight points; before it may be data.
  void finish_eight(unsigned eight) {
    const unsigned first = 8 * eight, coset = first / 64;
    Eight x;
#pragma GCC unroll 8
    for (unsigned i = 0; i < 8; ++i) x.at[i] = sums[coset][first % 64 + i];
    if (coset == k / 64) {
      for (unsigned c = 8 * coset; 8 * c < k; ++c) {
        if (c == eight) continue;
        const Product& by = kCauchyTables.scale8[c ^ eight];
#pragma GCC unroll 8
        for (unsigned i = 0; i < 8; ++i) add(x.at[i], times(by, inner[8 * c % 64 + i]));
      }
    }
    transform(kCauchyTables.inner[eight], x);
    for (unsigned j = first; j < k; ++j) {
      const V value = load(data[j] + column);
#pragma GCC unroll 8
      for (unsigned i = 0; i < 8; ++i) add(x.at[i], times(kCauchyTables.inverse[(first + i) ^ j], value));
    }
#pragma GCC unroll 8
    for (unsigned i = 0; i < 8; ++i) {
      if (first + i >= k && first + i < end()) store(parity[first + i - k] + column, x.at[i]);
    }
  }

  void encode() {
    for (unsigned c = 0; 64 * c < k; ++c) {
      interpolate_eights(c);
      if (c == k / 64 && end() <= 64 * (c + 1)) continue;  // no parity elsewhere
      if (c == 0) {
        add_coset<true>(c);
      } else {
        add_coset<false>(c);
      }
    }
    for (unsigned t = k / 64; 64 * t < end(); ++t) {
      if (t > 0) {
        transform_to_eights(t);
      } else {
        std::memset(sums[0], 0, sizeof sums[0]);  // all data is in this coset
      }
      for (unsigned eight = 8 * t; eight < 8 * (t + 1) && 8 * eight < end(); ++eight) {
        if (8 * eight + 8 > k) finish_eight(eight);
      }
    }
  }
};

}  // namespace

void encode(unsigned k, unsigned r, const std::uint8_t* const* data, std::size_t size, std::uint8_t* const* parity) {
  Strip strip;
  strip.k = k;
  strip.r = r;
  strip.data = data;
  strip.parity = parity;
  if (size >= kStrip) {
    for (strip.column = 0; strip.column + kStrip <= size; strip.column += kStrip) strip.encode();
    if (strip.column == size) return;
    strip.column = size - kStrip;  // again for columns before
    strip.encode();
    return;
  }
  alignas(kStrip) std::uint8_t rows[256][kStrip] = {};
  const std::uint8_t* from[256];
  std::uint8_t* to[256];
  for (unsigned i = 0; i < k; ++i) {
    std::memcpy(rows[i], data[i], size);
    from[i] = rows[i];
  }
  for (unsigned i = 0; i < r; ++i) to[i] = rows[k + i];
  strip.data = from;
  strip.parity = to;
  strip.column = 0;
  strip.encode();
  for (unsigned i = 0; i < r; ++i) std::memcpy(parity[i], to[i], size);
}

}  // namespace aether::erasure::avx2

#include "scalar.hpp"

#include <bit>
#include <cstring>

#include "aether/base/checked.hpp"

namespace aether::crypto::scalar {

namespace {

constexpr std::uint64_t kTopMask = (std::uint64_t{1} << 60) - 1;  // of the word with bit 252

// a + b and a − b modulo 2^256; the carry or borrow out.
bool add_words(Words& out, const Words& a, const Words& b) {
  u128 carry = 0;
#pragma GCC unroll 4
  for (std::size_t i = 0; i < 4; ++i) {
    carry += static_cast<u128>(a[i]) + b[i];
    out[i] = static_cast<std::uint64_t>(carry);
    carry >>= 64;
  }
  return carry != 0;
}

bool subtract_words(Words& out, const Words& a, const Words& b) {
  std::uint64_t borrow = 0;
#pragma GCC unroll 4
  for (std::size_t i = 0; i < 4; ++i) {
    const u128 difference = static_cast<u128>(a[i]) - b[i] - borrow;
    out[i] = static_cast<std::uint64_t>(difference);
    borrow = static_cast<std::uint64_t>(difference >> 64) & 1;
  }
  return borrow != 0;
}

// x mod 2^252, and c·⌊x/2^252⌋ where c = L − 2^252: x = low − folded modulo L.
template <std::size_t N>
struct Folded {
  Words low;
  std::array<std::uint64_t, N - 1> product;
};

template <std::size_t N>
Folded<N> fold(const std::array<std::uint64_t, N>& x) {
  Folded<N> out{{x[0], x[1], x[2], x[3] & kTopMask}, {}};
#pragma GCC unroll 5
  for (std::size_t i = 0; i + 3 < N; ++i) {
    const std::uint64_t high = x[i + 3] >> 60 | (i + 4 < N ? x[i + 4] << 4 : 0);
    u128 carry = static_cast<u128>(high) * kOrder[0] + out.product[i];
    out.product[i] = static_cast<std::uint64_t>(carry);
    carry = (carry >> 64) + static_cast<u128>(high) * kOrder[1] + out.product[i + 1];
    out.product[i + 1] = static_cast<std::uint64_t>(carry);
    if (i + 2 < N - 1) out.product[i + 2] = static_cast<std::uint64_t>(carry >> 64);
  }
  return out;
}

// The canonical value of 0 < x < 2^255.
Words settle(const Words& x) {
  const auto last = fold(x);  // takes ⌊x/2^252⌋·L off, which may be once too often
  Words out;
  const bool negative = subtract_words(out, last.low, {last.product[0], last.product[1], last.product[2], 0});
  if (negative) add_words(out, out, kOrder);
  return out;
}

// a·b, of N and four words.
template <std::size_t N>
std::array<std::uint64_t, N + 4> product(const std::array<std::uint64_t, N>& a, const Words& b) {
  std::array<std::uint64_t, N + 4> out{};
#pragma GCC unroll 4
  for (std::size_t i = 0; i < N; ++i) {
    u128 carry = 0;
#pragma GCC unroll 4
    for (std::size_t j = 0; j < 4; ++j) {
      carry += static_cast<u128>(a[i]) * b[j] + out[i + j];
      out[i + j] = static_cast<std::uint64_t>(carry);
      carry >>= 64;
    }
    out[i + 4] = static_cast<std::uint64_t>(carry);
  }
  return out;
}

bool is_negative(const Words& factor) { return factor[3] >> 63 != 0; }

std::array<std::uint64_t, 2> magnitude(const Words& factor) {
  const std::uint64_t flip = is_negative(factor) ? ~std::uint64_t{0} : 0;
  const u128 out = ((static_cast<u128>(factor[1] ^ flip) << 64) | (factor[0] ^ flip)) + (flip & 1);
  return {static_cast<std::uint64_t>(out), static_cast<std::uint64_t>(out >> 64)};
}

constexpr Words kTwiceOrder = {kOrder[0] << 1, kOrder[1] << 1 | kOrder[0] >> 63, kOrder[1] >> 63, kOrder[3] << 1};

}  // namespace

Words load(std::span<const std::uint8_t, 32> bytes) {
  static_assert(std::endian::native == std::endian::little);
  Words out;
  std::memcpy(out.data(), bytes.data(), bytes.size());
  return out;
}

bool is_canonical(const Words& a) {
  Words difference;
  return subtract_words(difference, a, kOrder);
}

Words reduce(const std::array<std::uint64_t, 8>& wide) {
  // wide = low₀ − p₀, p₀ = low₁ − p₁, p₁ = low₂ − p₂ (p₂ below 2^132), so wide = low₀ − low₁ + low₂ − p₂.
  const auto first = fold(wide);            // p₀ below 2^385
  const auto second = fold(first.product);  // p₁ below 2^259
  const std::array<std::uint64_t, 5> p1 = {second.product[0], second.product[1], second.product[2], second.product[3],
                                           second.product[4]};
  const auto third = fold(p1);
  Words sum;
  add_words(sum, first.low, third.low);
  add_words(sum, sum, kTwiceOrder);
  subtract_words(sum, sum, second.low);
  subtract_words(sum, sum, third.product);
  return settle(sum);
}

Words add(const Words& a, const Words& b) {
  Words out, reduced;
  add_words(out, a, b);
  return subtract_words(reduced, out, kOrder) ? out : reduced;
}

Words negate(const Words& a) {
  Words out;
  subtract_words(out, kOrder, a);
  return a == Words{} ? a : out;
}

Words multiply(const Words& a, const Words& b) { return reduce(product(a, b)); }

Words multiply_signed(const Words& factor, const Words& b) {
  // wide = low₀ − p₀, p₀ = low₁ − p₁, so wide = low₀ − low₁ + p₁.
  const auto first = fold(product(magnitude(factor), b));  // of 381 bits; p₀ below 2^254
  const auto second = fold(Words{first.product[0], first.product[1], first.product[2], first.product[3]});
  Words sum;
  add_words(sum, first.low, {second.product[0], second.product[1], second.product[2], 0});
  add_words(sum, sum, kOrder);
  subtract_words(sum, sum, second.low);
  const Words out = settle(sum);
  return is_negative(factor) ? negate(out) : out;
}

void SignedSum::add(const Words& factor, const Words& b) {
  const auto term = product(magnitude(factor), b);
  auto& sum = sums_[is_negative(factor) ? 1 : 0];
  u128 carry = 0;
#pragma GCC unroll 8
  for (std::size_t i = 0; i < 8; ++i) {
    carry += static_cast<u128>(sum[i]) + (i < term.size() ? term[i] : 0);
    sum[i] = static_cast<std::uint64_t>(carry);
    carry >>= 64;
  }
}

Words SignedSum::reduced() const { return scalar::add(reduce(sums_[0]), negate(reduce(sums_[1]))); }

}  // namespace aether::crypto::scalar

#include "msm.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <vector>

namespace aether::crypto {

namespace {

std::size_t windows(int bits, int width) { return static_cast<std::size_t>((bits + width - 1) / width); }

// The width with the least work: an addition to a bucket costs 8, folding a bucket 20.
template <class Kernel>
int best_width(std::span<const MsmTerms<Kernel>> terms) {
  const auto passes = [](int bits, int width) { return (windows(bits, width) + Kernel::kLanes - 1) / Kernel::kLanes; };
  int best = 0;
  std::size_t least = 0;
  for (int width = 3; width <= 10; ++width) {
    std::size_t cost = 0, folds = 0;
    for (const MsmTerms<Kernel>& t : terms) {
      cost += t.points.size() * passes(t.bits, width) * 8;
      folds = std::max(folds, passes(t.bits, width));
    }
    cost += folds * (std::size_t{1} << (width - 1)) * 20;
    if (best == 0 || cost < least) best = width, least = cost;
  }
  return best;
}

// How to read the digit of one window from the recoded words: ((bits at `byte` >> shift & mask) ^ flip) − offset.
struct Reader {
  std::size_t byte = 0;
  int shift = 0;
  std::uint32_t mask = 0, flip = 0;
  int offset = 0;
};

// Recoding adds half a digit in every window but the last, so each digit is its bits less that half; the last is
// signed.
Reader reader(std::size_t window, int bits, int width) {
  const std::size_t count = windows(bits, width);
  if (window >= count) return {};
  const int at = static_cast<int>(window) * width;
  Reader r{.byte = static_cast<std::size_t>(at / 8), .shift = at % 8};
  const bool last = window + 1 == count;
  const int taken = last ? std::min(width + 1, 256 - at) : width;
  r.mask = (std::uint32_t{1} << taken) - 1;
  r.offset = 1 << (last ? taken - 1 : width - 1);
  r.flip = last ? std::uint32_t{1} << (taken - 1) : 0;
  return r;
}

std::int16_t digit(const std::uint8_t* words, const Reader& r) {
  std::uint32_t raw;
  std::memcpy(&raw, words + r.byte, sizeof raw);
  return static_cast<std::int16_t>(static_cast<int>((raw >> r.shift & r.mask) ^ r.flip) - r.offset);
}

Integer256 halves(int bits, int width) {
  Integer256 out{};
  for (std::size_t j = 0; j + 1 < windows(bits, width); ++j) {
    const std::size_t bit = j * static_cast<std::size_t>(width) + static_cast<std::size_t>(width) - 1;
    out[bit / 64] |= std::uint64_t{1} << bit % 64;
  }
  return out;
}

Integer256 plus(const Integer256& a, const Integer256& b) {
  Integer256 out;
  unsigned char carry = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    const auto sum = a[i] + b[i];
    out[i] = sum + carry;
    carry = static_cast<unsigned char>(sum < a[i]) | static_cast<unsigned char>(out[i] < sum);
  }
  return out;
}

}  // namespace

template <class Kernel>
avx2::ExtendedPoint msm(std::span<const MsmTerms<Kernel>> terms) {
  static_assert(std::endian::native == std::endian::little);
  constexpr std::size_t kLanes = Kernel::kLanes;
  const int width = best_width(terms);
  std::size_t total = 0, window_count = 0;
  for (const MsmTerms<Kernel>& t : terms) {
    total += t.points.size();
    window_count = std::max(window_count, windows(t.bits, width));
  }
  std::vector<Integer256> recoded;
  recoded.reserve(total + 1);
  for (const MsmTerms<Kernel>& t : terms) {
    const Integer256 offset = halves(t.bits, width);
    for (const Integer256& c : t.coefficients) recoded.push_back(plus(c, offset));
  }
  recoded.push_back({});  // a digit's read may go a few bytes on

  std::vector<typename Kernel::Bucket> buckets(kLanes * ((std::size_t{1} << (width - 1)) + 1));
  std::vector<avx2::CachedPoint> sums((window_count + kLanes - 1) / kLanes * kLanes);
  std::vector<std::int16_t> digits(kLanes * total);
  for (std::size_t first = 0; first < window_count; first += kLanes) {
    std::fill(buckets.begin(), buckets.end(), Kernel::kIdentity);
    const auto* words = reinterpret_cast<const std::uint8_t*>(recoded.data());
    for (const MsmTerms<Kernel>& t : terms) {
      const std::size_t n = t.points.size();
      if (first < windows(t.bits, width)) {
        Reader readers[kLanes];
        for (std::size_t l = 0; l < kLanes; ++l) readers[l] = reader(first + l, t.bits, width);
        for (std::size_t i = 0; i < n; ++i)
          for (std::size_t l = 0; l < kLanes; ++l)
            digits[kLanes * i + l] = digit(words + i * sizeof(Integer256), readers[l]);
        fill_buckets(std::span(buckets), t.points, digits);
      }
      words += n * sizeof(Integer256);
    }
    fold_buckets(buckets, std::span<avx2::CachedPoint, kLanes>(&sums[first], kLanes));
  }
  return Kernel::combine_windows(std::span(sums).first(window_count), width);
}

template avx2::ExtendedPoint msm(std::span<const MsmTerms<Avx2>>);
template avx2::ExtendedPoint msm(std::span<const MsmTerms<Ifma>>);

}  // namespace aether::crypto

#include "fixed_base.hpp"

#include <array>
#include <cstdint>

#include "aether/base/result.hpp"

namespace aether::crypto {
namespace {

constexpr unsigned kDigitBits = 12;  // measured: 11 is slower, 13 and 14 no faster with twice the buckets and more
constexpr unsigned kDigits = 22;     // of 264 bits, so that the last digit leaves no carry
constexpr std::size_t kDigitBytes = 2;

// blst's bucket is X, Y, ZZZ, ZZ; a signed digit needs half as many as it has values.
constexpr std::size_t kBucketLimbs = 4 * sizeof(blst_fp) / sizeof(limb_t) << (kDigitBits - 1);

// The digits of s in [−2^11, 2^11), lowest first, as blst reads them: in two's complement.
std::array<std::uint16_t, kDigits> signed_digits(const blst_scalar& s) {
  const auto byte = [&](std::size_t i) -> std::uint32_t { return i < sizeof s.b ? s.b[i] : 0; };
  std::array<std::uint16_t, kDigits> out;
  std::uint32_t carry = 0;
  for (unsigned d = 0; d < kDigits; ++d) {
    const unsigned at = kDigitBits * d;
    const std::uint32_t digit = (((byte(at / 8) | byte(at / 8 + 1) << 8) >> (at % 8)) & 0xfff) + carry;
    carry = digit >> (kDigitBits - 1) != 0 ? 1 : 0;
    out[d] = static_cast<std::uint16_t>(digit & 0xfff);
  }
  return out;
}

}  // namespace

FixedBase::FixedBase(std::span<const blst_p1_affine> points) : count_(points.size()), multiples_(kDigits * count_) {
  AETHER_ASSERT(count_ >= 2);
  std::vector<blst_p1> at(count_);
  for (std::size_t i = 0; i < count_; ++i) blst_p1_from_affine(&at[i], &points[i]);
  const blst_p1* const all[] = {at.data(), nullptr};
  for (unsigned d = 0; d < kDigits; ++d) {
    blst_p1s_to_affine(&multiples_[d * count_], all, count_);
    for (blst_p1& point : at) {
      for (unsigned bit = 0; bit < kDigitBits; ++bit) blst_p1_double(&point, &point);
    }
  }
}

blst_p1 FixedBase::sum(std::span<const blst_scalar> scalars, TaskPool& pool) const {
  AETHER_ASSERT(scalars.size() == count_);
  std::vector<std::uint8_t> digits(kDigitBytes * multiples_.size());
  for (std::size_t i = 0; i < count_; ++i) {
    const auto of_one = signed_digits(scalars[i]);
    for (std::size_t d = 0; d < kDigits; ++d) {
      digits[kDigitBytes * (d * count_ + i)] = static_cast<std::uint8_t>(of_one[d]);
      digits[kDigitBytes * (d * count_ + i) + 1] = static_cast<std::uint8_t>(of_one[d] >> 8);
    }
  }
  std::vector<blst_p1> parts(pool.width());
  pool.run(parts.size(), [&](std::size_t part) {
    const std::size_t first = multiples_.size() * part / parts.size();
    const std::size_t last = multiples_.size() * (part + 1) / parts.size();
    std::vector<limb_t> buckets(kBucketLimbs);
    const blst_p1_affine* const points[] = {&multiples_[first], nullptr};
    const std::uint8_t* const values[] = {&digits[kDigitBytes * first], nullptr};
    blst_p1s_tile_pippenger(&parts[part], points, last - first, values, kDigitBits, buckets.data(), 0, kDigitBits);
  });
  blst_p1 out{};  // infinity
  for (const blst_p1& part : parts) blst_p1_add_or_double(&out, &out, &part);
  return out;
}

}  // namespace aether::crypto

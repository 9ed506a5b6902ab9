#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "aether/base/bytes.hpp"
#include "aether/base/checked.hpp"
#include "aether/base/secret.hpp"

namespace aether {
namespace {

u128 wide(std::uint64_t high, std::uint64_t low) { return u128{high} << 64 | low; }

RC_GTEST_PROP(Hex, round_trip, (const Bytes& bytes)) {
  const auto back = from_hex(to_hex0x(bytes));
  RC_ASSERT(back.has_value());
  RC_ASSERT(*back == bytes);
}

TEST(Hex, refuses_odd_and_foreign_digits) {
  EXPECT_FALSE(from_hex("abc"));
  EXPECT_FALSE(from_hex("0xzz"));
  EXPECT_FALSE(hash_from_hex("00"));
}

// q·c + r = a·b, r < c: checked limb by limb in base 2^32, an arithmetic that mul_div does not use.
std::array<std::uint64_t, 9> limbs_of_product(u128 a, u128 b, u128 plus) {
  std::array<std::uint64_t, 9> out{};
  for (int i = 0; i < 4; ++i) {
    std::uint64_t carry = 0;
    for (int j = 0; j < 4; ++j) {
      const std::uint64_t x = static_cast<std::uint32_t>(a >> (32 * i)), y = static_cast<std::uint32_t>(b >> (32 * j));
      const u128 sum = u128{x} * y + out[i + j] + carry;
      out[i + j] = static_cast<std::uint32_t>(sum);
      carry = static_cast<std::uint64_t>(sum >> 32);
    }
    out[i + 4] += carry;
  }
  std::uint64_t carry = 0;
  for (int i = 0; i < 9; ++i) {
    const std::uint64_t sum = out[i] + (i < 4 ? static_cast<std::uint32_t>(plus >> (32 * i)) : 0) + carry;
    out[i] = static_cast<std::uint32_t>(sum);
    carry = sum >> 32;
  }
  return out;
}

RC_GTEST_PROP(MulDiv, quotient_and_rounding,
              (std::uint64_t a1, std::uint64_t a0, std::uint64_t b1, std::uint64_t b0, std::uint64_t c1,
               std::uint64_t c0)) {
  const u128 a = wide(a1, a0), b = wide(b1, b0), c = wide(c1, c0);
  const auto q = mul_div(a, b, c);
  if (!q) {
    // Refused only for c = 0 or a quotient of 2^128 and more: a·b ≥ c·2^128.
    if (c != 0) {
      const auto product = limbs_of_product(a, b, 0);
      const u128 high = u128{product[7]} << 96 | u128{product[6]} << 64 | u128{product[5]} << 32 | product[4];
      RC_ASSERT(high >= c);
    }
    return;
  }
  // The remainder modulo 2^128 is exact because it is below c.
  const u128 r = a * b - *q * c;
  RC_ASSERT(r < c);
  RC_ASSERT(limbs_of_product(*q, c, r) == limbs_of_product(a, b, 0));
  const auto up = mul_div(a, b, c, Rounding::up);
  if (r == 0) {
    RC_ASSERT(up == q);
  } else if (*q != ~u128{0}) {
    RC_ASSERT(*up == *q + 1);
  } else {
    RC_ASSERT(!up);
  }
}

TEST(Secret, moves_wipe_the_source) {
  std::array<std::uint8_t, 4> raw{1, 2, 3, 4};
  Secret<4> a{raw};
  const Secret<4> b = std::move(a);
  EXPECT_EQ(a.view()[0], 0);  // NOLINT: the moved-from state is what is tested
  EXPECT_EQ(b.view()[3], 4);
  EXPECT_TRUE(b == b.clone());
}

}  // namespace
}  // namespace aether

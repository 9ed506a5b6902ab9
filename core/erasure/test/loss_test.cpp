// Blocks under independent loss: what arrives is decoded as often as the binomial distribution says.
#include <cmath>

#include "support.hpp"

namespace aether::erasure::testing {
namespace {

constexpr double kLoss = 0.1;

// P(at most r of n are lost).
double survival(unsigned n, unsigned r) {
  double term = std::pow(1 - kLoss, n), sum = 0;
  for (unsigned lost = 0; lost <= r; ++lost) {
    sum += term;
    term *= kLoss / (1 - kLoss) * (n - lost) / (lost + 1);
  }
  return sum;
}

TEST(Loss, exact_probabilities) {
  EXPECT_NEAR(survival(12, 2), 0.8891, 5e-5);
  EXPECT_NEAR(survival(16, 6), 0.999495, 5e-7);
  EXPECT_NEAR(survival(240, 40), 0.999504, 5e-7);
}

// Within five standard deviations.
void decoded_as_often_as_expected(std::size_t block_bytes, int blocks, unsigned n, unsigned r) {
  Random random(block_bytes);
  const Bytes bytes = random_bytes(random, block_bytes);
  const auto block = ShreddedBlock::make(ChainId{7}, Slot{9}, bytes, cpus().back());
  ASSERT_TRUE(block.has_value());
  const Layout& layout = block->layout();
  ASSERT_TRUE(layout.set_shards() == n && layout.parity_shards == r);
  const BlockRef ref = ref_of(*block);
  int decoded = 0;
  for (int i = 0; i < blocks; ++i) {
    auto assembler = Assembler::make(ref);
    ASSERT_TRUE(assembler.has_value());
    for (std::uint32_t set = 0; set < layout.sets; ++set) {
      for (std::uint32_t index = 0; index < n; ++index) {
        if (std::bernoulli_distribution(kLoss)(random)) continue;
        ASSERT_TRUE(assembler->add(shred_of(*block, ref, set, index).sent()).has_value());
      }
    }
    const auto out = std::move(*assembler).finish(cpus().back());
    ASSERT_EQ(out.has_value() ? *out == bytes : out.error() == BlockError::incomplete, true);
    decoded += out.has_value() ? 1 : 0;
  }
  const double p = std::pow(survival(n, r), layout.sets);
  EXPECT_NEAR(decoded, blocks * p, 5 * std::sqrt(blocks * p * (1 - p)));
}

TEST(Loss, smallest_sets) { decoded_as_often_as_expected(100, cases(200, 2000, 100'000), 16, 6); }
TEST(Loss, three_of_eighteen) {
  decoded_as_often_as_expected(10 * limits::kShredBytesMax + 1, cases(200, 2000, 50'000), 18, 3);
}
TEST(Loss, full_sets) { decoded_as_often_as_expected(200 * limits::kShredBytesMax, cases(5, 100, 5000), 240, 40); }
TEST(Loss, full_blocks) { decoded_as_often_as_expected(limits::kBlockBytesMax, cases(1, 10, 500), 240, 40); }

}  // namespace
}  // namespace aether::erasure::testing

#include "aether/erasure/code.hpp"

#include "support.hpp"

namespace aether::erasure::testing {
namespace {

Code code_of(unsigned k, unsigned r, const CpuFeatures& cpu = {}) {
  auto code = Code::make(k, r, cpu);
  EXPECT_TRUE(code.has_value());
  return *std::move(code);
}

std::vector<Bytes> encoded(const Code& code, std::vector<Bytes> shards) {
  std::vector<const std::uint8_t*> data;
  std::vector<std::uint8_t*> parity;
  for (unsigned j = 0; j < code.data_shards(); ++j) data.push_back(shards[j].data());
  for (unsigned i = code.data_shards(); i < shards.size(); ++i) {
    std::ranges::fill(shards[i], std::uint8_t{0xa5});
    parity.push_back(shards[i].data());
  }
  code.encode(data, shards[0].size(), parity);
  return shards;
}

TEST(Code, parameters) {
  for (const auto& [k, r] : {std::pair{0u, 1u}, {1u, 0u}, {255u, 1u}, {1u, 255u}, {200u, 56u}, {~0u, 2u}, {2u, ~0u}}) {
    const auto code = Code::make(k, r);
    ASSERT_FALSE(code.has_value()) << k << " " << r;
    EXPECT_EQ(code.error(), CodeError::parameters);
  }
  for (const auto& [k, r] : {std::pair{1u, 1u}, {254u, 1u}, {1u, 254u}, {200u, 40u}}) {
    EXPECT_TRUE(Code::make(k, r).has_value()) << k << " " << r;
  }
}

TEST(Code, encodes_as_defined) {
  Random random(1);
  for (const CpuFeatures& cpu : cpus()) {
    for (int i = 0; i < cases(50, 400, 4000); ++i) {
      const unsigned k = between(random, 1, 254), r = between(random, 1, 255 - k);
      const auto shards = naive_codeword(random, k, r, between(random, 1, i % 2 == 0 ? 200 : 40));
      EXPECT_EQ(encoded(code_of(k, r, cpu), shards), shards) << k << " " << r << " " << shards[0].size();
    }
  }
}

// All patterns of up to r losses, which are all that can be decoded, for all k + r ≤ 16.
TEST(Code, decodes_every_loss_pattern_of_up_to_sixteen_shards) {
  Random random(2);
  const unsigned most = static_cast<unsigned>(cases(11, 16, 16));
  std::uint64_t patterns = 0;
  for (unsigned n = 2; n <= most; ++n) {
    for (unsigned r = 1; r < n; ++r) {
      const Code code = code_of(n - r, r);
      const auto shards = naive_codeword(random, n - r, r, 3);
      for (unsigned bits = 0; bits < 1u << n; ++bits) {
        const ShardSet lost(bits);
        auto some = without(shards, lost);
        const auto done = code.reconstruct(some);
        if (lost.count() > r) {
          ASSERT_FALSE(done.has_value());
          ASSERT_EQ(done.error(), CodeError::too_many_lost);
        } else {
          ++patterns;
          ASSERT_TRUE(done.has_value() && some == shards) << n - r << " " << r << " lost " << lost;
        }
      }
    }
  }
  if (!quick()) {
    EXPECT_EQ(patterns, 983'025u);  // the sum of C(n, e) over n ≤ 16, 1 ≤ r < n, e ≤ r
  }
}

TEST(Code, decodes_random_loss_patterns_above_sixteen_shards) {
  Random random(3);
  constexpr int kPatternsOfACode = 50;
  for (int i = 0; i < cases(10, 400, 2000); ++i) {  // 2000 × 50 = 10^5
    const unsigned n = between(random, 17, 255), r = between(random, 1, n - 1);
    const auto machines = cpus();
    const Code code = code_of(n - r, r, machines[below(random, machines.size())]);
    const auto shards = naive_codeword(random, n - r, r, between(random, 1, 70));
    for (int j = 0; j < kPatternsOfACode; ++j) {
      const ShardSet lost = some_of(random, n, j % 4 == 0 ? r : between(random, 0, r));
      auto some = without(shards, lost);
      ASSERT_TRUE(code.reconstruct(some).has_value());
      ASSERT_TRUE(some == shards) << n - r << " " << r << " " << shards[0].size() << " lost " << lost;
    }
  }
}

TEST(Code, refuses_what_it_cannot_reconstruct) {
  Random random(4);
  const Code code = code_of(4, 2);
  const auto shards = naive_codeword(random, 4, 2, 5);
  const auto error_of = [&](std::vector<Bytes> some) {
    const auto before = some;
    const auto done = code.reconstruct(some);
    EXPECT_FALSE(done.has_value());
    EXPECT_EQ(some, before);
    return done ? CodeError{} : done.error();
  };
  auto other = shards;
  other.pop_back();
  EXPECT_EQ(error_of(other), CodeError::shard_count);
  other = shards;
  other[3].pop_back();
  EXPECT_EQ(error_of(other), CodeError::shard_size);
  EXPECT_EQ(error_of(without(shards, ShardSet(7))), CodeError::too_many_lost);
  EXPECT_EQ(error_of(std::vector<Bytes>(6)), CodeError::too_many_lost);
}

TEST(Code, every_error_has_its_own_text) {
  std::vector<std::string_view> texts;
  for (const auto error :
       {CodeError::parameters, CodeError::shard_count, CodeError::shard_size, CodeError::too_many_lost}) {
    texts.push_back(to_string(error));
  }
  std::ranges::stable_sort(texts);
  EXPECT_TRUE(std::ranges::adjacent_find(texts) == texts.end());
}

}  // namespace
}  // namespace aether::erasure::testing

// The kernel against ISA-L, also where Code would not choose it.
#include "cauchy.hpp"

#include <isa-l/erasure_code.h>

#include "support.hpp"

namespace aether::erasure::testing {
namespace {

// Shards at any addresses, with bytes between them that nobody may touch.
struct Scattered {
  Bytes bytes;
  std::vector<std::uint8_t*> shards;

  Scattered(Random& random, unsigned count, std::size_t size) : bytes(random_bytes(random, count * (size + 64))) {
    std::uint8_t* at = bytes.data();
    for (unsigned i = 0; i < count; ++i) {
      shards.push_back(at + below(random, 64));
      at += size + 64;
    }
  }
  std::vector<const std::uint8_t*> data(unsigned k) const { return {shards.begin(), shards.begin() + k}; }
};

void same_as_isal(Random& random, unsigned k, unsigned r, std::size_t size) {
  Scattered own(random, k + r, size);
  Bytes before = own.bytes;
  avx2::encode(k, r, own.data(k).data(), size, own.shards.data() + k);

  Bytes matrix((k + r) * k), tables(32 * k * r);
  gf_gen_cauchy1_matrix(matrix.data(), static_cast<int>(k + r), static_cast<int>(k));
  ec_init_tables(static_cast<int>(k), static_cast<int>(r), matrix.data() + k * k, tables.data());
  std::vector<std::uint8_t*> expected;
  for (const std::uint8_t* shard : own.shards) expected.push_back(before.data() + (shard - own.bytes.data()));
  ec_encode_data(static_cast<int>(size), static_cast<int>(k), static_cast<int>(r), tables.data(), expected.data(),
                 expected.data() + k);
  ASSERT_TRUE(own.bytes == before) << k << " + " << r << ", " << size << " bytes";
}

class Cauchy : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!cpus().back().avx2) GTEST_SKIP() << "this processor has no AVX2";
  }
  Random random_{1};
};

TEST_F(Cauchy, any_number_of_shards) {
  for (unsigned k = 1; k < 255; ++k) {
    for (unsigned r = 1; k + r <= 255; r += between(random_, 1, static_cast<std::uint32_t>(cases(80, 10, 1)))) {
      same_as_isal(random_, k, r, between(random_, 32, 70));
    }
  }
}

TEST_F(Cauchy, any_size) {
  for (std::size_t size = 1; size <= 200; size += quick() ? 7 : 1) same_as_isal(random_, 200, 40, size);
  for (const std::size_t size : {1166, 1200, 4096, 4097}) same_as_isal(random_, 200, 40, size);
}

TEST(CauchyChoice, full_sets_but_not_the_smallest) {
  EXPECT_TRUE(cauchy_pays(200, 40));
  EXPECT_FALSE(cauchy_pays(10, 2));
  EXPECT_FALSE(cauchy_pays(10, 6));
  EXPECT_FALSE(cauchy_pays(254, 1));
}

}  // namespace
}  // namespace aether::erasure::testing

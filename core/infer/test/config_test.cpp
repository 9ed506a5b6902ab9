#include "aether/infer/config.hpp"

#include <gtest/gtest.h>

#include "support.hpp"

namespace aether::infer::testing {
namespace {

Config largest() {
  Config c = config_of(131'072, 5'120, 256, 64, 64, 256, 16'384, 8'192);
  c.eps = std::uint64_t{1} << 61;
  for (std::uint32_t i = 0; i < 16; ++i) c.stop.insert(131'071 - i);
  return c;
}

TEST(Config, the_largest_and_the_smallest_are_valid) {
  EXPECT_TRUE(validate(largest()));
  EXPECT_TRUE(validate(config_of(1, 1, 1, 1, 1, 2, 1, 1)));
  EXPECT_LE(codec::encode(largest()).size(), 512u);
}

TEST(Config, each_rule_has_its_error) {
  const auto expect = [](ConfigError error, auto&& change) {
    Config c = largest();
    change(c);
    const auto result = validate(c);
    ASSERT_FALSE(result) << to_string(error);
    EXPECT_EQ(result.error(), error) << to_string(result.error());
  };
  expect(ConfigError::version, [](Config& c) { c.version = 2; });
  expect(ConfigError::vocab, [](Config& c) { c.vocab = 0; });
  expect(ConfigError::vocab, [](Config& c) { c.vocab = 131'073; });
  expect(ConfigError::width, [](Config& c) { c.d = 0; });
  expect(ConfigError::width, [](Config& c) { c.d = 5'121; });
  expect(ConfigError::layers, [](Config& c) { c.layers = 0; });
  expect(ConfigError::layers, [](Config& c) { c.layers = 257; });
  expect(ConfigError::heads, [](Config& c) { c.heads = 0; });
  expect(ConfigError::heads, [](Config& c) { c.heads = 65; });
  expect(ConfigError::heads, [](Config& c) { c.heads = UINT32_MAX; });
  expect(ConfigError::kv_heads, [](Config& c) { c.kv_heads = 0; });
  expect(ConfigError::kv_heads, [](Config& c) { c.kv_heads = 3; });
  expect(ConfigError::kv_heads, [](Config& c) { c.kv_heads = 128; });
  expect(ConfigError::head_dim, [](Config& c) { c.head_dim = 0; });
  expect(ConfigError::head_dim, [](Config& c) { c.head_dim = 63; });
  expect(ConfigError::head_dim, [](Config& c) { c.head_dim = 258; });
  expect(ConfigError::hidden, [](Config& c) { c.ff = 0; });
  expect(ConfigError::hidden, [](Config& c) { c.ff = 16'385; });
  expect(ConfigError::context, [](Config& c) { c.context = 0; });
  expect(ConfigError::context, [](Config& c) { c.context = 8'193; });
  expect(ConfigError::eps, [](Config& c) { ++c.eps; });
  expect(ConfigError::stop_token, [](Config& c) { c.vocab = 131'071; });
}

TEST(Config, bytes_give_it_back) {
  const Bytes bytes = codec::encode(largest());
  const auto back = codec::decode<Config>(bytes);
  ASSERT_TRUE(back);
  EXPECT_EQ(*back, largest());
  for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
    EXPECT_FALSE(codec::decode<Config>(ByteView(bytes).first(cut)));
  }
}

}  // namespace
}  // namespace aether::infer::testing

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "aether/codec/bech32m.hpp"

namespace aether::codec {
namespace {

using enum Bech32mError;

RC_GTEST_PROP(Bech32m, bytes_round_trip_and_a_wrong_character_is_noticed, ()) {
  const auto bytes = *rc::gen::container<Bytes>(*rc::gen::inRange(0, 50), rc::gen::arbitrary<std::uint8_t>());
  const auto text = bech32m_encode("t", symbols_from_bytes(bytes));
  RC_ASSERT(text.has_value());
  const auto decoded = bech32m_decode(*text);
  RC_ASSERT(decoded && decoded->prefix == "t");
  const auto back = bytes_from_symbols(decoded->symbols);
  RC_ASSERT(back && *back == bytes);
  std::string changed = *text;
  const auto at = *rc::gen::inRange<std::size_t>(0, changed.size());
  const char to = *rc::gen::inRange('!', '\x7f');
  RC_PRE(to != changed[at]);
  changed[at] = to;
  RC_ASSERT(!bech32m_decode(changed));
}

TEST(Bech32m, each_error_of_reading) {
  const auto error = [](std::string_view text) { return bech32m_decode(text).error(); };
  EXPECT_EQ(error(std::string(91, 'a') + "1qqqqqq"), bad_length);
  EXPECT_EQ(error("a1qqqqq"), bad_length);
  EXPECT_EQ(error("A1lqfn3a"), mixed_case);
  EXPECT_EQ(error("a1lqfb3a"), bad_character);
  EXPECT_EQ(error("a 1lqfn3a"), bad_character);
  EXPECT_EQ(error("lqfn3a"), bad_prefix);
  EXPECT_EQ(error("1lqfn3a"), bad_prefix);
  EXPECT_EQ(error("a1lqfn3q"), bad_checksum);
  EXPECT_TRUE(bech32m_decode("A1LQFN3A"));
}

TEST(Bech32m, each_error_of_writing) {
  const Bech32mSymbols none, high{32}, long_enough(90);
  EXPECT_EQ(bech32m_encode("", none).error(), bad_prefix);
  EXPECT_EQ(bech32m_encode("A", none).error(), bad_prefix);
  EXPECT_EQ(bech32m_encode("a b", none).error(), bad_character);
  EXPECT_EQ(bech32m_encode("a", high).error(), bad_symbol);
  EXPECT_EQ(bech32m_encode("a", long_enough).error(), bad_length);
  EXPECT_EQ(bech32m_encode(std::string(83, 'a'), none)->size(), kBech32mCharactersMax);
  EXPECT_EQ(bech32m_encode(std::string(84, 'a'), none).error(), bad_length);
}

TEST(Bech32m, padding_is_less_than_a_symbol_of_zeros) {
  const auto error = [](Bech32mSymbols symbols) { return bytes_from_symbols(symbols).error(); };
  EXPECT_EQ(error({0}), bad_padding);     // five bits that belong to no byte
  EXPECT_EQ(error({0, 1}), bad_padding);  // a bit set in the padding
  EXPECT_EQ(error({31, 28 | 2}), bad_padding);
  EXPECT_EQ(error({32, 0}), bad_symbol);
  EXPECT_EQ(bytes_from_symbols(Bech32mSymbols{31, 28}), Bytes{0xff});
}

}  // namespace
}  // namespace aether::codec

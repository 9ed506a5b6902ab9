#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "aether/api/json_reader.hpp"
#include "aether/api/schema.hpp"
#include "aether/api/service.hpp"
#include "aether/types/claim.hpp"
#include "aether/types/shred.hpp"
#include "aether/types/utxo.hpp"
#include "any_value.hpp"

namespace aether::api {
namespace {

struct Named {
  using Text8 = codec::Text<8>;
  std::uint8_t small = 0;
  std::uint64_t wide = 0;
  u128 amount = 0;
  bool flag = false;
  Text8 text;
  codec::Blob<4> blob;
  Hash hash;
  Address address;
  Asset asset = Asset::swr;
  SenderKey key;
  codec::List<std::uint32_t, 2> list;
  codec::SortedSet<std::uint32_t, 4> set;
  std::optional<std::uint32_t> maybe;

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("small", self.small);
    visit("wide", self.wide);
    visit("amount", self.amount);
    visit("flag", self.flag);
    visit("text", self.text);
    visit("blob", self.blob);
    visit("hash", self.hash);
    visit("address", self.address);
    visit("asset", self.asset);
    visit("key", self.key);
    visit("list", self.list);
    visit("set", self.set);
    visit("maybe", self.maybe);
  }
};

template <class T>
void round_trip(std::uint64_t seed) {
  T value{};
  testing::AnyValue(seed).fill(value);
  const std::string text = to_json_text(value);
  const auto back = from_json_text<T>(text, 16 * 1024 * 1024);
  if (!back) RC_FAIL(back.error().text() + " in " + text);
  RC_ASSERT(to_json_text(*back) == text);
  if constexpr (std::equality_comparable<T>) RC_ASSERT(*back == value);
}

template <class... Requests>
void round_trip_all(RequestList<Requests...>, std::uint64_t seed) {
  (round_trip<Requests>(seed), ...);
  (round_trip<typename Requests::Answer>(seed), ...);
}

RC_GTEST_PROP(Json, ReadsWhatItWrites, (std::uint64_t seed)) {
  round_trip<Named>(seed);
  round_trip<Transaction>(seed);
  round_trip<Account>(seed);
  round_trip<Supply>(seed);
  round_trip<Treasury>(seed);
  round_trip<Receipt>(seed);
  round_trip<Block>(seed);
  round_trip<Claim>(seed);
  round_trip<Registration>(seed);
  round_trip<Shred>(seed);
  round_trip<Utxo>(seed);
  round_trip<ValidatorList>(seed);
  round_trip<Genesis>(seed);
}

RC_GTEST_PROP(Json, ReadsWhatItWritesOfEveryMethod, (std::uint64_t seed)) { round_trip_all(AllRequests{}, seed); }

// Whatever text is accepted has one form: written again and read again it is the same value.
RC_GTEST_PROP(Json, AnyChangeOfATextIsRefusedOrReadable, (std::uint64_t seed, std::size_t at, char to)) {
  Transaction value;
  testing::AnyValue(seed).fill(value);
  std::string text = to_json_text(value);
  text[at % text.size()] = to;
  const auto back = from_json_text<Transaction>(text, 1 << 20);
  if (!back) return;
  const auto again = from_json_text<Transaction>(to_json_text(*back), 1 << 20);
  RC_ASSERT(again.has_value());
  RC_ASSERT(*again == *back);
}

boost::json::object example() {
  Named value;
  testing::AnyValue(1).fill(value);
  return to_json(value).as_object();
}

struct Wrong {
  std::string_view key;
  std::string_view json;
  JsonErrorKind kind;

  friend std::ostream& operator<<(std::ostream& out, const Wrong& wrong) {
    return out << wrong.key << ": " << wrong.json;
  }
};

class EachError : public ::testing::TestWithParam<Wrong> {};

TEST_P(EachError, HasItsKindAndPath) {
  const Wrong& wrong = GetParam();
  auto object = example();
  object[wrong.key] = boost::json::parse(wrong.json);
  const auto read = from_json<Named>(object);
  ASSERT_FALSE(read.has_value());
  EXPECT_EQ(to_string(read.error().kind), to_string(wrong.kind)) << read.error().text();
  EXPECT_TRUE(read.error().path.starts_with("$." + std::string(wrong.key))) << read.error().path;
}

using enum JsonErrorKind;
INSTANTIATE_TEST_SUITE_P(Reader, EachError,
                         ::testing::Values(Wrong{"small", "256", out_of_range}, Wrong{"small", "-1", out_of_range},
                                           Wrong{"small", "1.0", wrong_type}, Wrong{"small", "\"1\"", wrong_type},
                                           Wrong{"wide", "1", wrong_type},
                                           Wrong{"wide", "\"18446744073709551616\"", out_of_range},
                                           Wrong{"wide", "\"01\"", bad_decimal}, Wrong{"wide", "\"-1\"", bad_decimal},
                                           Wrong{"wide", "\"\"", bad_decimal},
                                           Wrong{"amount", "\"340282366920938463463374607431768211456\"", out_of_range},
                                           Wrong{"flag", "1", wrong_type}, Wrong{"text", "\"123456789\"", above_bound},
                                           Wrong{"text", "\"a\\n\"", bad_text}, Wrong{"text", "1", wrong_type},
                                           Wrong{"blob", "\"0x0102030405\"", above_bound},
                                           Wrong{"blob", "\"0x1\"", bad_hex}, Wrong{"blob", "\"01\"", bad_hex},
                                           Wrong{"blob", "\"0xAB\"", bad_hex}, Wrong{"blob", "1", wrong_type},
                                           Wrong{"hash", "\"0x00\"", bad_hex},
                                           Wrong{"address", "\"aeth1qqqq\"", bad_address},
                                           Wrong{"address", "1", wrong_type}, Wrong{"asset", "\"swr\"", unknown_name},
                                           Wrong{"asset", "0", wrong_type}, Wrong{"key", "{\"rsa\":1}", unknown_name},
                                           Wrong{"key", "{}", wrong_type}, Wrong{"list", "[1,2,3]", above_bound},
                                           Wrong{"list", "{}", wrong_type}, Wrong{"list", "[1,true]", wrong_type},
                                           Wrong{"set", "[2,1]", unsorted_set}, Wrong{"set", "[1,1]", unsorted_set},
                                           Wrong{"maybe", "\"1\"", wrong_type}, Wrong{"more", "1", unknown_key}));

TEST(Reader, NamesAMissingKey) {
  auto object = example();
  object.erase("hash");
  const auto read = from_json<Named>(object);
  ASSERT_FALSE(read.has_value());
  EXPECT_EQ(read.error().kind, missing_key);
}

TEST(Reader, AnOptionalFieldMayBeLeftOut) {
  auto object = example();
  object.erase("maybe");
  const auto read = from_json<Named>(object);
  ASSERT_TRUE(read.has_value()) << read.error().text();
  EXPECT_FALSE(read->maybe.has_value());
}

TEST(Reader, NamesThePlaceInsideAList) {
  auto object = example();
  object["list"] = boost::json::parse("[1, 4294967296]");
  const auto read = from_json<Named>(object);
  ASSERT_FALSE(read.has_value());
  EXPECT_EQ(read.error().path, "$.list[1]");
}

TEST(Parser, RefusesWhatIsNoSingleBoundedValue) {
  const auto kind = [](std::string_view text) {
    const auto parsed = parse_json(text, 200);
    return parsed ? std::string("fine") : std::string(to_string(parsed.error().kind));
  };
  EXPECT_EQ(kind("{\"a\":{\"b\":1},\"b\":[1,{\"b\":2}]}"), "fine");
  EXPECT_EQ(kind(""), "not_json");
  EXPECT_EQ(kind("{} {}"), "not_json");
  EXPECT_EQ(kind("{\"a\":1,}"), "not_json");
  EXPECT_EQ(kind("\"\xff\""), "not_json");
  EXPECT_EQ(kind("{\"a\":1,\"a\":1}"), "duplicate_key");
  EXPECT_EQ(kind("{\"a\":1,\"\\u0061\":1}"), "duplicate_key");
  EXPECT_EQ(kind("[{\"x\":{\"a\":1,\"b\":2,\"a\":3}}]"), "duplicate_key");
  EXPECT_EQ(kind(std::string(33, '[') + std::string(33, ']')), "too_deep");
  EXPECT_EQ(kind(std::string(32, '[') + std::string(32, ']')), "fine");
  EXPECT_EQ(kind(std::string(201, ' ')), "too_large");
}

TEST(Schema, RequiresEveryFieldButOptionalOnes) {
  const auto schema = schema_of<Named>();
  EXPECT_EQ(schema.at("properties").as_object().size(), 13U);
  EXPECT_EQ(schema.at("required").as_array().size(), 12U);
}

}  // namespace
}  // namespace aether::api

// Values of contracts as text, and what is read of a module.
#include <gtest/gtest.h>

#include "contract_text.hpp"
#include "publication_cost.hpp"

namespace aether::cli {
namespace {

std::string encoded(const std::vector<std::string>& values) {
  const auto bytes = encode_values({}, values);
  return bytes ? to_hex(*bytes) : bytes.error().code;
}
std::string decoded(const std::string& types, const std::string& hex) {
  const auto bytes = from_hex(hex);
  const auto shown = decode_values(types, bytes ? *bytes : Bytes{});
  return shown ? shown->text : shown.error().code;
}

TEST(ContractValues, AreBcsInTheirOrder) {
  EXPECT_EQ(encoded({}), "");
  EXPECT_EQ(encoded({"u8:255", "u16:1", "u32:2", "bool:true"}), "ff01000200000001");
  EXPECT_EQ(encoded({"u64:18446744073709551615"}), "ffffffffffffffff");
  EXPECT_EQ(encoded({"u128:340282366920938463463374607431768211455"}), std::string(32, 'f'));
  EXPECT_EQ(encoded({"amount:1.5"}), "60e31600" + std::string(24, '0'));
  EXPECT_EQ(encoded({"bytes:0x0102", "text:ab:c"}), "0201020461623a63");
  const Address address{Hash{{9}}};
  EXPECT_EQ(encoded({"address:" + to_text(address)}), "09" + std::string(62, '0'));
  EXPECT_EQ(encoded({"hash:0x" + std::string(64, 'a')}), std::string(64, 'a'));
}

TEST(ContractValues, OtherTextsAreRefused) {
  for (const char* value : {"5", "u8:256", "u8:-1", "u8:", "u64:18446744073709551616", "u64:0x5", "u7:1", "bool:1",
                            "bytes:0x1", "bytes:zz", "u128:340282366920938463463374607431768211456"})
    EXPECT_EQ(encoded({value}), "bad_value") << value;
  EXPECT_EQ(encoded({"hash:0x01"}), "bad_id");
  EXPECT_EQ(encoded({"amount:x"}), "bad_amount");
  EXPECT_EQ(encoded({"address:aeth1x"}), "bad_address");
}

TEST(ContractValues, AreReadByTheirTypes) {
  EXPECT_EQ(decoded("u8,u16,u32,bool", "ff01000200000001"), "255, 1, 2, true");
  EXPECT_EQ(decoded("u128", std::string(32, 'f')), "340282366920938463463374607431768211455");
  EXPECT_EQ(decoded("amount,text,bytes", "60e31600" + std::string(24, '0') + "0261620107"), "1.5, ab, 0x07");
  EXPECT_EQ(decoded("u64", "00"), "other_type");
  EXPECT_EQ(decoded("u8", "0000"), "other_type");
  EXPECT_EQ(decoded("bool", "02"), "other_type");
  EXPECT_EQ(decoded("u9", "00"), "bad_type");
  EXPECT_EQ(decoded("u8,", "00"), "bad_type");
}

TEST(ContractValues, AttachedAssetsAreNamed) {
  const auto both = read_attached({"1.5SWR", "2AIC"});
  ASSERT_TRUE(both);
  EXPECT_EQ(both->swr, 1'500'000U);
  EXPECT_EQ(both->aic, 2'000'000U);
  for (const std::vector<std::string>& bad :
       {std::vector<std::string>{"1"}, {"SWR"}, {"1BTC"}, {"1SWR", "2SWR"}, {"xSWR"}})
    EXPECT_FALSE(read_attached(bad));
}

TEST(ContractTopics, AreTextWhereTheyWereMadeOfText) {
  const auto topic = read_topic("token.transferred");
  ASSERT_TRUE(topic);
  EXPECT_EQ(topic_text(*topic), "token.transferred");
  const Hash other{{1, 2}};
  EXPECT_EQ(topic_text(other), to_hex0x(other.bytes));
  EXPECT_EQ(read_topic(to_hex0x(other.bytes)), other);
  EXPECT_EQ(topic_text({}), to_hex0x(Hash{}.bytes));
  EXPECT_FALSE(read_topic(""));
  EXPECT_FALSE(read_topic(std::string(33, 'x')));
}

// (import "aether" "abort"), (export "call"), and the section of the methods.
const Bytes kModule = [] {
  Bytes out{0, 'a', 's', 'm', 1, 0, 0, 0};
  append(out, Bytes{2, 16, 1, 6, 'a', 'e', 't', 'h', 'e', 'r', 5, 'a', 'b', 'o', 'r', 't', 0, 0});
  append(out, Bytes{7, 8, 1, 4, 'c', 'a', 'l', 'l', 0, 1});
  append(out, Bytes{0, 24, 14, 'a', 'e', 't', 'h', 'e', 'r', '.', 'm', 'e', 't', 'h', 'o', 'd', 's'});
  append(out, as_bytes("add, show"));
  return out;
}();

TEST(ContractModule, SaysWhatItImportsAndExports) {
  const auto facts = read_module(kModule);
  ASSERT_TRUE(facts);
  EXPECT_EQ(facts->imports, std::vector<std::string>{"aether.abort"});
  EXPECT_EQ(facts->exports, std::vector<std::string>{"call"});
  EXPECT_EQ(facts->methods, (std::vector<std::string>{"add", "show"}));
}

TEST(ContractModule, CutOffItIsNone) {
  // At the ends of its sections it is a shorter module.
  const std::vector<std::size_t> whole{8, 26, 36, kModule.size()};
  for (std::size_t size = 0; size <= kModule.size(); ++size)
    EXPECT_EQ(read_module(ByteView(kModule).first(size)).has_value(), std::ranges::find(whole, size) != whole.end())
        << size;
}

TEST(ContractFailures, NameTheContractsOwnCode) {
  const auto own = call_failure(ResultCode{10'007}, "unknown", "next");
  EXPECT_EQ(own.code, "contract_7");
  EXPECT_EQ(call_failure(ResultCode{3}, "out_of_gas", "next").code, "out_of_gas");
  EXPECT_FALSE(is_contract_code(ResultCode{9'999}));
  EXPECT_TRUE(is_contract_code(ResultCode{10'000}));
}

TEST(PublicationCost, IsOfTheChunksAndOfThePublication) {
  ChainParams params;
  params.fees = {.base = 1'000, .per_byte = 0, .per_step = 1};
  params.gas = {
      .instruction = 10, .per_kib_hashed = 3, .per_state_access = 2, .per_judged_byte = 7, .per_stored_byte = 5};
  // A chunk and a half: an object each, and the module's.
  const Bytes module(72 * 1024);
  const std::uint64_t chunks = 2 * (10 + 4 * 2) + 72 * 3 + 72 * 1024 * 5;
  const std::uint64_t publish = 10 + 3 * 4 * 2 + 72 * 3 + 72 * 1024 * 7 + 99;
  EXPECT_EQ(publication_cost(params, module, 99), (PublicationCost{publish, 3 * 1'000 + chunks + publish}));
  // Three transactions with the bytes of the module and some hundred of their own.
  params.fees = {.base = 0, .per_byte = 1, .per_step = 0};
  const auto bytes = publication_cost(params, module, 99)->fee - module.size();
  EXPECT_TRUE(bytes > 3 * 200 && bytes < 3 * 500) << static_cast<std::uint64_t>(bytes);
  params.fees.per_byte = ~u128{0};
  EXPECT_EQ(publication_cost(params, module, 99), std::nullopt);
}

}  // namespace
}  // namespace aether::cli

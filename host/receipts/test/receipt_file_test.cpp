#include "aether/receipts/receipt_file.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>
#include <unistd.h>

#include "../../api/test/any_value.hpp"
#include "support.hpp"

namespace aether::receipts::testing {
namespace {

namespace json = boost::json;

// Any values in the fields; a configuration that a model may have, since the reader asks for one.
ReceiptFile any_file(std::uint64_t seed) {
  ReceiptFile file;
  api::testing::AnyValue(seed).fill(file);
  file.version = kFileVersion;
  file.model.config = vcr::testing::small_config();
  return file;
}

json::object example() { return json::parse(to_text(any_file(1))).as_object(); }

std::string kind_of(const json::value& value) {
  const auto file = from_text(json::serialize(value));
  return file ? "fine" : std::string(to_string(file.error().kind));
}

RC_GTEST_PROP(ReceiptFileText, ReadsBackWhatWasWritten, (std::uint64_t seed)) {
  const ReceiptFile file = any_file(seed);
  const std::string text = to_text(file);
  const auto back = from_text(text);
  if (!back) RC_FAIL(back.error().message);
  RC_ASSERT(*back == file);
  RC_ASSERT(to_text(*back) == text);
}

TEST(ReceiptFileText, FitsItsBound) {
  ReceiptFile file = any_file(2);
  file.prompt.assign(limits::kInlineTokensMax, 0xffff'ffff);
  file.output.assign(limits::kInlineTokensMax, 0xffff'ffff);
  EXPECT_LE(to_text(file).size(), kFileBytesMax);
  EXPECT_TRUE(from_text(to_text(file)));
}

TEST(ReceiptFileText, EachFieldIsNeededAndNoOther) {
  const json::object whole = example();
  EXPECT_EQ(kind_of(whole), "fine");
  for (const auto& entry : whole) {
    auto without = whole;
    without.erase(entry.key());
    EXPECT_EQ(kind_of(without), entry.key() == "signature" ? "fine" : "receipt_format") << entry.key();
  }
  auto more = whole;
  more["more"] = 1;
  EXPECT_EQ(kind_of(more), "receipt_format");
}

TEST(ReceiptFileText, NamesWhatIsWrong) {
  auto version = example();
  version["version"] = 2;
  EXPECT_EQ(kind_of(version), "receipt_version");
  auto config = example();
  config["model"].as_object()["config"].as_object()["d"] = 0;
  EXPECT_EQ(kind_of(config), "receipt_model_config");
  auto token = example();
  token["prompt"] = json::array{1, 4294967296};
  const auto file = from_text(json::serialize(token));
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().kind, FileErrorKind::format);
  EXPECT_NE(file.error().message.find("$.prompt[1]"), std::string::npos) << file.error().message;
  for (const auto* text : {"", "{", "[]", "null", "\xff", "{\"version\":1,\"version\":1}"})
    EXPECT_FALSE(from_text(text)) << text;
  EXPECT_FALSE(from_text(std::string(kFileBytesMax + 1, ' ')));
}

TEST(ReceiptFileOnDisk, IsWrittenWholeOrNotAtAll) {
  const auto directory = env::TempDir::create();
  ASSERT_TRUE(directory);
  const ReceiptFile file = any_file(3);
  const env::Path path = directory->path() / "receipt.json";
  EXPECT_EQ(to_string(read(path).error().kind), "receipt_file");
  ASSERT_TRUE(write(path, file));
  const auto back = read(path);
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(*back, file);
  EXPECT_EQ(to_string(write(directory->path() / "none" / "receipt.json", file).error().kind), "receipt_file");
  std::size_t entries = 0;
  for (const auto& entry : std::filesystem::directory_iterator(directory->path())) entries += entry.exists() ? 1 : 0;
  EXPECT_EQ(entries, 1U);
}

}  // namespace
}  // namespace aether::receipts::testing

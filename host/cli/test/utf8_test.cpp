#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "aether/api/json.hpp"
#include "support.hpp"

namespace aether::cli {
namespace {

std::string fixed(std::string_view text) { return to_utf8(as_bytes(text)); }

TEST(Utf8, LeavesValidTextAlone) {
  for (const std::string_view text : {"", "abc\n", "\xc3\xa9", "\xe2\x82\xac", "\xed\x9f\xbf", "\xee\x80\x80",
                                      "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"})
    EXPECT_EQ(fixed(text), text);
}

TEST(Utf8, ReplacesEachByteThatBelongsToNoSequence) {
  const std::string mark = "\xef\xbf\xbd";
  EXPECT_EQ(fixed("a\xff"
                  "b"),
            "a" + mark + "b");
  EXPECT_EQ(fixed("\xc3"), mark);
  EXPECT_EQ(fixed("\xe2\x82"), mark + mark);
  EXPECT_EQ(fixed("\xc0\xaf"), mark + mark);                        // overlong
  EXPECT_EQ(fixed("\xed\xa0\x80"), mark + mark + mark);             // a surrogate
  EXPECT_EQ(fixed("\xf4\x90\x80\x80"), mark + mark + mark + mark);  // above the last character
}

// Boost's parser judges UTF-8 by itself.
RC_GTEST_PROP(Utf8, IsAlwaysWhatJsonAccepts, (const std::vector<std::uint8_t>& bytes)) {
  const std::string text = boost::json::serialize(boost::json::string(to_utf8(bytes)));
  const auto parsed = api::parse_json(text, 1 << 20);
  RC_ASSERT(parsed.has_value());
  RC_ASSERT(parsed->as_string() == to_utf8(bytes));
}

}  // namespace
}  // namespace aether::cli

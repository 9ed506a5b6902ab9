#include "aether/models/tokenizer_json.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <boost/json.hpp>

#include "support.hpp"

namespace aether::models {
namespace {

namespace json = boost::json;

json::object tiny() { return json::parse(testing::text_of(testing::tiny_directory() / "tokenizer.json")).as_object(); }
Outcome<infer::Tokenizer> read(const json::object& document) { return tokenizer_from_json(json::serialize(document)); }

// Vectors of Hugging Face's tokenizers 0.23 with this file; train.py gives the same.
TEST(TokenizerJson, tokens_are_those_of_hugging_face) {
  const auto tokenizer = read(tiny());
  ASSERT_TRUE(tokenizer) << tokenizer.error().message;
  using Ids = std::vector<std::uint32_t>;
  EXPECT_EQ(tokenizer->encode(as_bytes("In the beginning God created the heaven and the earth.\n")),
            (Ids{73, 110, 258, 810, 264, 110, 289, 386, 279, 551, 282, 258, 732, 267, 258, 615, 46, 10}));
  EXPECT_EQ(tokenizer->encode(as_bytes("  a  b\n\nc\t 12ab, é漢!  ")),
            (Ids{32, 259, 32, 270, 10, 10, 99, 9, 32, 49, 50, 456, 44, 32, 195, 169, 230, 188, 162, 33, 32, 32}));
  EXPECT_EQ(tokenizer->vocabulary().pieces.size(), 1024u);
  EXPECT_EQ(tokenizer->vocabulary().special, Ids{1023});
}

TEST(TokenizerJson, every_byte_has_its_stand_in) {
  const auto tokenizer = read(tiny());
  ASSERT_TRUE(tokenizer);
  for (int byte = 0; byte < 256; ++byte)
    EXPECT_EQ(tokenizer->vocabulary().pieces[static_cast<std::size_t>(byte)], Bytes{static_cast<std::uint8_t>(byte)});
}

TEST(TokenizerJson, merges_as_pairs_are_the_same) {
  json::object document = tiny();
  for (auto& merge : document["model"].at("merges").as_array()) {
    const std::string text(merge.as_string());
    const std::size_t space = text.find(' ');
    merge = json::array{text.substr(0, space), text.substr(space + 1)};
  }
  const auto one = read(tiny()), other = read(document);
  ASSERT_TRUE(one && other);
  EXPECT_EQ(one->hash(), other->hash());
}

using Change = std::function<void(json::object&)>;

void refused(ErrorKind kind, std::string_view names, const Change& change) {
  json::object document = tiny();
  change(document);
  const auto out = read(document);
  ASSERT_FALSE(out) << names;
  EXPECT_EQ(out.error().kind, kind) << out.error().message;
  EXPECT_NE(out.error().message.find(names), std::string::npos) << out.error().message;
}

json::object& model(json::object& d) { return d["model"].as_object(); }
json::object& part(json::object& d, std::size_t i) {
  return d["pre_tokenizer"].at("pretokenizers").as_array()[i].as_object();
}

TEST(TokenizerJson, what_would_cut_text_otherwise_is_refused) {
  constexpr auto kind = ErrorKind::unsupported;
  refused(kind, "normalizer", [](auto& d) { d["normalizer"] = {{"type", "NFC"}}; });
  refused(kind, "post_processor", [](auto& d) { d["post_processor"] = {{"type", "TemplateProcessing"}}; });
  refused(kind, "truncation", [](auto& d) { d["truncation"] = {{"max_length", 3}}; });
  refused(kind, "pre-tokenizer", [](auto& d) { d["pre_tokenizer"] = {{"type", "Whitespace"}}; });
  refused(kind, "pre-tokenizer", [](auto& d) { d.erase("pre_tokenizer"); });
  refused(kind, "pre-tokenizer", [](auto& d) { part(d, 0)["pattern"] = {{"Regex", " ?[a-z]+"}}; });
  refused(kind, "pre-tokenizer", [](auto& d) { part(d, 0)["behavior"] = "Removed"; });
  refused(kind, "pre-tokenizer", [](auto& d) { part(d, 0)["invert"] = true; });
  refused(kind, "pre-tokenizer", [](auto& d) { part(d, 1)["use_regex"] = true; });
  refused(kind, "pre-tokenizer", [](auto& d) { part(d, 1)["add_prefix_space"] = true; });
  refused(kind, "decoder", [](auto& d) { d["decoder"] = nullptr; });
  refused(kind, "BPE", [](auto& d) { model(d)["type"] = "Unigram"; });
  refused(kind, "byte_fallback", [](auto& d) { model(d)["byte_fallback"] = true; });
  refused(kind, "unk_token", [](auto& d) { model(d)["unk_token"] = "<unk>"; });
  refused(kind, "dropout", [](auto& d) { model(d)["dropout"] = 0.1; });
  refused(kind, "1023", [](auto& d) { d["added_tokens"].as_array()[0].as_object()["special"] = false; });
}

TEST(TokenizerJson, vocabularies_that_make_no_tokenizer_are_refused) {
  constexpr auto kind = ErrorKind::vocabulary;
  refused(kind, "'漢'", [](auto& d) { model(d)["vocab"].as_object()["漢"] = 1023; });
  refused(kind, "''", [](auto& d) { model(d)["vocab"].as_object()[""] = 1023; });
  refused(kind, "id 65", [](auto& d) { model(d)["vocab"].as_object()["B"] = 65; });
  refused(kind, "'A'", [](auto& d) { model(d)["vocab"].as_object()["A"] = 131'072; });
  refused(kind, "'A'", [](auto& d) { model(d)["vocab"].as_object()["A"] = -1; });
  refused(kind, "a byte", [](auto& d) { model(d)["vocab"].as_object().erase("Ā"); });
  refused(kind, "merge 767", [](auto& d) { model(d)["merges"].as_array().emplace_back("A zzzz"); });
  refused(kind, "twice", [](auto& d) { model(d)["merges"].as_array().emplace_back("t h"); });
  refused(kind, "1023", [](auto& d) { model(d)["vocab"].as_object()["zzzz"] = 1023; });
  refused(kind, "added token", [](auto& d) { d["added_tokens"].as_array()[0].as_object()["id"] = "x"; });
}

TEST(TokenizerJson, other_documents_are_refused) {
  for (const char* text : {"", "[]", "{}", "{\"model\":1}", "\xff"})
    EXPECT_EQ(tokenizer_from_json(text).error().kind, ErrorKind::json) << text;
  constexpr auto kind = ErrorKind::json;
  refused(kind, "vocab", [](auto& d) { model(d)["vocab"] = json::array{}; });
  refused(kind, "merges", [](auto& d) { model(d).erase("merges"); });
  refused(kind, "merge 0", [](auto& d) { model(d)["merges"].as_array()[0] = "th"; });
  refused(kind, "merge 0", [](auto& d) { model(d)["merges"].as_array()[0] = json::array{"t"}; });
  refused(kind, "added_tokens", [](auto& d) { d["added_tokens"] = 1; });
  refused(kind, "added token", [](auto& d) { d["added_tokens"] = json::array{1}; });
}

TEST(TokenizerJson, a_file_is_named_in_its_error) {
  const auto dir = std::move(*env::TempDir::create());
  const env::Path path = dir.path() / "tokenizer.json";
  EXPECT_EQ(read_tokenizer(path).error().kind, ErrorKind::environment);
  ASSERT_TRUE(env::write_file_atomically(path, as_bytes("{}")));
  EXPECT_NE(read_tokenizer(path).error().message.find(path.string()), std::string::npos);
}

RC_GTEST_PROP(TokenizerJson, any_text_comes_back, (const Bytes& text)) {
  static const auto tokenizer = read(tiny());
  RC_ASSERT(tokenizer->decode(tokenizer->encode(text)) == text);
}

}  // namespace
}  // namespace aether::models

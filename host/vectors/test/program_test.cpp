// Lines, fields, descriptions: what holds for every op.
#include <sstream>

#include "examples.hpp"
#include "op.hpp"
#include "support.hpp"

namespace aether::vectors {
namespace {

using namespace testing;

TEST(Describe, every_example_gives_the_answer_that_is_shown) {
  const json::object described = ask({{"op", "describe"}});
  ASSERT_EQ(described.at("ok"), json::value(true));
  const json::array& listed = described.at("ops").as_array();
  ASSERT_EQ(listed.size(), ops().size());
  for (const json::value& op : listed) {
    const json::value& example = op.at("example");
    EXPECT_EQ(example.at("op"), op.at("op"));
    EXPECT_EQ(json::value(ask(example)), op.at("answer")) << op.at("op");
    EXPECT_EQ(op.at("answer").at("ok"), json::value(true)) << op.at("op");
    for (const auto& field : op.at("answer").as_object())
      EXPECT_TRUE(field.key() == "ok" || op.at("gives").as_object().contains(field.key()))
          << op.at("op") << field.key();
  }
}

// Left out, wrong in type, and one too many: each op names the field.
TEST(Fields, each_op_names_what_is_wrong) {
  for (const Op& op : ops()) {
    const json::object described = ask({{"op", "describe"}});
    json::object example;
    for (const json::value& one : described.at("ops").as_array())
      if (one.at("op") == json::value(op.name)) example = one.at("example").as_object();
    for (const Field& field : op.takes) {
      json::object changed = example;
      changed.erase(field.name);
      if (field.is_optional) {
        EXPECT_FALSE(changed.empty());
      } else {
        EXPECT_TRUE(error_of(changed).starts_with(std::string(field.name) + ": missing")) << op.name;
      }
      if (field.type == Type::json) continue;
      changed[field.name] = true;
      EXPECT_TRUE(error_of(changed).starts_with(std::string(field.name) + ": ")) << op.name;
    }
    json::object changed = example;
    changed["surplus"] = 1;
    EXPECT_TRUE(error_of(changed).starts_with("surplus: no such field")) << op.name;
    changed = example;
    changed["id"] = json::array{"any", 1};
    EXPECT_EQ(ask(changed).at("id"), changed.at("id")) << op.name;
  }
}

// In whatever op, the other name gives the same answer, and both at once are an error.
TEST(Fields, another_name_stands_for_the_field) {
  std::size_t tried = 0;
  for (const Op& op : ops()) {
    for (const Field& field : op.takes) {
      json::object renamed = json::parse(example_of(op.name).request).as_object();
      if (field.also.empty() || !renamed.contains(field.name)) continue;
      const json::object answer = ask(renamed);
      const json::value given = renamed.at(field.name);
      renamed[field.also] = given;
      EXPECT_EQ(error_of(renamed),
                std::string(field.also) + ": another name of " + std::string(field.name) + ", which is there");
      renamed.erase(field.name);
      EXPECT_EQ(ask(renamed), answer);
      renamed[field.also] = true;
      EXPECT_TRUE(error_of(renamed).starts_with(std::string(field.also) + ": ")) << op.name;
      ++tried;
    }
  }
  EXPECT_GT(tried, 5u);
}

TEST(Fields, bytes_are_hex_without_prefix_in_either_case) {
  const auto hash = [](std::string_view message) { return ask({{"op", "sha256"}, {"message", message}}); };
  EXPECT_EQ(hash("ab"), hash("AB"));
  EXPECT_EQ(hash("").at("ok"), json::value(true));
  for (const std::string_view bad : {"0x00", "0X00", "0", "0g", " 00", "00 "})
    EXPECT_EQ(error_of({{"op", "sha256"}, {"message", bad}}),
              "message: an even number of hex digits, without 0x, wanted");
}

TEST(Fields, errors_name_the_element) {
  EXPECT_EQ(error_of({{"op", "merkle_root"}, {"leaves", {"00", "0"}}}),
            "leaves[1]: an even number of hex digits, without 0x, wanted");
  const json::object item{{"public_key", ""}, {"message", ""}};
  EXPECT_EQ(error_of({{"op", "ed25519_verify_batch"}, {"items", json::array{item}}}),
            "items[0].signature: missing; the fields are public_key, message, signature");
  EXPECT_EQ(error_of({{"op", "bech32m_encode"}, {"hrp", "a"}, {"words", {1, -1}}}),
            "words[1]: a whole number from 0 to 2^64 - 1 wanted");
}

TEST(Fields, numbers_are_numbers_or_their_digits) {
  const auto encode = [](json::value word) {
    return ask({{"op", "bech32m_encode"}, {"hrp", "a"}, {"words", json::array{std::move(word)}}});
  };
  EXPECT_EQ(encode(7), encode("7"));
  for (const json::value& bad :
       {json::value(1.0), json::value("07"), json::value(""), json::value("18446744073709551616")})
    EXPECT_EQ(encode(bad).at("ok"), json::value(false)) << bad;
}

TEST(Verdicts, malformed_input_is_not_valid_where_malformed_json_is_an_error) {
  const json::object request{{"op", "ed25519_verify"}, {"public_key", "00"}, {"message", ""}, {"signature", ""}};
  expect_answer(request, {{"ok", true}, {"valid", false}, {"reason", "public_key: 32 bytes wanted, 1 given"}});
  json::object no_hex = request;
  no_hex["public_key"] = "zz";
  EXPECT_FALSE(error_of(no_hex).empty());
  json::object no_tag = request;
  no_tag["tag"] = std::string(128, 'a');
  EXPECT_EQ(error_of(no_tag), "tag: 1 to 127 characters of printable ASCII wanted");
}

TEST(Lines, whatever_a_line_holds_gives_one_answer) {
  for (const std::string_view line :
       {"", " ", "{", "[]", "null", "{}", "{\"op\":1}", "{\"op\":\"none\"}", "\xff\xfe",
        "{\"op\":\"describe\",\"op\":\"describe\"}", "{\"op\":\"describe\",\"x\":1}", "{\"op\":\"describe\"} {}"}) {
    const json::object answer = ask_text(line);
    EXPECT_EQ(answer.at("ok"), json::value(false)) << line;
    EXPECT_FALSE(answer.at("error").as_string().empty()) << line;
  }
}

std::vector<json::object> served(const std::string& input, std::size_t line_bytes_max) {
  std::istringstream in(input);
  std::ostringstream out;
  EXPECT_TRUE(Vectors().serve(in, out, line_bytes_max));
  std::vector<json::object> answers;
  std::istringstream lines(out.str());
  for (std::string line; std::getline(lines, line);) answers.push_back(json::parse(line).as_object());
  return answers;
}

TEST(Lines, a_line_is_bounded_and_the_next_one_is_answered) {
  const std::string good = R"({"op":"sha256","message":""})";
  const std::string longest = good + std::string(100 - good.size(), ' ');
  const auto answers = served(good + "\n" + longest + "\n" + longest + " \n\n" + good, 100);
  ASSERT_EQ(answers.size(), 5u);
  EXPECT_EQ(answers[0].at("ok"), json::value(true));
  EXPECT_EQ(answers[1], answers[0]);
  EXPECT_EQ(answers[2].at("error"), json::value("a line has at most 100 bytes"));
  EXPECT_EQ(answers[3].at("ok"), json::value(false));
  EXPECT_EQ(answers[4], answers[0]);
  EXPECT_TRUE(served("", 100).empty());
  EXPECT_EQ(served(std::string(101, 'x'), 100).size(), 1u);
}

TEST(Lines, an_output_that_cannot_be_written_is_told) {
  std::istringstream in("{}\n");
  std::ostringstream out;
  out.setstate(std::ios::badbit);
  EXPECT_FALSE(Vectors().serve(in, out));
}

}  // namespace
}  // namespace aether::vectors

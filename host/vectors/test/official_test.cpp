// The official vectors of test/vectors, put through the program. In each file an answer must have what is written
// there.
#include "support.hpp"

namespace aether::vectors {
namespace {

using namespace testing;

std::vector<std::string> files() {
  std::vector<std::string> out;
  for (const auto& entry : std::filesystem::directory_iterator(kSource / "test" / "vectors"))
    if (entry.path().stem() != "zip215_points") out.push_back(entry.path().filename().string());
  std::sort(out.begin(), out.end());
  return out;
}

class Official : public ::testing::TestWithParam<std::string> {};

TEST_P(Official, every_case) {
  const json::value file = read_vectors(GetParam());
  ASSERT_FALSE(file.at("cases").as_array().empty());
  for (const json::value& one : file.at("cases").as_array())
    expect_answer(one.at("request"), one.at("answer").as_object());
}

INSTANTIATE_TEST_SUITE_P(Files, Official, ::testing::ValuesIn(files()),
                         [](const auto& file) { return file.param.substr(0, file.param.find('.')); });

// s = 0 with A and R of small order: 8·(R + k·A) = 0 whatever the message, so all must be accepted, by the single
// verifier and by the batch, raw and in a frame; and one whose s is 1 must not.
TEST(Zip215, every_combination_of_small_order_alone_and_in_a_batch) {
  const json::value file = read_vectors("zip215_points.json");
  const json::array& points = file.at("points").as_array();
  ASSERT_EQ(points.size(), 14u);
  const std::string zero(64, '0');
  const std::string one = "01" + std::string(62, '0');
  for (const json::object& tag : {json::object{}, json::object{{"tag", "aether/tx"}}}) {
    for (const std::string& message : {std::string("5a63617368"), std::string(64, '7')}) {
      json::array items, verdicts;
      for (const json::value& a : points) {
        for (const json::value& r : points) {
          for (const std::string& s : {zero, one}) {
            json::object item{{"public_key", a}, {"message", message}, {"signature", std::string(r.as_string()) + s}};
            items.push_back(item);
            verdicts.emplace_back(s == zero);
            item.insert(tag.begin(), tag.end());
            item.emplace("op", "ed25519_verify");
            expect_answer(item, {{"ok", true}, {"valid", s == zero}});
          }
        }
      }
      json::object batch{{"op", "ed25519_verify_batch"}, {"items", items}};
      batch.insert(tag.begin(), tag.end());
      expect_answer(batch, {{"ok", true}, {"valid", verdicts}});
    }
  }
}

}  // namespace
}  // namespace aether::vectors

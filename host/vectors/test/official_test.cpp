// The official vectors of test/vectors, put through the program. In each file an answer must have what is written
// there.
#include <boost/multiprecision/cpp_int.hpp>
#include <iomanip>
#include <map>
#include <sstream>

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

// The scalars base^256, base^257, … in hex.
std::string powers(unsigned base) {
  using boost::multiprecision::cpp_int;
  const cpp_int r("0x73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001");
  cpp_int power = 1;
  std::string out;
  for (int i = 0; i < 256 + 4096; ++i, power = power * base % r) {
    if (i < 256) continue;
    std::ostringstream digits;
    digits << std::hex << std::setw(64) << std::setfill('0') << power;
    out += digits.str();
  }
  return out;
}

// eip4844_blob_proofs.json says how its blobs are described.
std::string blob_by(const json::array& rule) {
  constexpr std::string_view kPowers = "powers of ";
  std::string out;
  for (const json::value& part : rule) {
    const std::string_view what = part.at(0).as_string();
    const auto times = part.at(1).to_number<std::size_t>();
    if (what.starts_with(kPowers)) {
      out += powers(static_cast<unsigned>(what[kPowers.size()] - '0')).substr(0, 2 * times);
    } else {
      for (std::size_t i = 0; i < times; ++i) out += what;
    }
  }
  return out;
}

// "<name>" becomes the blob of that name, anywhere in a request.
void put_blobs(json::value& request, const std::map<std::string, std::string>& blobs) {
  if (request.is_array()) {
    for (json::value& element : request.as_array()) put_blobs(element, blobs);
  } else if (request.is_object()) {
    for (auto& [key, field] : request.as_object()) put_blobs(field, blobs);
  } else if (request.is_string()) {
    const auto found = blobs.find(std::string(request.as_string()));
    if (found != blobs.end()) request = found->second;
  }
}

class Official : public ::testing::TestWithParam<std::string> {};

TEST_P(Official, every_case) {
  const json::value file = read_vectors(GetParam());
  ASSERT_FALSE(file.at("cases").as_array().empty());
  std::map<std::string, std::string> blobs;
  if (const json::value* rules = file.as_object().if_contains("blobs"))
    for (const auto& [name, rule] : rules->as_object()) blobs["<" + std::string(name) + ">"] = blob_by(rule.as_array());
  for (const json::value& one : file.at("cases").as_array()) {
    json::value request = one.at("request");
    put_blobs(request, blobs);
    expect_answer(request, one.at("answer").as_object());
  }
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

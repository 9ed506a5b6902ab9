// For each line on stdin an answer: `open BLOB Z` to `COMMITMENT PROOF Y`, `verify COMMITMENT Z Y PROOF` to `true` or
// `false`; `refused` where a part is malformed. test/e2e/kzg.py compares this with test/oracle.
#include <iostream>
#include <sstream>
#include <string>

#include "aether/ceremony/ceremony.hpp"

namespace {

using namespace aether;

template <std::size_t N>
bool read(std::istream& words, std::array<std::uint8_t, N>& to) {
  std::string word;
  words >> word;
  const auto bytes = from_hex(word);
  if (!bytes || bytes->size() != N) return false;
  std::copy(bytes->begin(), bytes->end(), to.begin());
  return true;
}

std::string open(std::istream& words, const crypto::KzgSettings& settings) {
  std::string blob_hex;
  words >> blob_hex;
  const auto blob = from_hex(blob_hex);
  crypto::KzgScalar z;
  if (!blob || !read(words, z)) return "refused";
  const auto commitment = crypto::kzg_commit(*blob, settings);
  const auto opening = crypto::kzg_open(*blob, z, settings);
  if (!commitment || !opening) return "refused";
  return to_hex(*commitment) + " " + to_hex(opening->proof) + " " + to_hex(opening->y);
}

std::string verify(std::istream& words, const crypto::KzgSettings& settings) {
  crypto::KzgClaim claim;
  if (!read(words, claim.commitment) || !read(words, claim.z) || !read(words, claim.y) || !read(words, claim.proof))
    return "refused";
  const auto holds = crypto::kzg_verify(claim, settings);
  return !holds ? "refused" : *holds ? "true" : "false";
}

}  // namespace

int main() {
  const auto settings = ceremony::load_kzg_settings();
  if (!settings) {
    std::cerr << "aether-kzg-probe: " << crypto::to_string(settings.error()) << '\n';
    return 1;
  }
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream words(line);
    std::string op;
    words >> op;
    std::cout << (op == "open" ? open(words, *settings) : verify(words, *settings)) << '\n';
  }
}

// For each line on stdin one on stdout, bytes as hex; test/e2e/kes.py compares them with test/oracle's:
//   sign SEED PERIOD MESSAGE                the key of the seed, evolved to the period: PUBLIC SIGNATURE KEY
//   resume KEY MESSAGE                      a serialized key: PUBLIC SIGNATURE and the key of the next period or
//   `expired` verify PUBLIC PERIOD MESSAGE SIGNATURE  `ok` or `refused`
#include <iostream>
#include <sstream>
#include <string>

#include "aether/crypto/kes.hpp"

namespace {

using namespace aether;
using namespace aether::crypto;

template <std::size_t N>
std::array<std::uint8_t, N> exactly(const std::string& hex) {
  const auto bytes = from_hex(hex);
  AETHER_ASSERT(bytes && bytes->size() == N);
  std::array<std::uint8_t, N> out;
  std::copy(bytes->begin(), bytes->end(), out.begin());
  return out;
}

Bytes message_of(const std::string& hex) {
  const auto bytes = from_hex(hex);
  AETHER_ASSERT(bytes);
  return *bytes;
}

std::string signed_by(const KesSecretKey& key, const std::string& message) {
  return to_hex(key.public_key()) + ' ' + to_hex(key.sign(message_of(message)));
}

std::string sign(const std::string& seed, unsigned period, const std::string& message) {
  KesSecretKey key{Seed(exactly<32>(seed))};
  while (key.period() < period) AETHER_ASSERT(key.evolve().has_value());
  return signed_by(key, message) + ' ' + to_hex(key.to_bytes().view());
}

std::string resume(const std::string& bytes, const std::string& message) {
  auto key = KesSecretKey::from_bytes(exactly<KesSecretKey::kBytes>(bytes));
  if (!key) return std::string(to_string(key.error()));
  const std::string before = signed_by(*key, message);
  return before + ' ' + (key->evolve() ? to_hex(key->to_bytes().view()) : "expired");
}

}  // namespace

int main() {
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream words(line);
    std::string command, a, b, c;
    unsigned period = 0;
    words >> command >> a;
    if (command == "sign") {
      words >> period >> b;
      std::cout << sign(a, period, b) << '\n';
    } else if (command == "resume") {
      words >> b;
      std::cout << resume(a, b) << '\n';
    } else {
      words >> period >> b >> c;
      const auto verdict = kes_verify(exactly<32>(a), period, message_of(b), exactly<sizeof(KesSignature)>(c));
      std::cout << (verdict ? "ok" : "refused") << '\n';
    }
  }
}

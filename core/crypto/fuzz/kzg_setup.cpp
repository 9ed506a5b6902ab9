// A trusted setup with any bytes written over it: nothing loads but the ceremony's points.
#include <fstream>
#include <iterator>
#include <string>

#include "aether/crypto/kzg.hpp"

namespace {

using namespace aether;

const std::string& text() {
  static const std::string all = [] {
    std::ifstream file(AETHER_KZG_CEREMONY, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {});
  }();
  return all;
}

// Where the points are that are used: the Lagrange basis, [1]₂ and [τ]₂, [τ]₁.
constexpr std::size_t kG1Line = 97, kG2Line = 193, kBasis = 8, kG2 = kBasis + 4096 * kG1Line;
constexpr std::size_t kTau1 = kG2 + 65 * kG2Line + kG1Line;

bool is_used(std::size_t at) { return at < kG2 + 2 * kG2Line || (at >= kTau1 && at < kTau1 + kG1Line); }
bool is_digit(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

}  // namespace

// Three bytes say where, one how (the bytes themselves, or their hex digits), the rest what.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 4 || size > 1024) return 0;
  std::string damaged = text();
  const std::size_t at = (std::size_t{data[0]} << 16 | std::size_t{data[1]} << 8 | data[2]) % damaged.size();
  const ByteView patch(data + 4, size - 4);
  const std::string what = data[3] % 2 == 0 ? to_hex(patch) : std::string(as_text(patch));
  damaged.replace(at, what.size(), what);
  bool refused = damaged.size() != text().size();
  for (std::size_t i = at; i < at + what.size() && !refused; ++i)
    refused = damaged[i] != text()[i] && (is_used(i) || !is_digit(damaged[i]) || !is_digit(text()[i]));
  // The others load, which takes seconds here; test/kzg_setup_test.cpp shows it.
  if (refused) AETHER_ASSERT(!crypto::KzgSettings::load(damaged));
  return 0;
}

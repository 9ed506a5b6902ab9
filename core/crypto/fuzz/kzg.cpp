// Claims and a trusted setup with any bytes changed: single and batch agree, and what loads has the ceremony's points.
#include <fstream>
#include <iterator>
#include <string>

#include "aether/crypto/kzg.hpp"

namespace {

using namespace aether;
using namespace aether::crypto;

const std::string& text() {
  static const std::string all = [] {
    std::ifstream file(AETHER_KZG_CEREMONY, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {});
  }();
  return all;
}

const KzgSettings& settings() {
  static const auto loaded = KzgSettings::load(text());
  AETHER_ASSERT(loaded.has_value());
  return *loaded;
}

// A claim that holds; all zeros as input leave it so.
const KzgClaim& good_claim() {
  static const KzgClaim claim = [] {
    Bytes blob(kKzgBlobBytes);
    for (std::size_t i = 0; i < kKzgPoints; ++i) blob[32 * i + 31] = static_cast<std::uint8_t>(i * i);
    const KzgScalar z{9, 9, 9};
    const auto commitment = kzg_commit(blob, settings());
    const auto opening = kzg_open(blob, z, settings());
    AETHER_ASSERT(commitment && opening);
    return KzgClaim{*commitment, z, opening->y, opening->proof};
  }();
  return claim;
}

void claims(ByteView bytes) {
  std::vector<KzgClaim> claims;
  const auto change = [&](auto& part) {
    for (auto& byte : part) byte ^= bytes[static_cast<std::size_t>(&byte - part.data())];
    bytes = bytes.subspan(part.size());
  };
  while (bytes.size() >= 160 && claims.size() < 4) {
    KzgClaim& claim = claims.emplace_back(good_claim());
    change(claim.commitment);
    change(claim.z);
    change(claim.y);
    change(claim.proof);
  }
  const auto each = kzg_verify_each(claims, settings());
  bool all_well_formed = true, all_hold = true;
  for (std::size_t i = 0; i < claims.size(); ++i) {
    const auto one = kzg_verify(claims[i], settings());
    AETHER_ASSERT(each[i] == (one && *one ? 1 : 0));
    all_well_formed = all_well_formed && one.has_value();
    all_hold = all_hold && one && *one;
  }
  const auto batch = kzg_verify_batch(claims, settings());
  AETHER_ASSERT(batch.has_value() == all_well_formed);
  AETHER_ASSERT(!batch || *batch == all_hold);
}

// The ceremony with the input written over it at a place that the input names.
void setup(ByteView bytes) {
  std::string damaged = text();
  std::size_t at = 0;
  for (std::size_t i = 0; i < 3; ++i) at = at << 8 | bytes[i];
  const ByteView patch = bytes.subspan(3);
  damaged.replace(at % damaged.size(), patch.size(), as_text(patch));
  if (!KzgSettings::load(damaged)) return;
  constexpr std::size_t kUsed = 8 + 4096 * 97 + 2 * 193;  // the counts, the Lagrange basis, [1]₂ and [τ]₂
  AETHER_ASSERT(damaged.size() == text().size() && damaged.compare(0, kUsed, text(), 0, kUsed) == 0);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes(data, size);
  if (size < 4 || size > 1024) return 0;
  if (data[0] % 2 == 0) {
    claims(bytes.subspan(1));
  } else {
    setup(bytes.subspan(1));
  }
  return 0;
}

// Claims with any bytes changed, and claims of blobs: single and batch agree.
#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>

#include "aether/crypto/kzg.hpp"

namespace {

using namespace aether;
using namespace aether::crypto;

const KzgSettings& settings() {
  static const auto loaded = [] {
    std::ifstream file(AETHER_KZG_CEREMONY, std::ios::binary);
    return KzgSettings::load(std::string(std::istreambuf_iterator<char>(file), {}));
  }();
  AETHER_ASSERT(loaded.has_value());
  return *loaded;
}

struct Scene {
  Bytes blob = Bytes(kKzgBlobBytes);
  KzgClaim at_z, of_blob;  // both hold

  Scene() {
    for (std::size_t i = 0; i < kKzgPoints; ++i) blob[32 * i + 31] = static_cast<std::uint8_t>(i * i);
    SerialPool pool;
    const KzgScalar z{9, 9, 9};
    const auto commitment = kzg_commit(blob, settings());
    const auto opening = kzg_open(blob, z, settings());
    AETHER_ASSERT(commitment && opening);
    at_z = {*commitment, z, opening->y, opening->proof};
    const auto claim = kzg_prove_blob(blob, *commitment, settings(), pool);
    AETHER_ASSERT(claim);
    of_blob = *claim;
  }
};

// Takes bytes from the front; zeros when none are left.
struct Input {
  ByteView rest;
  std::uint8_t byte() {
    if (rest.empty()) return 0;
    const std::uint8_t out = rest.front();
    rest = rest.subspan(1);
    return out;
  }
};

template <std::size_t N>
void change(std::array<std::uint8_t, N>& part, Input& input) {
  const std::size_t at = input.byte() % (N + 1);
  if (at < N) {
    part[at] ^= input.byte();
  } else {
    for (std::uint8_t& byte : part) byte = input.byte();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Scene scene;
  Input input{{data, size}};
  std::vector<KzgClaim> claims;
  bool all_well_formed = true, all_hold = true;
  std::vector<std::uint8_t> expected;
  while (!input.rest.empty() && claims.size() < 4) {
    const std::uint8_t what = input.byte();
    KzgClaim claim = (what & 1) != 0 ? scene.of_blob : scene.at_z;
    if ((what & 2) != 0) change(claim.commitment, input);
    if ((what & 4) != 0) change(claim.z, input);
    if ((what & 8) != 0) change(claim.y, input);
    if ((what & 16) != 0) change(claim.proof, input);
    if ((what & 96) == 96) {  // z and y are drawn anew, from a blob with a byte changed
      Bytes blob = scene.blob;
      blob[input.byte() * 512u + input.byte() * 2u] ^= input.byte();
      const auto drawn = kzg_blob_claim(blob, claim.commitment, claim.proof, settings());
      if (drawn) claim = *drawn;
    }
    const auto one = kzg_verify(claim, settings());
    if (claim == scene.at_z || claim == scene.of_blob) AETHER_ASSERT(one && *one);
    expected.push_back(one && *one ? 1 : 0);
    all_well_formed = all_well_formed && one.has_value();
    all_hold = all_hold && one && *one;
    claims.push_back(claim);
  }
  AETHER_ASSERT(kzg_verify_each(claims, settings()) == expected);
  const auto batch = kzg_verify_batch(claims, settings());
  AETHER_ASSERT(batch.has_value() == all_well_formed);
  AETHER_ASSERT(!batch || *batch == all_hold);
  return 0;
}

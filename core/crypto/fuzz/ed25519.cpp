// Signatures at the edges of ZIP-215, changed as the input says, and signatures of any bytes: whatever engine checks a
// batch of them, the verdicts are those of single verification, and groups do not show.
#include "../test/edge_signatures.hpp"
#include "../test/engines.hpp"

namespace {

using namespace aether;
using namespace aether::crypto;

constexpr std::string_view kTag = "aether/tx";
constexpr std::size_t kGood = 32, kItemsMax = 12;

struct Scene {
  std::vector<PublicKey> edges = cases::edge_encodings();
  std::vector<SignedId> good;

  Scene() {
    cases::EdgeSigner signer(1);
    while (good.size() < kGood) good.push_back(signer.good(kTag));
  }
};

struct Input {
  ByteView rest;
  std::uint8_t byte() {
    if (rest.empty()) return 0;
    const std::uint8_t out = rest.front();
    rest = rest.subspan(1);
    return out;
  }
};

SignedId item(const Scene& scene, Input& input) {
  SignedId out = scene.good[input.byte() % kGood];
  const std::uint8_t what = input.byte();
  const auto edge = [&] { return scene.edges[input.byte() % scene.edges.size()]; };
  const auto r = out.signature.begin(), s = r + 32;
  if ((what & 1) != 0) out.key = edge();
  if ((what & 2) != 0) std::ranges::copy(edge(), r);
  if ((what & 4) != 0) std::fill_n(s, 32, std::uint8_t{0});
  if ((what & 8) != 0) cases::EdgeSigner::add_order(out.signature);
  if ((what & 16) != 0) out.key[input.byte() % 32] ^= input.byte();
  if ((what & 32) != 0) out.signature[input.byte() % 64] ^= input.byte();
  if ((what & 64) != 0) out.id.bytes[input.byte() % 32] ^= input.byte();
  if (what >= 0xf0) {
    for (std::uint8_t& byte : out.key) byte = input.byte();
    for (std::uint8_t& byte : out.signature) byte = input.byte();
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Scene scene;
  Input input{{data, size}};
  std::vector<SignedId> items;
  std::vector<std::uint32_t> groups;
  while (!input.rest.empty() && items.size() < kItemsMax) {
    items.push_back(item(scene, input));
    groups.push_back(static_cast<std::uint32_t>(groups.empty() ? 0 : groups.back() + input.byte() % 2));
  }
  std::vector<Bytes> frames;
  std::vector<SignedMessage> messages;
  std::vector<bool> expected;
  for (const SignedId& one : items) {
    expected.push_back(verify_id(one.key, kTag, one.id, one.signature));
    frames.push_back(signing_frame(kTag, one.id));
  }
  for (std::size_t i = 0; i < items.size(); ++i) messages.push_back({items[i].key, frames[i], items[i].signature});
  const bool all = std::ranges::find(expected, false) == expected.end();
  SerialPool pool;
  for (const BatchEngine engine : cases::engines()) {
    AETHER_ASSERT(ed25519_batch_holds(engine, kTag, items) == all);
    AETHER_ASSERT(verify_ids_by(engine, kTag, items, {}, pool) == expected);
    AETHER_ASSERT(verify_ids_by(engine, kTag, items, groups, pool) == expected);
    AETHER_ASSERT(ed25519_verify_batch_by(engine, messages, pool) == expected);
  }
  return 0;
}

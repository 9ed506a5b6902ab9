// Any bytes as a proof: the decoder is strict, and no proof shows that a held leaf is absent or has another value.
#include "aether/smt/tree.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace aether;
  const ByteView bytes(data, size);
  const auto proof = codec::decode<smt::Proof>(bytes);
  if (!proof) return 0;
  const Bytes again = codec::encode(*proof);
  AETHER_ASSERT(std::equal(again.begin(), again.end(), bytes.begin(), bytes.end()));

  smt::Change held[3];
  for (std::uint8_t i = 0; i < 3; ++i) {
    held[i].key.bytes[0] = static_cast<std::uint8_t>(i << 6);
    held[i].value = Hash{{i}};
  }
  SerialPool pool;
  const Hash root = smt::Tree().updated(held, pool, {}).tree.root();
  for (const auto& leaf : held) {
    AETHER_ASSERT(!smt::verify(root, leaf.key, std::nullopt, *proof));
    AETHER_ASSERT(!smt::verify(root, leaf.key, Hash{{9}}, *proof));
  }
  return 0;
}

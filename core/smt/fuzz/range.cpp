// Two keys, then any bytes as the proof of the range between them: the decoder is strict, and whatever verifies lists
// exactly the leaves that the tree has there.
#include "aether/smt/tree.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace aether;
  if (size < 4) return 0;
  const ByteView bytes = ByteView(data, size).subspan(4);
  const auto proof = codec::decode<smt::RangeProof>(bytes);
  if (!proof) return 0;
  const Bytes again = codec::encode(*proof);
  AETHER_ASSERT(std::equal(again.begin(), again.end(), bytes.begin(), bytes.end()));

  smt::Change held[5];
  for (std::uint8_t i = 0; i < 5; ++i) {
    held[i].key.bytes[0] = static_cast<std::uint8_t>(i << 5);
    held[i].value = Hash{{i, 1}};
  }
  SerialPool pool;
  const smt::Tree tree = smt::Tree().updated(held, pool, {}).tree;
  const Hash first{{data[0], data[1]}}, last{{data[2], data[3]}};
  if (!smt::verify_range(tree.root(), first, last, *proof, {})) return 0;
  Hash end = last;
  AETHER_ASSERT(tree.prove_range(first, end).leaves == proof->leaves);
  return 0;
}

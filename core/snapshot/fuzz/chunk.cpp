// Any bytes as a chunk, once as they would be stored and once as what is inside: whatever opens is the state's.
#include <map>

#include "aether/smt/tree.hpp"
#include "aether/snapshot/chunk.hpp"

namespace {

using namespace aether;

void expect_the_state(const smt::Tree& tree, ByteView stored, const snapshot::ChunkInfo& info) {
  const auto chunk = snapshot::Chunk::open(stored, info, {}, tree.root(), {});
  if (!chunk) return;
  AETHER_ASSERT(chunk->size() == tree.size());
  chunk->visit([&](const snapshot::Chunk::Object& object) {
    AETHER_ASSERT(tree.get(object.state_key) == value_hash(object.value));
  });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes(data, size);
  std::map<Hash, Hash> leaves;
  for (std::uint8_t i = 0; i < 3; ++i) leaves[state_key({Domain::account, Hash{{i}}})] = value_hash(Bytes(i, i));
  std::vector<smt::Change> changes;
  for (const auto& [key, value] : leaves) changes.push_back({key, value});
  SerialPool pool;
  const smt::Tree tree = smt::Tree().updated(changes, pool, {}).tree;
  const auto packed = snapshot::pack(bytes.first(std::min(size, snapshot::kChunkBytesMax)), 3, snapshot::highest_key());
  expect_the_state(tree, packed.stored, packed.info);
  if (size < 4) return 0;
  snapshot::ChunkInfo info = packed.info;
  info.bytes = static_cast<std::uint32_t>(data[0] | data[1] << 8);
  const ByteView stored = bytes.subspan(2);
  info.stored = static_cast<std::uint32_t>(stored.size());
  info.digest = crypto::tagged_hash("aether/snapshot/chunk", stored);
  expect_the_state(tree, stored, info);
  return 0;
}

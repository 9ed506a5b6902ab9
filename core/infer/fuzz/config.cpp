// Configurations: accepted bytes re-encode to themselves, and every shape of a valid one is computed within bounds.
#include "aether/infer/graph.hpp"
#include "aether/infer/model.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace aether;
  if (size < 8) return 0;
  const auto u32 = [](const std::uint8_t* at) {
    return at[0] | std::uint32_t{at[1]} << 8 | std::uint32_t{at[2]} << 16 | std::uint32_t{at[3]} << 24;
  };
  const infer::Extent extent{u32(data), u32(data + 4)};
  const ByteView bytes{data + 8, size - 8};
  const auto config = codec::decode<infer::Config>(bytes);
  if (!config) return 0;
  AETHER_ASSERT(std::ranges::equal(codec::encode(*config), bytes));
  if (!infer::validate(*config)) return 0;
  AETHER_ASSERT(bytes.size() <= 512 && infer::leaf_count(*config) < std::uint64_t{1} << 32);
  if (!infer::fits(*config, extent)) return 0;
  AETHER_ASSERT(infer::units(*config, extent));
  for (std::uint32_t i = 0; i < infer::op_count(*config); ++i) {
    const infer::OpShape shape = infer::op_shape(*config, infer::op_at(*config, i), extent);
    AETHER_ASSERT(shape.depth() + shape.stream_depth() <= 40);
    for (const std::uint64_t leaf : {std::uint64_t{0}, shape.leaves() / 2, shape.leaves(), UINT64_MAX}) {
      AETHER_ASSERT(shape.tile_bytes(leaf) <= infer::kTileBytes);
    }
  }
  return 0;
}

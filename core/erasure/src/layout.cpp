#include "aether/erasure/layout.hpp"

namespace aether::erasure {

static_assert(*layout_of(limits::kBlockBytesMax) == Layout{limits::kBlockBytesMax, limits::kSetsMax,
                                                           limits::kSetDataShardsMax, limits::kSetParityShardsMax,
                                                           limits::kShredBytesMax});
static_assert(*layout_of(1) == Layout{1, 1, 10, 6, 1});

std::string_view to_string(LayoutError error) {
  switch (error) {
    case LayoutError::empty: return "a block has at least one byte";
    case LayoutError::too_large: return "the block is larger than 2 MiB, the most that the protocol allows";
  }
  return "unknown";
}

}  // namespace aether::erasure

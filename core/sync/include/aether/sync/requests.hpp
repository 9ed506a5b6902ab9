// What a node that lacks blocks asks another one, and the answer. Both have bounds; an answer carries the number of its
// request.
#pragma once

#include <variant>

#include "aether/types/block.hpp"

namespace aether::sync {

// Of an answer. Its blocks have at most kReplyBytesMax together, but that one always has room.
inline constexpr std::size_t kReplyBlocksMax = 32;
inline constexpr std::size_t kReplyBytesMax = limits::kBlockBytesMax + limits::kHeaderBytesMax + 16;

using RequestId = std::uint32_t;

// A block and its ancestors in slots above `above`: the oldest ones, where not all fit. Where the block is final, or
// unknown, the final chain from there on, which may go further.
struct BranchRequest {
  RequestId id = 0;
  Hash block;
  Slot above;

  bool operator==(const BranchRequest&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("id", self.id);
    visit("block", self.block);
    visit("above", self.above);
  }
};

// Final blocks of the slots behind `after`, at most `count`; fewer where that peer has fewer.
struct ChainRequest {
  RequestId id = 0;
  Slot after;
  std::uint16_t count = 0;

  bool operator==(const ChainRequest&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("id", self.id);
    visit("after", self.after);
    visit("count", self.count);
  }
};

using Request = std::variant<BranchRequest, ChainRequest>;

// Oldest first; none where the peer has nothing of what was asked.
struct Reply {
  RequestId id = 0;
  codec::List<Block, kReplyBlocksMax> blocks;

  bool operator==(const Reply&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("id", self.id);
    visit("blocks", self.blocks);
  }
};

}  // namespace aether::sync

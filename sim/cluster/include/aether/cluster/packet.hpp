// What travels between the nodes of a cluster: messages of consensus, blocks, and requests for them.
#pragma once

#include "aether/cluster/ledger.hpp"

namespace aether::sim {

using NodeIndex = std::size_t;

// For the block and its ancestors in slots above `above`, the oldest first.
struct BlockRequest {
  Hash block;
  Slot above;
};
// For the final blocks that follow this slot.
struct FinalRequest {
  Slot after;
};
struct Blocks {
  std::vector<BlockPointer> blocks;  // ascending
};

struct Packet {
  std::variant<consensus::Message, BlockRequest, FinalRequest, Blocks> body = {};
  Slot slot = {};          // that it is about; 0: none
  std::size_t bytes = 64;  // on the wire, about
  Hash block = {};         // of a header
};
using PacketPointer = std::shared_ptr<const Packet>;

inline constexpr std::size_t kBlocksOfReplyMax = 64;

[[nodiscard]] PacketPointer packet_of(consensus::Message message);
[[nodiscard]] PacketPointer packet_of(std::vector<BlockPointer> blocks);
[[nodiscard]] PacketPointer packet_of(BlockRequest request);
[[nodiscard]] PacketPointer packet_of(FinalRequest request);

// The message of consensus in it; null where it is none.
template <class T>
[[nodiscard]] const T* message_in(const Packet& packet) {
  const auto* message = std::get_if<consensus::Message>(&packet.body);
  return message == nullptr ? nullptr : std::get_if<T>(message);
}

}  // namespace aether::sim

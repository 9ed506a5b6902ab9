#include "aether/cluster/packet.hpp"

namespace aether::sim {

namespace {

struct Size {
  std::size_t operator()(const Header&) const { return 1'100; }
  std::size_t operator()(const Vote&) const { return 150; }
  std::size_t operator()(const Claim&) const { return 190; }
  template <VoteKind kKind>
  std::size_t operator()(const Certificate<kKind>& certificate) const {
    return 140 + certificate.signers.size();
  }
};

struct SlotOf {
  Slot operator()(const Header& header) const { return header.body.slot; }
  Slot operator()(const Vote& vote) const { return vote.body.slot; }
  Slot operator()(const Claim& claim) const { return claim.slot; }
  template <VoteKind kKind>
  Slot operator()(const Certificate<kKind>& certificate) const {
    return certificate.slot;
  }
};

constexpr std::size_t kBlockBytes = 20'000;

}  // namespace

PacketPointer packet_of(consensus::Message message) {
  Packet packet{.slot = std::visit(SlotOf{}, message), .bytes = std::visit(Size{}, message)};
  if (const auto* header = std::get_if<Header>(&message)) packet.block = block_hash(header->body);
  packet.body = std::move(message);
  return std::make_shared<const Packet>(std::move(packet));
}

PacketPointer packet_of(std::vector<BlockPointer> blocks) {
  AETHER_ASSERT(!blocks.empty());
  const Slot slot = blocks.back()->slot();
  const std::size_t bytes = blocks.size() * kBlockBytes;
  return std::make_shared<const Packet>(Packet{Blocks{std::move(blocks)}, slot, bytes, {}});
}

PacketPointer packet_of(BlockRequest request) { return std::make_shared<const Packet>(Packet{request, {}, 64, {}}); }
PacketPointer packet_of(FinalRequest request) { return std::make_shared<const Packet>(Packet{request, {}, 64, {}}); }

}  // namespace aether::sim

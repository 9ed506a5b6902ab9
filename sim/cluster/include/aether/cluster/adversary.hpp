// What a faulty validator does. It runs the machine of an honest one and tampers with what that says, answers what it
// sees, and signs with its own keys whatever serves it; others' keys it does not have.
#pragma once

#include "aether/cluster/node.hpp"

namespace aether::sim {

class Adversary {
 public:
  // Sends to some nodes, at some time.
  using SendAt = std::function<void(NodeIndex to, Micros at, const PacketPointer& packet)>;

  Adversary(FaultSet ways, Random random, FaultCounts& counts) : ways_(ways), random_(random), counts_(counts) {}

  // In place of the broadcast of `packet`.
  void speak(Node& node, const PacketPointer& packet, Surroundings& world, const SendAt& send);
  // Beside what the machine does with it.
  void hear(Node& node, const Packet& packet, Surroundings& world, const SendAt& send);
  void start_slot(Node& node, Slot slot, Surroundings& world, const SendAt& send);

  [[nodiscard]] const FaultSet& ways() const { return ways_; }

 private:
  void speak_header(Node& node, const Header& header, const PacketPointer& packet, Surroundings& world,
                    const SendAt& send);
  [[nodiscard]] std::optional<Header> second_header(Node& node, const Header& header, Contents& contents);
  [[nodiscard]] Header lying(Node& node, Header header);
  void vote(Node& node, VoteKind kind, Slot slot, const Hash& block, NodeIndex to, Micros at, const SendAt& send);
  [[nodiscard]] NodeIndex peer(const Node& node, const Surroundings& world);
  template <class T>
  void to_all(const Node& node, Surroundings& world, const SendAt& send, Micros at, const T& packet);

  FaultSet ways_;
  Random random_;
  FaultCounts& counts_;
};

}  // namespace aether::sim

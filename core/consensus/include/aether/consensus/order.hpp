// Who may propose in a slot, in which order, and after which delay (spec/consensus.md, "Order").
//
// The order is the same for all nodes: eligible proposers by draw / stake, ties by index, then the fallback, a
// stake-weighted permutation drawn from the epoch's randomness. Delays are local: they count the claims that a node
// held when it started the slot.
#pragma once

#include <memory>

#include "aether/types/claim.hpp"

namespace aether::consensus {

inline constexpr std::string_view kFallbackTag = "aether/fallback";

// What is fixed for an epoch, and never depends on a branch.
struct Epoch {
  std::uint64_t number = 0;
  Hash randomness;  // η
  std::shared_ptr<const ValidatorSet> validators;
};

// All validators, each once, those of more stake sooner on average: position k is drawn by
// H("aether/fallback", η ‖ slot ‖ k) modulo the weight that remains, walked by index.
[[nodiscard]] std::vector<ValidatorIndex> fallback_order(const Epoch& epoch, Slot slot);

// The draw of a validator from its VRF output.
[[nodiscard]] Draw draw_of(const crypto::VrfOutput& output, const ValidatorSet& set, ValidatorIndex validator);

// The order of one slot.
class SlotOrder {
 public:
  // `held`: the eligible draws known when the slot started.
  SlotOrder(const Epoch& epoch, Slot slot, std::vector<Draw> held);

  // Whether a proposer with this draw stands before the other.
  [[nodiscard]] bool before(const Draw& a, const Draw& b) const;
  // In units of Δ: the claims held that stand before it; for one of the fallback all claims held, and its rank in the
  // permutation with their holders removed.
  [[nodiscard]] std::uint64_t delay(const Draw& draw) const;
  // The draws known when the slot started, in their order.
  [[nodiscard]] const std::vector<Draw>& held() const { return held_; }

 private:
  u128 total_ = 0;
  std::vector<Draw> held_;               // in their order
  std::vector<std::uint16_t> position_;  // of each validator in the fallback
};

}  // namespace aether::consensus

// The blocks that are not final, as far as the pool needs them: who used which nonces, and which block stands on which.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "aether/types/object.hpp"

namespace aether::mempool {

struct NonceUse {
  Address sender;
  std::uint64_t nonce = 0;

  auto operator<=>(const NonceUse&) const = default;
};

class Branches {
 public:
  // Bounds the uses kept, and the blocks, each counting as one use more: the lowest are forgotten first.
  Branches(const Hash& final_block, Slot slot, std::size_t uses_max)
      : final_block_(final_block), final_slot_(slot), uses_max_(uses_max) {}

  // Nothing for a block that is known, or not above the final one.
  void add(const Hash& block, const Hash& parent, Slot slot, std::vector<NonceUse> uses);
  void forget(const Hash& block);
  // The uses of the block and its ancestors that are kept. Forgets all blocks that are not above it.
  [[nodiscard]] std::vector<NonceUse> finalize(const Hash& block, Slot slot);

  // The uses on the way from one block to another over their common ancestor, sorted. None when a block on the way is
  // not kept.
  [[nodiscard]] std::optional<std::vector<NonceUse>> between(const Hash& from, const Hash& to) const;

 private:
  struct Block {
    Hash parent;
    Slot slot;
    std::vector<NonceUse> uses;
  };
  [[nodiscard]] const Block* find(const Hash& block) const;

  Hash final_block_;
  Slot final_slot_;
  std::size_t uses_max_;
  std::size_t uses_ = 0;
  std::map<Hash, Block> blocks_;
  std::map<std::pair<Slot, Hash>, const Block*> by_slot_;
};

}  // namespace aether::mempool

#include "branches.hpp"

#include <algorithm>

namespace aether::mempool {

const Branches::Block* Branches::find(const Hash& block) const {
  const auto at = blocks_.find(block);
  return at == blocks_.end() ? nullptr : &at->second;
}

void Branches::add(const Hash& block, const Hash& parent, Slot slot, std::vector<NonceUse> uses) {
  if (slot <= final_slot_ || blocks_.contains(block)) return;
  uses_ += uses.size() + 1;
  const Block& made = blocks_.emplace(block, Block{parent, slot, std::move(uses)}).first->second;
  by_slot_.emplace(std::pair(slot, block), &made);
  while (uses_ > uses_max_) {
    const Hash lowest = by_slot_.begin()->first.second;
    forget(lowest);
  }
}

void Branches::forget(const Hash& block) {
  const auto at = blocks_.find(block);
  if (at == blocks_.end()) return;
  uses_ -= at->second.uses.size() + 1;
  by_slot_.erase({at->second.slot, block});
  blocks_.erase(at);
}

std::vector<NonceUse> Branches::finalize(const Hash& block, Slot slot) {
  std::vector<NonceUse> out;
  for (const Block* at = find(block); at != nullptr; at = find(at->parent))
    out.insert(out.end(), at->uses.begin(), at->uses.end());
  if (slot > final_slot_) {
    final_block_ = block;
    final_slot_ = slot;
  }
  while (!by_slot_.empty() && by_slot_.begin()->first.first <= final_slot_) {
    const Hash lowest = by_slot_.begin()->first.second;
    forget(lowest);
  }
  return out;
}

std::optional<std::vector<NonceUse>> Branches::between(const Hash& from, const Hash& to) const {
  std::vector<NonceUse> out;
  Hash a = from, b = to;
  while (a != b) {
    const Block* of_a = find(a);
    const Block* of_b = find(b);
    // The final block is below all others; a block that is neither final nor kept ends the way.
    if ((of_a == nullptr && a != final_block_) || (of_b == nullptr && b != final_block_)) return std::nullopt;
    const bool step_a = of_b == nullptr || (of_a != nullptr && of_a->slot >= of_b->slot);
    const Block& higher = step_a ? *of_a : *of_b;
    out.insert(out.end(), higher.uses.begin(), higher.uses.end());
    (step_a ? a : b) = higher.parent;
  }
  std::stable_sort(out.begin(), out.end());
  return out;
}

}  // namespace aether::mempool

#include "module_cache.hpp"

namespace aether::wasm {

std::shared_ptr<const CompiledModule> ModuleCache::get(const Hash& code, const Make& make) {
  std::shared_ptr<Slot> slot;
  {
    const std::lock_guard lock(mutex_);
    std::shared_ptr<Slot>& place = slots_[code];
    if (!place) {
      place = std::make_shared<Slot>();
      place->age = ages_.insert(ages_.begin(), code);
    } else {
      ages_.splice(ages_.begin(), ages_, place->age);
    }
    slot = place;
    if (slot->counted) return slot->made.module;
  }
  const std::lock_guard making(slot->making);
  if (!slot->made.module) {
    slot->made = make();
    settle(code, slot);
  }
  return slot->made.module;
}

void ModuleCache::settle(const Hash& code, const std::shared_ptr<Slot>& slot) {
  const std::lock_guard lock(mutex_);
  const auto place = slots_.find(code);
  if (place == slots_.end() || place->second != slot) return;  // pushed out while it was made
  const auto drop = [&](std::map<Hash, std::shared_ptr<Slot>>::iterator entry) {
    if (entry->second->counted) bytes_ -= entry->second->made.bytes;
    ages_.erase(entry->second->age);
    slots_.erase(entry);
  };
  if (!slot->made.module) return drop(place);
  slot->counted = true;
  bytes_ += slot->made.bytes;
  while (bytes_ > bytes_max_ && ages_.size() > 1) drop(slots_.find(ages_.back()));
}

std::size_t ModuleCache::bytes() const {
  const std::lock_guard lock(mutex_);
  return bytes_;
}

}  // namespace aether::wasm

#include <algorithm>

#include "aether/storage/memory_kv.hpp"

namespace aether::storage {

bool SimulatedDisk::step() {
  if (!has_power()) return false;
  if (steps_left_) --*steps_left_;
  ++steps_;
  return true;
}

bool SimulatedDisk::append(ByteView bytes) {
  while (!bytes.empty()) {
    if (!step()) return false;
    const std::size_t n = std::min(bytes.size(), kSector - file_.size() % kSector);
    aether::append(file_, bytes.first(n));
    bytes = bytes.subspan(n);
  }
  return true;
}

bool SimulatedDisk::sync() {
  if (!step()) return false;
  synced_ = file_.size();
  return true;
}

void SimulatedDisk::truncate(std::size_t size) {
  file_.resize(size);
  synced_ = std::min(synced_, size);
}

void SimulatedDisk::restart(const Draw& draw) {
  steps_left_.reset();
  const bool torn = draw(2) == 1;
  for (std::size_t at = synced_; torn && at < file_.size();) {
    const std::size_t end = std::min(file_.size(), (at / kSector + 1) * kSector);
    const std::uint64_t fate = draw(3);
    for (std::size_t i = fate == 2 ? at + (end - at) / 2 : at; fate != 0 && i < end; ++i)
      file_[i] = fate == 1 ? std::uint8_t{0} : static_cast<std::uint8_t>(draw(256));
    at = end;
  }
  truncate(synced_ + draw(file_.size() - synced_ + 1));
  synced_ = file_.size();
}

}  // namespace aether::storage

// Kv in memory: the twin that RocksDB is tested beside, and the database of chains that are gone with their process.
//
// With a SimulatedDisk it models durability: its log of batches is a file of which a loss of power takes what was not
// synced, or leaves it torn. The disk can lose power at a chosen step.
#pragma once

#include "aether/storage/kv.hpp"

namespace aether::storage {

class SimulatedDisk {
 public:
  // A step writes at most so many bytes, or syncs.
  static constexpr std::size_t kSector = 512;

  // From the step after `steps` more ones on, every step fails.
  void lose_power_after(std::uint64_t steps) { steps_left_ = steps; }
  [[nodiscard]] bool has_power() const { return !steps_left_ || *steps_left_ > 0; }
  [[nodiscard]] std::uint64_t steps() const { return steps_; }  // done so far

  // Power comes back. `draw` decides what is found of what was written since the last sync: first whether it is torn
  // (1); then, of each sector, what was written (0), zeros (1) or its first half and noise (2); last, where the file
  // ends.
  using Draw = std::function<std::uint64_t(std::uint64_t below)>;
  void restart(const Draw& draw);

  // False when power is lost.
  [[nodiscard]] bool append(ByteView bytes);
  [[nodiscard]] bool sync();
  void truncate(std::size_t size);
  [[nodiscard]] const Bytes& file() const { return file_; }

 private:
  bool step();

  Bytes file_;
  std::size_t synced_ = 0;  // of file_
  std::uint64_t steps_ = 0;
  std::optional<std::uint64_t> steps_left_;
};

// What the disk's file holds, up to the first record that is not whole; without a disk, nothing.
[[nodiscard]] std::unique_ptr<Kv> open_memory_kv(SimulatedDisk* disk = nullptr);

}  // namespace aether::storage

// Makes the database of a chain from a state that comes in parts, as a snapshot's does, with bounded memory.
#pragma once

#include "aether/storage/store.hpp"

namespace aether::storage {

class StateLoad {
 public:
  // `kv` holds nothing.
  explicit StateLoad(Kv& kv) : kv_(kv) {}

  // The objects of a range of state keys, by one thread.
  class Part {
   public:
    // State keys are strictly increasing.
    [[nodiscard]] Outcome<void> add(const Hash& state_key, const ObjectId& id, ByteView value);
    [[nodiscard]] Outcome<void> finish();

   private:
    friend class StateLoad;
    explicit Part(StateLoad& load) : load_(load), run_(load.kv_.new_run(Family::state)) {}
    Outcome<void> write_index();

    StateLoad& load_;
    std::unique_ptr<SortedRun> run_;
    Batch index_;
    std::size_t listed_ = 0;  // in index_
  };
  // Parts may be filled beside each other. Their ranges do not overlap.
  [[nodiscard]] Part part() { return Part(*this); }

  // After all parts were finished, in any order: the database is the chain's with this tip, whose state they are.
  // Blocks, receipts and older versions are absent from it. Durable.
  [[nodiscard]] Outcome<void> finish(std::vector<Part> parts, const Hash& genesis, const BlockRecord& tip);

 private:
  Kv& kv_;
  std::mutex writer_;  // of kv_'s batches
};

}  // namespace aether::storage

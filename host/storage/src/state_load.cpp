#include "aether/storage/state_load.hpp"

#include "layout.hpp"

namespace aether::storage {
namespace {

constexpr std::size_t kListedAtOnce = 16'384;

}  // namespace

Outcome<void> StateLoad::Part::add(const Hash& state_key, const ObjectId& id, ByteView value) {
  const auto name = id_bytes(id);
  AETHER_CHECK(run_->put(state_key.view(), name, value));
  if (!is_listed(id.domain)) return {};
  index_.put(Family::index, name, {});
  return ++listed_ == kListedAtOnce ? write_index() : Outcome<void>{};
}

Outcome<void> StateLoad::Part::finish() {
  AETHER_CHECK(write_index());
  return run_->finish();
}

Outcome<void> StateLoad::Part::write_index() {
  const std::lock_guard turn(load_.writer_);
  AETHER_CHECK(load_.kv_.write(index_, Durability::buffered));
  index_.clear();
  listed_ = 0;
  return {};
}

Outcome<void> StateLoad::finish(std::vector<Part> parts, const Hash& genesis, const BlockRecord& tip) {
  std::vector<std::unique_ptr<SortedRun>> runs;
  for (Part& part : parts) runs.push_back(std::move(part.run_));
  AETHER_CHECK(kv_.ingest(Family::state, runs));
  Batch batch;
  put_identity(batch, genesis);
  put_kept_from(batch, tip.slot);
  put_tip(batch, tip);
  return kv_.write(batch, Durability::synced);
}

}  // namespace aether::storage

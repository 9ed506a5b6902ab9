#include "aether/exec/execute.hpp"

#include "aether/exec/block_run.hpp"
#include "aether/exec/ready_queue.hpp"
#include "pieces.hpp"

namespace aether::exec {

namespace {

constexpr std::size_t kObjectsPerTask = 256;
constexpr std::size_t kBatch = 16;  // transactions that a worker takes at once

// How often a worker that finds nothing ready looks again before it leaves: some 100 µs. What is left then is a chain,
// which another worker walks.
constexpr unsigned kLooks = 4'096;
// So many ready transactions for each worker bring those back who left.
constexpr std::size_t kReadyForAll = 32;

void pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

void run_until_done(BlockRun& block, ReadyQueue& queue, std::atomic<std::size_t>& gone, std::size_t width) {
  std::array<TransactionIndex, kBatch> batch;
  for (unsigned looks = 0; !queue.done();) {
    if (gone.load(std::memory_order_relaxed) != 0 && queue.ready() >= kReadyForAll * width) return;
    const std::size_t count = queue.take(batch);
    if (count == 0) {
      if (++looks == kLooks) break;
      pause();
      continue;
    }
    looks = 0;
    for (std::size_t i = 0; i < count; ++i) {
      for (std::optional<TransactionIndex> at = batch[i]; at; at = queue.complete(*at))
        block.publish(*at, block.run(*at));
    }
  }
  gone.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace

StateUpdate update_tree(const smt::Tree& tree, const ledger::Diff& diff, TaskPool& pool, const CpuFeatures& cpu) {
  const StateHasher hasher;
  std::vector<const ledger::Diff::value_type*> objects;
  objects.reserve(diff.size());
  for (const auto& object : diff) objects.push_back(&object);
  std::vector<smt::Change> hashed(objects.size());
  in_pieces(pool, objects.size(), kObjectsPerTask, [&](std::size_t begin, std::size_t end) {
    std::array<ObjectId, kObjectsPerTask> ids;
    std::array<ByteView, kObjectsPerTask> values;
    std::array<Hash, kObjectsPerTask> keys, value_hashes;
    const std::size_t count = end - begin;
    for (std::size_t i = 0; i < count; ++i) {
      const auto& [id, value] = *objects[begin + i];
      ids[i] = id;
      values[i] = value ? ByteView(*value) : ByteView();
    }
    hasher.keys(std::span(ids).first(count), std::span(keys).first(count), cpu);
    hasher.values(std::span(values).first(count), std::span(value_hashes).first(count), cpu);
    for (std::size_t i = 0; i < count; ++i)
      hashed[begin + i] = {keys[i], objects[begin + i]->second ? std::optional(value_hashes[i]) : std::nullopt};
  });
  const auto order = sorted_by_key(
      pool, hashed.size(), [&](std::uint32_t i) -> const Hash& { return hashed[i].key; },
      [](std::uint32_t) { return true; });
  std::vector<smt::Change> changes;
  changes.reserve(order.size());
  for (const std::uint32_t i : order) changes.push_back(hashed[i]);
  StateUpdate out{tree.updated(changes, pool, cpu), {}};
  // A change without effect is left out.
  out.objects.reserve(out.changed.size());
  for (const std::uint32_t i : order)
    if (out.objects.size() < out.changed.size() && out.changed[out.objects.size()].key == hashed[i].key)
      out.objects.push_back(objects[i]);
  return out;
}

Result<ledger::BlockOutput, ledger::BlockError> apply_block(const ledger::StateView& parent, ledger::Programs programs,
                                                            const ledger::BlockInput& block, TaskPool& pool) {
  BlockRun run(parent, programs, block);
  AETHER_CHECK(run.admit(pool));
  ReadyQueue queue(run.dag(), pool.width());
  while (!queue.done()) {
    std::atomic<std::size_t> gone{0};
    pool.run(pool.width(), [&](std::size_t) { run_until_done(run, queue, gone, pool.width()); });
  }
  return run.settle(pool);
}

Result<Executed, ledger::BlockError> execute_block(const ledger::StateView& parent, const smt::Tree& tree,
                                                   ledger::Programs programs, const ledger::BlockInput& block,
                                                   TaskPool& pool, const CpuFeatures& cpu) {
  AETHER_TRY(auto output, apply_block(parent, programs, block, pool));
  StateUpdate update = update_tree(tree, output.diff, pool, cpu);
  const Hash receipts = receipts_root(output.receipts, cpu);
  ledger::ObjectFilter changed(output.diff);
  return Executed{std::move(output.diff), std::move(output.receipts), receipts,
                  output.gas_used,        std::move(update),          std::move(changed)};
}

Executed execute_genesis(const Genesis& genesis, TaskPool& pool, const CpuFeatures& cpu) {
  ledger::Diff diff = ledger::genesis_state(genesis);
  StateUpdate update = update_tree({}, diff, pool, cpu);
  ledger::ObjectFilter changed(diff);
  return Executed{std::move(diff), {}, receipts_root({}), Gas{}, std::move(update), std::move(changed)};
}

Selection select_transactions(const ledger::StateView& parent, ledger::Programs programs,
                              const ledger::BlockFacts& facts, std::span<const VerifiedTransaction> candidates) {
  Selection selection;
  ledger::BlockAdmission admission(parent, programs, facts);
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const auto ok = admission.admit(candidates[i]);
    if (ok) {
      selection.accepted.push_back(i);
    } else if (ok.error().limit == ledger::Limit::transaction) {
      selection.refused.push_back({i, ok.error().reject});
    }
  }
  return selection;
}

}  // namespace aether::exec

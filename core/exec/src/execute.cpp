#include "aether/exec/execute.hpp"

namespace aether::exec {

namespace {

constexpr std::size_t kObjectsPerTask = 256;

}  // namespace

StateUpdate update_tree(const smt::Tree& tree, const ledger::Diff& diff, TaskPool& pool, const CpuFeatures& cpu) {
  struct Keyed {
    smt::Change change;
    const ledger::Diff::value_type* object;
  };
  const StateHasher hasher;
  std::vector<Keyed> keyed;
  keyed.reserve(diff.size());
  for (const auto& object : diff) keyed.push_back({{}, &object});
  pool.run((keyed.size() + kObjectsPerTask - 1) / kObjectsPerTask, [&](std::size_t task) {
    const std::size_t end = std::min(keyed.size(), (task + 1) * kObjectsPerTask);
    for (std::size_t i = task * kObjectsPerTask; i < end; ++i) {
      const auto& [id, value] = *keyed[i].object;
      keyed[i].change = {hasher.key(id), value ? std::optional(hasher.value(*value)) : std::nullopt};
    }
  });
  std::stable_sort(keyed.begin(), keyed.end(),
                   [](const auto& a, const auto& b) { return a.change.key < b.change.key; });
  std::vector<smt::Change> changes;
  changes.reserve(keyed.size());
  for (const Keyed& each : keyed) changes.push_back(each.change);
  StateUpdate out{tree.updated(changes, pool, cpu), {}};
  // A change without effect is left out.
  out.objects.reserve(out.changed.size());
  for (const Keyed& each : keyed)
    if (out.objects.size() < out.changed.size() && out.changed[out.objects.size()].key == each.change.key)
      out.objects.push_back(each.object);
  return out;
}

Result<Executed, ledger::BlockError> execute_block(const ledger::StateView& parent, const smt::Tree& tree,
                                                   ledger::Programs programs, const ledger::BlockInput& block,
                                                   TaskPool& pool, const CpuFeatures& cpu) {
  AETHER_TRY(auto output, ledger::apply_block(parent, programs, block));
  StateUpdate update = update_tree(tree, output.diff, pool, cpu);
  const Hash receipts = receipts_root(output.receipts);
  return Executed{std::move(output.diff), std::move(output.receipts), receipts, output.gas_used, std::move(update)};
}

Executed execute_genesis(const Genesis& genesis, TaskPool& pool, const CpuFeatures& cpu) {
  ledger::Diff diff = ledger::genesis_state(genesis);
  StateUpdate update = update_tree({}, diff, pool, cpu);
  return Executed{std::move(diff), {}, receipts_root({}), Gas{}, std::move(update)};
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

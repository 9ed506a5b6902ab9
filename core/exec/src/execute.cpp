#include "aether/exec/execute.hpp"

namespace aether::exec {

namespace {

constexpr std::size_t kObjectsPerTask = 256;

}  // namespace

smt::Update update_tree(const smt::Tree& tree, const ledger::Diff& diff, TaskPool& pool, const CpuFeatures& cpu) {
  std::vector<const ledger::Diff::value_type*> objects;
  objects.reserve(diff.size());
  for (const auto& object : diff) objects.push_back(&object);
  std::vector<smt::Change> changes(objects.size());
  pool.run((objects.size() + kObjectsPerTask - 1) / kObjectsPerTask, [&](std::size_t task) {
    const std::size_t end = std::min(objects.size(), (task + 1) * kObjectsPerTask);
    for (std::size_t i = task * kObjectsPerTask; i < end; ++i) {
      const auto& [id, value] = *objects[i];
      changes[i] = {state_key(id), value ? std::optional(value_hash(*value)) : std::nullopt};
    }
  });
  std::stable_sort(changes.begin(), changes.end(), [](const auto& a, const auto& b) { return a.key < b.key; });
  return tree.updated(changes, pool, cpu);
}

Result<Executed, ledger::BlockError> execute_block(const ledger::StateView& parent, const smt::Tree& tree,
                                                   ledger::Programs programs, const ledger::BlockInput& block,
                                                   TaskPool& pool, const CpuFeatures& cpu) {
  AETHER_TRY(auto output, ledger::apply_block(parent, programs, block));
  smt::Update update = update_tree(tree, output.diff, pool, cpu);
  const Hash receipts = receipts_root(output.receipts);
  return Executed{std::move(output.diff), std::move(output.receipts), receipts, output.gas_used, std::move(update)};
}

Executed execute_genesis(const Genesis& genesis, TaskPool& pool, const CpuFeatures& cpu) {
  ledger::Diff diff = ledger::genesis_state(genesis);
  smt::Update update = update_tree({}, diff, pool, cpu);
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

#include "aether/exec/execute.hpp"

namespace aether::exec {

smt::Update update_tree(const smt::NodeStore& nodes, const ledger::Diff& diff) {
  std::map<Hash, std::optional<Hash>> by_key;
  for (const auto& [id, value] : diff)
    by_key[state_key(id)] = value ? std::optional(value_hash(*value)) : std::nullopt;
  std::vector<smt::Change> changes;
  changes.reserve(by_key.size());
  for (const auto& [key, value] : by_key) changes.push_back({key, value});
  return smt::update(nodes, changes);
}

Result<Executed, ledger::BlockError> execute_block(const ledger::StateView& parent, const smt::NodeStore& nodes,
                                                   ledger::Programs programs, const ledger::BlockInput& block) {
  AETHER_TRY(auto output, ledger::apply_block(parent, programs, block));
  smt::Update tree = update_tree(nodes, output.diff);
  const Hash receipts = receipts_root(output.receipts);
  return Executed{std::move(output.diff), std::move(output.receipts), receipts, output.gas_used,
                  tree.root,              std::move(tree.nodes)};
}

Executed execute_genesis(const Genesis& genesis) {
  const smt::MemoryStore nothing;
  ledger::Diff diff = ledger::genesis_state(genesis);
  smt::Update tree = update_tree(nothing, diff);
  return Executed{std::move(diff), {}, receipts_root({}), Gas{}, tree.root, std::move(tree.nodes)};
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

#include "aether/replica/work.hpp"

namespace aether::replica {

namespace {

class BranchState final : public ledger::StateView {
 public:
  BranchState(StatePointer parent, std::shared_ptr<const exec::Executed> result)
      : parent_(std::move(parent)), result_(std::move(result)) {}

  std::optional<Bytes> get(const ObjectId& id) const override {
    const auto* changed = find(id);
    return changed == nullptr ? parent_->get(id) : *changed;
  }
  Account account(const Address& address) const override {
    const auto* changed = find(account_object(address));
    if (changed == nullptr) return parent_->account(address);
    return *changed ? ledger::decode_object<Account>(**changed) : Account{};
  }
  bool contains(const ObjectId& id) const override {
    const auto* changed = find(id);
    return changed == nullptr ? parent_->contains(id) : changed->has_value();
  }

 private:
  [[nodiscard]] const std::optional<Bytes>* find(const ObjectId& id) const {
    const auto found = result_->diff.find(id);
    return found == result_->diff.end() ? nullptr : &found->second;
  }

  StatePointer parent_;
  std::shared_ptr<const exec::Executed> result_;
};

ledger::BlockFacts facts_of(const Rules& rules, const Block& block) {
  return {rules.chain_id, block.header.body.slot, rules.params};
}

}  // namespace

StatePointer branch_state(StatePointer parent, std::shared_ptr<const exec::Executed> result) {
  return std::make_shared<const BranchState>(std::move(parent), std::move(result));
}

TransactionsPointer judge(const Rules& rules, Judgement judgement, const Workers& workers) {
  const Block& block = *judgement.block;
  if (judgement.empty && !block.transactions.empty()) return nullptr;
  std::vector<Transaction> unknown;
  for (std::size_t i = 0; i < block.transactions.size(); ++i)
    if (!judgement.known[i]) unknown.push_back(block.transactions[i]);
  auto verdicts = verify(unknown, workers.cpu, workers.pool);
  auto verdict = verdicts.begin();
  auto transactions = std::make_shared<std::vector<VerifiedTransaction>>();
  transactions->reserve(block.transactions.size());
  ledger::BlockAdmission admission(*judgement.parent, rules.programs, facts_of(rules, block));
  for (auto& known : judgement.known) {
    std::optional<VerifiedTransaction>& verified = known ? known : *verdict++;
    if (!verified || !admission.admit(*verified)) return nullptr;
    transactions->push_back(std::move(*verified));
  }
  return transactions;
}

Executed execute(const Rules& rules, const Execution& execution, const Workers& workers) {
  const Block& block = *execution.block;
  const auto& sealer = std::get<BftSealer>(block.header.body.sealer);
  const ledger::BlockInput input{facts_of(rules, block), execution.validators->at(sealer.proposer).address,
                                 *execution.transactions};
  auto result = exec::execute_block(*execution.parent.state, execution.parent.tree, rules.programs, input, workers.pool,
                                    workers.cpu);
  AETHER_ASSERT(result.has_value());
  Executed out;
  out.result = std::make_shared<const exec::Executed>(std::move(*result));
  out.state = branch_state(execution.parent.state, out.result);
  out.outcome = {out.result->tree.tree.root(), out.result->receipts_root, out.result->gas_used, std::nullopt};
  return out;
}

}  // namespace aether::replica

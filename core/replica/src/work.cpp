#include "aether/replica/work.hpp"

#include "aether/base/planted.hpp"
#include "aether/replica/wire.hpp"
#include "aether/types/epoch.hpp"

namespace aether::replica {

namespace {

// From here on it pays to wake other threads for a block's transactions: to verify them, and to execute them.
constexpr std::size_t kVerifyBesideMin = 16;
constexpr std::size_t kExecuteBesideMin = 256;

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
    if (!result_->changed.may_hold(id)) return nullptr;
    const auto found = result_->diff.find(id);
    return found == result_->diff.end() ? nullptr : &found->second;
  }

  StatePointer parent_;
  std::shared_ptr<const exec::Executed> result_;
};

ledger::BlockFacts facts_of(const Rules& rules, const Block& block) {
  return {rules.chain_id, block.header.body.slot, rules.params};
}

std::optional<consensus::Epoch> epoch_of(const ledger::StateView& state, std::uint64_t number) {
  auto facts = ledger::epoch_facts(state, number);
  if (!facts) return std::nullopt;
  return consensus::Epoch{facts->number, facts->randomness,
                          std::make_shared<const ValidatorSet>(std::move(facts->validators))};
}

}  // namespace

StatePointer branch_state(StatePointer parent, std::shared_ptr<const exec::Executed> result) {
  return std::make_shared<const BranchState>(std::move(parent), std::move(result));
}

AcceptedPointer judge(const Rules& rules, Judgement judgement, const Workers& workers) {
  const Block& block = *judgement.block;
  if (judgement.empty && !block.transactions.empty()) return nullptr;
  if (judgement.came_whole && shredded(block, workers.cpu) == nullptr && !planted(Planted::whole_block_unchecked))
    return nullptr;
  const ledger::BlockFacts facts = facts_of(rules, block);
  auto sealed = ledger::read_sealed(*judgement.parent, facts, block.header, block.evidence, workers.verifiers);
  if (!sealed) return nullptr;
  std::vector<Transaction> unknown;
  for (std::size_t i = 0; i < block.transactions.size(); ++i)
    if (!judgement.known[i]) unknown.push_back(block.transactions[i]);
  SerialPool serial;
  TaskPool& pool = unknown.size() < kVerifyBesideMin ? serial : workers.pool;
  auto verdicts = verify(unknown, workers.cpu, pool);
  auto verdict = verdicts.begin();
  auto accepted = std::make_shared<Accepted>();
  accepted->sealed = std::move(*sealed);
  accepted->transactions.reserve(block.transactions.size());
  ledger::BlockAdmission admission(*judgement.parent, rules.programs, facts);
  for (auto& known : judgement.known) {
    std::optional<VerifiedTransaction>& verified = known ? known : *verdict++;
    if (!verified || !admission.admit(*verified)) return nullptr;
    accepted->transactions.push_back(std::move(*verified));
  }
  return accepted;
}

Executed execute(const Rules& rules, const Execution& execution, const Workers& workers) {
  const ledger::BlockFacts facts = facts_of(rules, *execution.block);
  const ledger::BlockInput input{facts, execution.accepted->sealed.proposer, execution.accepted->transactions,
                                 &execution.accepted->sealed.consensus};
  SerialPool serial;
  TaskPool& pool = input.transactions.size() < kExecuteBesideMin ? serial : workers.pool;
  auto result =
      exec::execute_block(*execution.parent.state, execution.parent.tree, rules.programs, input, pool, workers.cpu);
  AETHER_ASSERT(result.has_value());
  Executed out;
  out.result = std::make_shared<const exec::Executed>(std::move(*result));
  out.state = branch_state(execution.parent.state, out.result);
  out.outcome = {out.result->tree.tree.root(), out.result->receipts_root, out.result->gas_used, std::nullopt};
  const std::uint64_t epoch_slots = rules.params.block.epoch_slots;
  const std::uint64_t epoch = facts.slot.raw() / epoch_slots;
  if (facts.slot == last_third(epoch, epoch_slots)) {
    out.outcome.next_epoch = epoch_of(*out.state, epoch + 1);
    AETHER_ASSERT(out.outcome.next_epoch.has_value());
  }
  return out;
}

std::vector<consensus::Epoch> epochs_after(const Rules& rules, const ledger::StateView& state, Slot slot) {
  const std::uint64_t epoch = slot.raw() / rules.params.block.epoch_slots;
  std::vector<consensus::Epoch> epochs;
  for (std::uint64_t number = epoch > 0 ? epoch - 1 : 0; number <= epoch + 1; ++number)
    if (auto known = epoch_of(state, number)) epochs.push_back(std::move(*known));
  return epochs;
}

light::Checkpoint checkpoint_at(const Rules& rules, const ledger::StateView& state, const Hash& block, Slot slot,
                                std::uint64_t time_ms) {
  const std::uint64_t epoch = slot.raw() / rules.params.block.epoch_slots;
  auto own = ledger::load<ValidatorList>(state, validators_object(epoch));
  AETHER_ASSERT(own.has_value());
  return {block, slot, time_ms, std::move(*own), ledger::load<ValidatorList>(state, validators_object(epoch + 1))};
}

}  // namespace aether::replica

#include "aether/chain/replay.hpp"

#include "aether/env/cpu.hpp"
#include "aether/exec/execute.hpp"
#include "aether/programs/programs.hpp"
#include "aether/wasm/wasm_vm.hpp"

namespace aether::chain {
namespace {

class MemoryState final : public ledger::StateView {
 public:
  std::optional<Bytes> get(const ObjectId& id) const override {
    const auto at = objects_.find(id);
    return at == objects_.end() ? std::nullopt : std::optional(at->second);
  }
  void apply(const ledger::Diff& diff) {
    for (const auto& [id, value] : diff) {
      if (value) {
        objects_[id] = *value;
      } else {
        objects_.erase(id);
      }
    }
  }

 private:
  std::map<ObjectId, Bytes> objects_;
};

Result<void, ReplayError> compare(const storage::BlockRecord& found, const storage::BlockRecord& kept) {
  const auto differs = [&](Difference difference) { return fail(ReplayError{kept.slot, difference}); };
  if (found.hash != kept.hash) return differs(kept.slot == Slot{0} ? Difference::genesis : Difference::hash);
  if (found.gas_used != kept.gas_used) return differs(Difference::gas_used);
  if (found.receipts_root != kept.receipts_root) return differs(Difference::receipts_root);
  if (found.state_root != kept.state_root) return differs(Difference::state_root);
  return {};
}

class Replayer {
 public:
  Replayer(const Genesis& genesis, TaskPool& pool) : genesis_(genesis), pool_(pool) {}

  void begin() {
    tip_ = {};
    tip_.hash = genesis_hash(genesis_);
    tip_.time_ms = genesis_.time_ms;
    take(exec::execute_genesis(genesis_, pool_, cpu_));
  }

  Result<void, BlockRule> apply(const Block& block) {
    AETHER_CHECK(check_header(tip_, block, genesis_));
    AETHER_TRY(const auto transactions, check_signatures(block, pool_));
    const ledger::BlockFacts facts{genesis_.chain_id, next(tip_.slot), genesis_.params};
    auto executed =
        exec::execute_block(state_, tree_, programs_.all(), {facts, proposer_of(genesis_), transactions}, pool_, cpu_);
    if (!executed) return fail(rule_of(executed.error()));
    const HeaderBody& header = block.header.body;
    tip_ = {header.slot, block_hash(header), header.time_ms, {}, {}, {}, block.header};
    take(std::move(*executed));
    return {};
  }

  const storage::BlockRecord& tip() const { return tip_; }

 private:
  void take(exec::Executed executed) {
    state_.apply(executed.diff);
    tree_ = executed.tree.tree;
    tip_.state_root = tree_.root();
    tip_.receipts_root = executed.receipts_root;
    tip_.gas_used = executed.gas_used;
  }

  const Genesis& genesis_;
  TaskPool& pool_;
  const CpuFeatures cpu_ = env::cpu_features();
  wasm::WasmVm vm_;
  programs::ChainPrograms programs_{vm_};
  MemoryState state_;
  smt::Tree tree_;
  storage::BlockRecord tip_;
};

}  // namespace

std::string_view to_string(Difference difference) {
  switch (difference) {
    case Difference::missing: return "the block is not kept here";
    case Difference::genesis: return "the genesis is another";
    case Difference::refused: return "a rule refuses the block";
    case Difference::hash: return "the block's hash differs";
    case Difference::gas_used: return "the gas differs";
    case Difference::receipts_root: return "the receipts root differs";
    case Difference::state_root: return "the state root differs";
  }
  return "unknown";
}

Result<void, ReplayError> replay(const storage::Snapshot& chain, const Genesis& genesis, TaskPool& pool,
                                 const BlockProgress& progress) {
  AETHER_ASSERT(chain.tip().has_value());
  const Slot last = chain.tip()->slot;
  Replayer replayer(genesis, pool);
  for (Slot slot{0};; slot = next(slot)) {
    const auto kept = chain.record(slot);
    if (!kept) return fail(ReplayError{slot, Difference::missing});
    if (slot == Slot{0}) {
      replayer.begin();
    } else {
      const auto block = chain.block(slot);
      if (!block) return fail(ReplayError{slot, Difference::missing});
      if (const auto applied = replayer.apply(*block); !applied)
        return fail(ReplayError{slot, Difference::refused, applied.error()});
    }
    AETHER_CHECK(compare(replayer.tip(), *kept));
    if (progress) progress(slot, last);
    if (slot == last) return {};
  }
}

}  // namespace aether::chain

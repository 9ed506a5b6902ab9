#include "aether/chain/block_rules.hpp"

#include "aether/env/cpu.hpp"

namespace aether::chain {

std::string_view to_string(BlockRule rule) {
  switch (rule) {
    case BlockRule::version: return "the header's version is unknown";
    case BlockRule::chain_id: return "the block is another chain's";
    case BlockRule::epoch: return "the epoch is not the chain's";
    case BlockRule::slot: return "the slot is not the parent's + 1";
    case BlockRule::parent_hash: return "the parent is not the newest block";
    case BlockRule::parent_state_root: return "the parent's state root differs";
    case BlockRule::parent_receipts_root: return "the parent's receipts root differs";
    case BlockRule::parent_gas_used: return "the parent's gas differs";
    case BlockRule::transactions_root: return "the transactions are not those of the header";
    case BlockRule::time: return "the time is not above the parent's";
    case BlockRule::sealer: return "the sealer is not the one genesis names";
    case BlockRule::seal: return "the seal's signature does not hold";
    case BlockRule::transaction_signature: return "a transaction's signature does not hold";
    case BlockRule::transaction: return "a transaction may not stand in the block";
    case BlockRule::limits: return "the block exceeds a limit";
  }
  return "unknown";
}

HeaderBody header_after(const storage::BlockRecord& parent, const Genesis& genesis) {
  HeaderBody header;
  header.chain_id = genesis.chain_id;
  header.slot = next(parent.slot);
  header.parent_hash = parent.hash;
  header.parent_state_root = parent.state_root;
  header.parent_receipts_root = parent.receipts_root;
  header.parent_gas_used = parent.gas_used;
  header.sealer = std::get<DevSealer>(genesis.sealer);
  return header;
}

Result<void, BlockRule> check_header(const storage::BlockRecord& parent, const Block& block, const Genesis& genesis) {
  if (!std::holds_alternative<DevSealer>(genesis.sealer)) return fail(BlockRule::sealer);
  const HeaderBody& header = block.header.body;
  const HeaderBody expected = header_after(parent, genesis);
  if (header.version != expected.version) return fail(BlockRule::version);
  if (header.chain_id != expected.chain_id) return fail(BlockRule::chain_id);
  if (header.epoch != expected.epoch) return fail(BlockRule::epoch);
  if (header.slot != expected.slot) return fail(BlockRule::slot);
  if (header.parent_hash != expected.parent_hash) return fail(BlockRule::parent_hash);
  if (header.parent_state_root != expected.parent_state_root) return fail(BlockRule::parent_state_root);
  if (header.parent_receipts_root != expected.parent_receipts_root) return fail(BlockRule::parent_receipts_root);
  if (header.parent_gas_used != expected.parent_gas_used) return fail(BlockRule::parent_gas_used);
  if (header.time_ms <= parent.time_ms) return fail(BlockRule::time);
  if (header.sealer != expected.sealer) return fail(BlockRule::sealer);
  if (header.transactions_root != transactions_root(block.transactions, env::cpu_features()))
    return fail(BlockRule::transactions_root);
  if (!verify_dev_seal(block.header)) return fail(BlockRule::seal);
  return {};
}

Result<std::vector<VerifiedTransaction>, BlockRule> check_signatures(const Block& block, TaskPool& pool) {
  auto verdicts = verify(block.transactions, env::cpu_features(), pool);
  std::vector<VerifiedTransaction> out;
  out.reserve(verdicts.size());
  for (auto& verdict : verdicts) {
    if (!verdict) return fail(BlockRule::transaction_signature);
    out.push_back(std::move(*verdict));
  }
  return out;
}

BlockRule rule_of(const ledger::BlockError& error) {
  return error.kind == ledger::Limit::transaction ? BlockRule::transaction : BlockRule::limits;
}

Address proposer_of(const Genesis& genesis) { return address_of(std::get<DevSealer>(genesis.sealer).public_key); }

}  // namespace aether::chain

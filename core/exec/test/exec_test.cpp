#include <gtest/gtest.h>

#include "aether/exec/execute.hpp"
#include "aether/types/utxo.hpp"

namespace aether::exec {
namespace {

struct MapState final : ledger::StateView {
  std::map<ObjectId, Bytes> objects;
  std::optional<Bytes> get(const ObjectId& id) const override {
    const auto at = objects.find(id);
    return at == objects.end() ? std::nullopt : std::optional(at->second);
  }
};

SenderKey key_of(std::uint8_t i) { return crypto::PublicKey{i}; }

VerifiedTransaction transfer(std::uint8_t from, std::uint64_t nonce) {
  TransactionBody body;
  body.chain_id = ChainId{7};
  body.valid_until = Slot{9};
  body.nonce = nonce;
  body.sender = key_of(from);
  body.outputs.push_back({address_of(key_of(200)), Asset::aic, 1, OutputKind::account, std::nullopt});
  body.gas_limit = Gas{1'000};
  body.max_fee = 50'000;
  return assume_verified({body, {}});
}

TEST(Execute, what_is_selected_is_a_valid_block_and_its_root_commits_to_every_change) {
  Genesis genesis;
  genesis.chain_id = ChainId{7};
  for (std::uint8_t i = 0; i < 50; ++i) genesis.accounts.insert({address_of(key_of(i)), {10'000'000, 5}});
  SerialPool pool;
  Executed first = execute_genesis(genesis, pool, {});
  MapState state;
  for (const auto& [id, value] : first.diff) state.objects[id] = *value;
  const smt::Tree& tree = first.tree.tree;
  ASSERT_EQ(tree.size(), first.diff.size());

  std::vector<VerifiedTransaction> candidates;
  for (std::uint8_t i = 0; i < 60; ++i) candidates.push_back(transfer(i, i == 5 ? 900 : 1));
  const ledger::BlockFacts facts{genesis.chain_id, Slot{1}, genesis.params};
  const Selection selection = select_transactions(state, {}, facts, candidates);
  EXPECT_EQ(selection.accepted.size(), 49u);
  ASSERT_EQ(selection.refused.size(), 11u);
  EXPECT_EQ(selection.refused[0].index, 5u);
  EXPECT_EQ(selection.refused[0].reject, ledger::Reject::nonce_too_far);
  EXPECT_EQ(selection.refused[1].reject, ledger::Reject::cannot_pay);

  std::vector<VerifiedTransaction> chosen;
  for (const auto i : selection.accepted) chosen.push_back(candidates[i]);
  const auto block = execute_block(state, tree, {}, {facts, Address{}, chosen}, pool, {});
  ASSERT_TRUE(block.has_value());
  EXPECT_EQ(block->receipts_root, receipts_root(block->receipts));
  const smt::Tree& after = block->tree.tree;
  for (const auto& [id, value] : block->diff)
    EXPECT_TRUE(smt::verify(after.root(), state_key(id), value_hash(*value), after.prove(state_key(id))));
  EXPECT_FALSE(execute_block(state, tree, {}, {facts, Address{}, candidates}, pool, {}).has_value());
}

TEST(Execute, a_utxo_made_and_spent_in_one_block_is_in_the_diff_as_erased_and_never_in_the_tree) {
  Genesis genesis;
  genesis.chain_id = ChainId{7};
  genesis.accounts.insert({address_of(key_of(1)), {10'000'000, 5}});
  SerialPool pool;
  const Executed first = execute_genesis(genesis, pool, {});
  MapState state;
  for (const auto& [id, value] : first.diff) state.objects[id] = *value;

  auto making = transfer(1, 1).body();
  making.outputs[0] = {address_of(key_of(1)), Asset::aic, 5, OutputKind::utxo, std::nullopt};
  auto spending = transfer(1, 2).body();
  const Hash utxo = utxo_id(transaction_id(making), 0);
  spending.inputs.push_back({utxo, std::nullopt});
  spending.outputs[0].owner = address_of(key_of(1));
  const ledger::BlockFacts facts{genesis.chain_id, Slot{1}, genesis.params};
  const VerifiedTransaction both[] = {assume_verified({making, {}}), assume_verified({spending, {}})};
  const auto block = execute_block(state, first.tree.tree, {}, {facts, Address{}, both}, pool, {});
  ASSERT_TRUE(block.has_value());
  for (const auto& receipt : block->receipts) EXPECT_EQ(receipt.code, kSuccess);
  const ObjectId id = utxo_object(utxo);
  ASSERT_TRUE(block->diff.contains(id));
  EXPECT_FALSE(block->diff.at(id));
  const smt::Tree& after = block->tree.tree;
  EXPECT_TRUE(smt::verify(after.root(), state_key(id), std::nullopt, after.prove(state_key(id))));

  // The tree of the same objects without that entry.
  ledger::Diff others = block->diff;
  others.erase(id);
  EXPECT_EQ(update_tree(first.tree.tree, others, pool, {}).tree.root(), after.root());
}

}  // namespace
}  // namespace aether::exec

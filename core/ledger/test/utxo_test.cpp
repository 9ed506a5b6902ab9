#include "chain.hpp"

namespace aether::ledger {
namespace {

using namespace testing;

TransactionOutput utxo_for(std::uint8_t owner, Asset asset, Amount amount) {
  return {who(owner), asset, amount, OutputKind::utxo, std::nullopt};
}
Hash id_of(const TransactionBody& body, std::uint32_t index) { return utxo_id(transaction_id(body), index); }

// A block of these, which must be valid; the codes of its receipts.
std::vector<unsigned> seal(Chain& chain, std::span<const TransactionBody> bodies) {
  std::vector<VerifiedTransaction> txs;
  for (const auto& body : bodies) txs.push_back(make(body));
  const auto out = chain.block(txs);
  EXPECT_TRUE(out.has_value());
  std::vector<unsigned> codes;
  for (const auto& receipt : out->receipts) codes.push_back(receipt.code.raw());
  chain.state.apply(out->diff);
  return codes;
}
unsigned seal(Chain& chain, const TransactionBody& body) { return seal(chain, std::span(&body, 1))[0]; }

TransactionBody create(std::uint8_t from, std::uint8_t owner, Asset asset, Amount amount, std::uint64_t nonce) {
  auto body = transfer(from, owner, asset, amount, nonce);
  body.outputs[0].kind = OutputKind::utxo;
  return body;
}
TransactionBody spend(std::uint8_t from, std::vector<Hash> ids, std::uint64_t nonce) {
  auto body = transfer(from, from, Asset::swr, 1, nonce);
  body.outputs.clear();
  for (const Hash& id : ids) body.inputs.push_back({id, std::nullopt});
  return body;
}

TEST(Utxos, an_output_makes_one_and_an_input_takes_it_away) {
  Chain chain;
  const auto made = create(0, 1, Asset::aic, 60, 1);
  EXPECT_EQ(seal(chain, made), 0u);
  EXPECT_EQ(load<Utxo>(chain.state, utxo_object(id_of(made, 0))), (Utxo{1, who(1), Asset::aic, 60, std::nullopt}));
  EXPECT_EQ(chain.account(who(0)).balance.aic, 40u);
  EXPECT_EQ(chain.account(who(1)).balance.aic, 100u);

  // 60 in: 25 to a UTxO, 30 to an account, and what is left to the sender's account.
  auto spent = spend(1, {id_of(made, 0)}, 1);
  spent.outputs = {utxo_for(2, Asset::aic, 25), {who(2), Asset::aic, 30, OutputKind::account, std::nullopt}};
  EXPECT_EQ(seal(chain, spent), 0u);
  EXPECT_FALSE(load<Utxo>(chain.state, utxo_object(id_of(made, 0))));
  EXPECT_EQ(load<Utxo>(chain.state, utxo_object(id_of(spent, 0)))->amount, 25u);
  EXPECT_EQ(chain.account(who(1)).balance.aic, 105u);
  EXPECT_EQ(chain.account(who(2)).balance.aic, 130u);
}

TEST(Utxos, the_account_pays_what_the_inputs_lack) {
  Chain chain;
  const auto made = create(0, 0, Asset::aic, 60, 1);
  EXPECT_EQ(seal(chain, made), 0u);
  auto dear = spend(0, {id_of(made, 0)}, 2);
  dear.outputs = {utxo_for(1, Asset::aic, 101)};
  EXPECT_EQ(seal(chain, dear), static_cast<unsigned>(Code::insufficient_funds));
  EXPECT_TRUE(load<Utxo>(chain.state, utxo_object(id_of(made, 0))));
  dear.outputs[0].amount = 100, dear.nonce = 3;
  EXPECT_EQ(seal(chain, dear), 0u);
  EXPECT_EQ(chain.account(who(0)).balance.aic, 0u);
}

TEST(Utxos, what_inputs_hold_beyond_the_outputs_is_not_spent_in_the_same_block) {
  Chain chain;
  const auto made = create(0, 0, Asset::aic, 100, 1);
  EXPECT_EQ(seal(chain, made), 0u);
  const TransactionBody bodies[] = {spend(0, {id_of(made, 0)}, 2), transfer(0, 1, Asset::aic, 1, 3)};
  EXPECT_EQ(seal(chain, bodies), (std::vector<unsigned>{0, static_cast<unsigned>(Code::insufficient_funds)}));
  EXPECT_EQ(chain.account(who(0)).balance.aic, 100u);
}

TEST(Utxos, within_a_block_the_order_decides) {
  Chain chain;
  const auto made = create(0, 1, Asset::aic, 60, 1);
  const Hash id = id_of(made, 0);
  // Made earlier in the block it can be spent, once; before it is made it is missing.
  const TransactionBody bodies[] = {spend(1, {id}, 1), made, spend(1, {id}, 2), spend(1, {id}, 3)};
  const auto missing = static_cast<unsigned>(Code::missing_input);
  EXPECT_EQ(seal(chain, bodies), (std::vector<unsigned>{missing, 0, 0, missing}));
  EXPECT_EQ(chain.account(who(1)).balance.aic, 160u);
  EXPECT_FALSE(chain.state.get(utxo_object(id)));
}

TEST(Utxos, a_failed_call_keeps_the_inputs_and_makes_no_outputs) {
  Chain chain;
  const auto made = create(0, 0, Asset::aic, 60, 1);
  EXPECT_EQ(seal(chain, made), 0u);
  auto body = call(0, {3}, 2);
  body.inputs.push_back({id_of(made, 0), std::nullopt});
  body.outputs = {utxo_for(1, Asset::aic, 60)};
  EXPECT_EQ(seal(chain, body), 300u);
  EXPECT_TRUE(chain.state.get(utxo_object(id_of(made, 0))));
  EXPECT_FALSE(chain.state.get(utxo_object(id_of(body, 0))));
  EXPECT_EQ(chain.account(who(0)).balance.aic, 40u);
}

TEST(Utxos, a_call_beside_them_conserves_value) {
  Chain chain;
  const auto made = create(0, 0, Asset::aic, 60, 1);
  EXPECT_EQ(seal(chain, made), 0u);
  auto deposit = call(0, {0}, 2);
  deposit.inputs.push_back({id_of(made, 0), std::nullopt});
  deposit.outputs = {utxo_for(1, Asset::aic, 20)};
  EXPECT_EQ(code_of(chain, deposit), kSuccess);
  auto forge = call(0, {4}, 2);
  forge.inputs = deposit.inputs, forge.outputs = deposit.outputs;
  EXPECT_EQ(code_of(chain, forge), result_code(Code::value_not_conserved));
}

TEST(Utxos, a_program_reads_inputs_and_new_ones_undeclared_and_writes_none) {
  Chain chain;
  const auto made = create(0, 0, Asset::aic, 60, 1);
  EXPECT_EQ(seal(chain, made), 0u);
  const Hash id = id_of(made, 0);
  Bytes read{7};
  read.insert(read.end(), id.bytes.begin(), id.bytes.end());
  auto body = call(0, read, 2);
  EXPECT_EQ(code_of(chain, body), result_code(Code::undeclared_read));
  body.inputs.push_back({id, std::nullopt});
  EXPECT_EQ(code_of(chain, body), kSuccess);
  body.inputs.clear(), body.reads.insert(utxo_object(id));
  EXPECT_EQ(code_of(chain, body), kSuccess);
}

TEST(Utxos, each_failure_has_its_own_code) {
  Chain chain;
  const auto mine = create(0, 0, Asset::aic, 60, 1), foreign = create(0, 1, Asset::aic, 10, 2);
  const TransactionBody both[] = {mine, foreign};
  EXPECT_EQ(seal(chain, both), (std::vector<unsigned>{0, 0}));
  EXPECT_EQ(code_of(chain, spend(0, {Hash{}}, 3)), result_code(Code::missing_input));
  EXPECT_EQ(code_of(chain, spend(0, {id_of(mine, 1)}, 3)), result_code(Code::missing_input));
  EXPECT_EQ(code_of(chain, spend(0, {id_of(mine, 0), id_of(foreign, 0)}, 3)), result_code(Code::foreign_input));
  auto body = spend(0, {id_of(mine, 0)}, 3);
  EXPECT_EQ(code_of(chain, body), kSuccess);
  body.inputs[0].redeemer.emplace();
  EXPECT_EQ(code_of(chain, body), result_code(Code::redeemer_without_script));
  body.inputs[0].redeemer.reset(), body.gas_limit = Gas{399};
  EXPECT_EQ(code_of(chain, body), result_code(Code::out_of_gas));
  body.gas_limit = Gas{400};
  EXPECT_EQ(code_of(chain, body), kSuccess);
}

TEST(Utxos, simulation_charges_them_and_names_no_set) {
  Chain chain;
  const auto made = create(0, 0, Asset::aic, 60, 1);
  EXPECT_EQ(seal(chain, made), 0u);
  auto body = spend(0, {id_of(made, 0)}, 2);
  body.outputs = {utxo_for(1, Asset::aic, 25)};
  const auto found = simulate(chain.state, all, chain.facts(), make(body));
  EXPECT_EQ(found.receipt.code, kSuccess);
  EXPECT_EQ(found.receipt.gas_used, Gas{600});
  EXPECT_TRUE(found.reads.empty() && found.writes.empty());
}

}  // namespace
}  // namespace aether::ledger

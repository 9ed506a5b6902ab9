#include "chain.hpp"

namespace aether::ledger {
namespace {

using namespace testing;

// The rules again over plain maps: balances in a map, credits in a list, no overlay, no tree.
RC_GTEST_PROP(ApplyBlock, equals_a_naive_model, ()) {
  Chain chain;
  std::map<Address, std::map<Asset, Amount>> have;
  for (std::uint8_t i = 0; i < 3; ++i) have[who(i)] = {{Asset::swr, 10'000'000}, {Asset::aic, 100}};
  Amount in_vault = 0, treasury = 0, burned_swr = 0, burned_aic = 0;
  std::uint64_t nonce = 1;
  for (int b = 0; b < 3; ++b) {
    std::vector<VerifiedTransaction> txs;
    std::map<Address, Amount> fees;
    for (int i = 0, n = *rc::gen::inRange(0, 6); i < n; ++i) {
      const auto from = *rc::gen::inRange<std::uint8_t>(0, 3);
      if ((fees[who(from)] += 100'000) > have[who(from)][Asset::swr]) continue;
      if (*rc::gen::arbitrary<bool>()) {
        const auto asset = *rc::gen::element(Asset::swr, Asset::aic);
        const auto amount = *rc::gen::element<std::uint64_t>(1, 60, 5'000'000, 9'900'000, 20'000'000);
        txs.push_back(make(transfer(from, *rc::gen::inRange<std::uint8_t>(0, 5), asset, amount, nonce++)));
      } else {
        txs.push_back(make(call(from, {*rc::gen::inRange<std::uint8_t>(0, 6)}, nonce++)));
      }
    }
    const auto out = chain.block(txs);
    RC_ASSERT(out.has_value());
    std::vector<std::tuple<Address, Asset, Amount>> later;
    for (const auto& tx : txs) have[tx.sender()][Asset::swr] -= 100'000;
    for (std::size_t i = 0; i < txs.size(); ++i) {
      const auto& tx = txs[i];
      auto& mine = have[tx.sender()];
      unsigned code = 0;
      if (!tx.body().call) {
        const auto& o = tx.body().outputs[0];
        if (o.amount > mine[o.asset]) {
          code = 4;
        } else {
          mine[o.asset] -= o.amount;
          later.push_back({o.owner, o.asset, o.amount});
        }
      } else {
        const unsigned op = tx.body().call->data[0];
        if ((op == 0 || op == 3) && mine[Asset::aic] < 10)
          code = 4;
        else if (op == 3)
          code = 300;
        else if (op == 4)
          code = 7;
        else if (op == 5)
          code = 6;
        else if (op == 0)
          mine[Asset::aic] -= 10, in_vault += 10;
        else if (op == 1)
          later.push_back({tx.sender(), Asset::aic, in_vault}), in_vault = 0;
        else
          burned_aic += in_vault, in_vault = 0;
      }
      const auto& receipt = out->receipts[i];
      RC_ASSERT(receipt.code.raw() == code);
      const Amount base = 10'000 + Amount{5} * tx.byte_size() + Amount{2} * receipt.gas_used.raw();
      RC_ASSERT(receipt.fee == base + 101);
      burned_swr += base;
      treasury += 41;  // 101 − ⌊60.6⌋
      later.push_back({who(9), Asset::swr, 60});
      later.push_back({tx.sender(), Asset::swr, 100'000 - receipt.fee});
    }
    for (const auto& [to, asset, amount] : later) have[to][asset] += amount;
    RC_ASSERT(conserves(chain.state, all, out->diff));
    chain.state.apply(out->diff);
    for (auto& [address, balance] : have)
      RC_ASSERT(chain.account(address).balance == (Balance{balance[Asset::swr], balance[Asset::aic]}));
    RC_ASSERT(load_or_default<Balance>(chain.state, kVault).aic == in_vault);
    RC_ASSERT(load_or_default<Treasury>(chain.state, kTreasuryObject).balance.swr == treasury);
    const auto supply = load_or_default<Supply>(chain.state, kSupplyObject);
    RC_ASSERT(supply.burned == (Balance{burned_swr, burned_aic}));
    RC_ASSERT(supply.total == (Balance{30'000'000 - burned_swr, 300 - burned_aic}));
  }
}

RC_GTEST_PROP(Nonce, window_equals_a_set_of_used_numbers, ()) {
  Account account;
  std::set<std::uint64_t> used;
  std::uint64_t top = 0;
  for (int i = 0; i < 40; ++i) {
    const auto n = *rc::gen::oneOf(rc::gen::inRange<std::uint64_t>(0, top + 300),
                                   rc::gen::elementOf(std::vector<std::uint64_t>{
                                       top, top + 1, top + 256, top + 257, top - std::min<std::uint64_t>(top, 255),
                                       top - std::min<std::uint64_t>(top, 256)}));
    const bool fresh = !used.contains(n) && n <= top + 256 && n + 255 >= top;
    RC_ASSERT(check_nonce(account, n).has_value() == fresh);
    if (!fresh) continue;
    mark_nonce(account, n);
    used.insert(n);
    top = std::max(top, n);
    RC_ASSERT(account.nonce_top == top);
  }
}

TEST(Admission, each_rule_has_its_own_code) {
  const Chain chain;
  const auto with = [&](auto change) {
    auto body = transfer(0, 1, Asset::swr, 5, 1);
    change(body);
    return reject_of(chain, std::move(body));
  };
  EXPECT_EQ(with([](auto& b) { b.chain_id = ChainId{8}; }), Reject::wrong_chain);
  EXPECT_EQ(with([](auto& b) { b.inputs = {TransactionInput{}, TransactionInput{}}; }), Reject::duplicate_input);
  EXPECT_EQ(with([](auto& b) { b.outputs[0].script.emplace(); }), Reject::script_on_account);
  EXPECT_EQ(with([](auto& b) { b.outputs[0].amount = 0; }), Reject::zero_output);
  EXPECT_EQ(with([](auto& b) { b.outputs[0].amount = kAmountMax + 1; }), Reject::amount_above_bound);
  EXPECT_EQ(with([](auto& b) { b.outputs[0].amount = kAmountMax, b.outputs.push_back(b.outputs[0]); }),
            Reject::amount_above_bound);
  EXPECT_EQ(with([](auto& b) { b.reads.insert(kVault), b.writes.insert(kVault); }), Reject::sets_overlap);
  EXPECT_EQ(with([](auto& b) { b.gas_limit = Gas{1'000'000'001}; }), Reject::gas_above_block);
  EXPECT_EQ(with([](auto& b) { b.gas_limit = Gas{250'000'001}, b.reads.insert(kVault); }), Reject::gas_above_share);
  EXPECT_EQ(with([](auto& b) { b.max_fee = kAmountMax + 1; }), Reject::amount_above_bound);
  EXPECT_EQ(with([](auto& b) { b.max_fee = 20'000; }), Reject::fee_too_low);
  EXPECT_EQ(with([](auto& b) { b.outputs.clear(); }), Reject::nothing_to_do);
  EXPECT_EQ(with([](auto& b) { b.valid_until = Slot{4}; }), Reject::expired);
  EXPECT_EQ(with([](auto& b) { b.valid_until = Slot{5 + kValidityMax + 1}; }), Reject::valid_until_too_far);
  EXPECT_EQ(with([](auto& b) { b.nonce = 257; }), Reject::nonce_too_far);
  EXPECT_EQ(with([](auto& b) { b.max_fee = 10'000'001; }), Reject::cannot_pay);
  EXPECT_EQ(with([](auto& b) { b.sender = key_of(8); }), Reject::cannot_pay);
}

TEST(Admission, senders_share_nonces_and_funds_within_a_block) {
  Chain chain;
  auto a = transfer(0, 1, Asset::swr, 5, 1);
  auto b = transfer(0, 1, Asset::swr, 6, 1);
  const VerifiedTransaction twice[] = {make(a), make(b)};
  EXPECT_EQ(chain.block(twice).error().reject, Reject::nonce_repeated);
  EXPECT_EQ(chain.block(twice).error().index, 1u);
  b.nonce = 2, a.max_fee = b.max_fee = 5'000'001;
  const VerifiedTransaction dear[] = {make(a), make(b)};
  EXPECT_EQ(chain.block(dear).error().reject, Reject::cannot_pay);
  const VerifiedTransaction once[] = {make(transfer(0, 1, Asset::swr, 5, 1))};
  chain.state.apply(chain.block(once)->diff);
  EXPECT_EQ(chain.block(once).error().reject, Reject::nonce_used);
}

TEST(Block, the_dispute_lane_is_for_disputes_only) {
  Chain chain;
  const std::uint64_t size = make(call(0, Bytes{0, 0}, 1)).byte_size();
  chain.params.congestion.object_share_bps = kBpsWhole;
  chain.params.block.bytes_max = static_cast<std::uint32_t>(2 * size);
  const VerifiedTransaction plain[] = {make(call(0, {0}, 1)), make(call(0, {0}, 2))};
  EXPECT_EQ(chain.block(plain).error().kind, Limit::bytes);
  const VerifiedTransaction mixed[] = {make(call(0, {0}, 1)), make(call(0, Bytes{0, 0}, 2))};
  EXPECT_TRUE(chain.block(mixed).has_value());
  chain.params.block.gas_max = 9'999;
  EXPECT_EQ(chain.block(mixed).error().kind, Limit::gas);
  chain.params.block.transactions_max = 1;
  EXPECT_EQ(chain.block(mixed).error().kind, Limit::count);
}

TEST(Execution, each_failure_has_its_own_code) {
  const Chain chain;
  auto body = call(0, {0}, 1);
  EXPECT_EQ(code_of(chain, body), kSuccess);
  body.writes = {};
  EXPECT_EQ(code_of(chain, body), result_code(Code::undeclared_read));
  body.reads.insert(kVault);
  EXPECT_EQ(code_of(chain, body), result_code(Code::undeclared_write));
  body = call(0, {6}, 1), body.writes.insert(kForeignUtxo);
  EXPECT_EQ(code_of(chain, body), result_code(Code::undeclared_write));
  body = call(0, {0}, 1), body.gas_limit = Gas{1'200};
  EXPECT_EQ(code_of(chain, body), result_code(Code::out_of_gas));
  body = call(0, {0}, 1), body.call->program = Hash{};
  EXPECT_EQ(code_of(chain, body), result_code(Code::unknown_program));
  EXPECT_EQ(code_of(chain, call(0, {4}, 1)), result_code(Code::value_not_conserved));
  EXPECT_EQ(code_of(chain, transfer(0, 1, Asset::aic, 101, 1)), result_code(Code::insufficient_funds));
}

TEST(Simulate, finds_the_sets_and_the_steps_that_the_block_then_takes) {
  const Chain chain;
  auto body = call(0, {0}, 1);
  body.writes = {};
  const auto found = simulate(chain.state, all, chain.facts(), make(body));
  EXPECT_EQ(found.receipt.code, kSuccess);
  EXPECT_EQ(found.writes, AccessSet{kVault});
  EXPECT_TRUE(found.reads.empty());
  body.writes = found.writes, body.gas_limit = found.receipt.gas_used;
  EXPECT_EQ(code_of(chain, body), kSuccess);
  body.gas_limit = Gas{body.gas_limit.raw() - 1};
  EXPECT_EQ(code_of(chain, body), result_code(Code::out_of_gas));
}

TEST(Simulate, tells_the_fee_whatever_the_transaction_offers) {
  const Chain chain;
  auto body = call(0, {0}, 1);
  const Amount fee = simulate(chain.state, all, chain.facts(), make(body)).receipt.fee;
  EXPECT_GT(fee, 0U);
  body.max_fee = 0;
  EXPECT_EQ(simulate(chain.state, all, chain.facts(), make(body)).receipt.fee, fee);
}

TEST(Conservation, a_diff_that_makes_or_loses_value_is_seen) {
  const Chain chain;
  Account account = chain.account(who(0));
  for (const Amount amount : {Amount{9'999'999}, Amount{10'000'001}}) {
    account.balance.swr = amount;
    EXPECT_FALSE(conserves(chain.state, all, {{account_object(who(0)), codec::encode(account)}}));
  }
}

TEST(Conservation, what_an_account_loses_may_be_a_utxo_of_the_same_asset) {
  const Chain chain;
  Account account = chain.account(who(0));
  account.balance.aic -= 60;
  const auto kept_in = [&](Asset asset, Amount amount) {
    return conserves(chain.state, all,
                     {{account_object(who(0)), codec::encode(account)},
                      {utxo_object({}), codec::encode(Utxo{.asset = asset, .amount = amount})}});
  };
  EXPECT_TRUE(kept_in(Asset::aic, 60));
  EXPECT_FALSE(kept_in(Asset::aic, 61));
  EXPECT_FALSE(kept_in(Asset::swr, 60));
}

}  // namespace
}  // namespace aether::ledger

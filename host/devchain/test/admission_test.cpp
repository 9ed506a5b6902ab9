// What is taken to wait for a block, what is refused with which name, and that everything taken ends in one way.
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <map>

#include "aether/programs/contract_instructions.hpp"
#include "local_chain.hpp"

namespace aether::devchain {
namespace {

using testing::kSwrOfUser;
using testing::LocalChain;
using testing::user;
using testing::user_seed;

Transaction signed_by(std::uint64_t n, TransactionBody body) { return sign(std::move(body), user_seed(n)); }

TEST(Admission, ReplaysAreKnownWhileTheyWaitAndAfterwards) {
  LocalChain local;
  const Transaction tx = signed_by(0, local.transfer(0, 1));
  EXPECT_EQ(local.send_error(tx), "");
  EXPECT_EQ(local.send_error(tx), "known_transaction");
  local.seal();
  EXPECT_EQ(local.send_error(tx), "known_transaction");
  EXPECT_EQ(local.pending(), 0U);
}

TEST(Admission, ANonceServesOnce) {
  LocalChain local;
  EXPECT_EQ(local.send_error(signed_by(0, local.transfer(0, 1, 10))), "");
  EXPECT_EQ(local.send_error(signed_by(0, local.transfer(0, 1, 11))), "rejected_transaction:nonce_repeated");
  local.seal();
  EXPECT_EQ(local.send_error(signed_by(0, local.transfer(0, 1, 12))), "rejected_transaction:nonce_used");
  EXPECT_EQ(local.send_error(signed_by(0, local.transfer(0, 258))), "rejected_transaction:nonce_too_far");
  EXPECT_EQ(local.send_error(signed_by(0, local.transfer(0, 257))), "");
  local.seal();
  EXPECT_EQ(local.send_error(signed_by(0, local.transfer(0, 1, 12))), "rejected_transaction:nonce_too_old");
}

// One line for each rule of preflight and preclaim that a field can break.
struct Broken {
  std::string_view reason;
  void (*breaks)(TransactionBody& body);
};
TEST(Admission, EachRuleOfTheLedgerHasItsName) {
  const Broken kBroken[] = {
      {"wrong_chain", [](TransactionBody& b) { b.chain_id = ChainId{6}; }},
      {"duplicate_input", [](TransactionBody& b) { b.inputs = {TransactionInput{}, TransactionInput{}}; }},
      {"script_on_account", [](TransactionBody& b) { b.outputs[0].script.emplace(); }},
      {"zero_output", [](TransactionBody& b) { b.outputs[0].amount = 0; }},
      {"sets_overlap",
       [](TransactionBody& b) {
         b.reads.insert(kSupplyObject);
         b.writes.insert(kSupplyObject);
       }},
      {"gas_above_block", [](TransactionBody& b) { b.gas_limit = Gas{1'000'000'001}; }},
      {"amount_above_bound", [](TransactionBody& b) { b.outputs[0].amount = ledger::kAmountMax + 1; }},
      {"fee_too_low", [](TransactionBody& b) { b.max_fee = 1; }},
      {"nothing_to_do", [](TransactionBody& b) { b.outputs.clear(); }},
      {"expired", [](TransactionBody& b) { b.valid_until = Slot{2}; }},
      {"valid_until_too_far", [](TransactionBody& b) { b.valid_until = Slot{ledger::kValidityMax + 4}; }},
      {"cannot_pay", [](TransactionBody& b) { b.max_fee = kSwrOfUser + 1; }},
  };
  LocalChain local;
  local.seal(2);
  for (const Broken& broken : kBroken) {
    TransactionBody body = local.transfer(0, 1);
    broken.breaks(body);
    EXPECT_EQ(local.send_error(signed_by(0, body)), "rejected_transaction:" + std::string(broken.reason));
  }
  EXPECT_EQ(local.send_error(signed_by(1, local.transfer(0, 1))), "rejected_transaction:bad_signature");
  EXPECT_EQ(local.pending(), 0U);
  EXPECT_EQ(local.send_error(signed_by(0, local.transfer(0, 1))), "");
}

TEST(Admission, BytesThatAreNoTransactionAreMalformed) {
  LocalChain local;
  Bytes bytes = codec::encode(signed_by(0, local.transfer(0, 1)));
  bytes.push_back(0);
  for (const char* method : {"aeth_sendRawTransaction", "aeth_simulate"}) {
    EXPECT_EQ(local.rpc_error(method, {{"transaction", to_hex0x(bytes)}}), "malformed_transaction:bcs");
    EXPECT_EQ(local.rpc_error(method, {{"transaction", "0x"}}), "malformed_transaction:bcs");
  }
}

TEST(Admission, WhatWaitsCountsAgainstTheSendersFunds) {
  LocalChain local;
  TransactionBody body = local.transfer(0, 1);
  body.max_fee = kSwrOfUser / 2 + 1;
  EXPECT_EQ(local.send_error(signed_by(0, body)), "");
  body.nonce = 2;
  EXPECT_EQ(local.send_error(signed_by(0, body)), "rejected_transaction:cannot_pay");
  local.seal();  // the fee was far below its maximum
  EXPECT_EQ(local.send_error(signed_by(0, body)), "");
}

TEST(Admission, TheQueueIsBoundedInCountBytesAndPerSender) {
  LocalChain by_count({.pending = {.count_max = 2}});
  for (std::uint64_t n = 0; n < 2; ++n) EXPECT_EQ(by_count.send_error(signed_by(n, by_count.transfer(n, 1))), "");
  EXPECT_EQ(by_count.send_error(signed_by(2, by_count.transfer(2, 1))), "queue_full");
  by_count.seal();
  EXPECT_EQ(by_count.send_error(signed_by(2, by_count.transfer(2, 1))), "");

  LocalChain by_sender({.pending = {.per_sender_max = 2}});
  for (std::uint64_t n = 1; n <= 2; ++n) EXPECT_EQ(by_sender.send_error(signed_by(0, by_sender.transfer(0, n))), "");
  EXPECT_EQ(by_sender.send_error(signed_by(0, by_sender.transfer(0, 3))), "queue_full");
  EXPECT_EQ(by_sender.send_error(signed_by(1, by_sender.transfer(1, 1))), "");

  LocalChain by_bytes({.pending = {.bytes_max = 300}});
  EXPECT_EQ(by_bytes.send_error(signed_by(0, by_bytes.transfer(0, 1))), "");
  EXPECT_EQ(by_bytes.send_error(signed_by(1, by_bytes.transfer(1, 1))), "queue_full");
}

TEST(Admission, WhatFailsInABlockHasItsOwnCodeAndPays) {
  LocalChain local;
  const programs::EscrowInstruction cancel = programs::Cancel{};
  const programs::AccessSets none;
  const programs::AccessSets whole = programs::access_sets(cancel, {ChainId{5}, user(0), 3, {}});
  EXPECT_EQ(local.outcome(signed_by(0, local.transfer(0, 1, kSwrOfUser))), "insufficient_funds");
  EXPECT_EQ(local.outcome(signed_by(0, local.call(0, 2, programs::make_call(cancel), none))), "undeclared_read");
  EXPECT_EQ(local.outcome(signed_by(0, local.call(0, 3, programs::make_call(cancel), whole))), "no_such_job");
  const programs::AccessSets contract{{contract_object(Hash{})}, {}};
  const Call call = programs::make_call(Hash{}, programs::ContractCall{});
  EXPECT_EQ(local.outcome(signed_by(0, local.call(0, 4, call, contract))), "no_such_contract");
  EXPECT_EQ(local.outcome(signed_by(0, local.call(0, 5, Call{programs::escrow_program_id(), {}}, none))),
            "malformed_instruction");
  TransactionBody body = local.call(0, 6, programs::make_call(cancel), whole);
  body.gas_limit = Gas{1};
  EXPECT_EQ(local.outcome(signed_by(0, body)), "out_of_gas");
  const auto account = local.dev.handle(api::GetAccount{user(0)});
  EXPECT_EQ(account->account.nonce_top, 6U);
  EXPECT_LT(account->account.balance.swr, kSwrOfUser);
}

TEST(Admission, SimulationJudgesFundsAndGasAndChangesNothing) {
  LocalChain local;
  const auto simulate = [&](const TransactionBody& body) {
    return local.dev.handle(api::Simulate{codec::encode(Transaction{body, {}})});
  };
  const auto fine = simulate(local.transfer(0, 1));
  ASSERT_TRUE(fine);
  EXPECT_EQ(fine->code_name, "success");
  EXPECT_EQ(fine->receipt.transaction, transaction_id(local.transfer(0, 1)));
  EXPECT_EQ(simulate(local.transfer(0, 1, kSwrOfUser))->code_name, "insufficient_funds");
  TransactionBody foreign = local.transfer(0, 1);
  foreign.chain_id = ChainId{6};
  EXPECT_EQ(simulate(foreign).error().reason, "wrong_chain");
  TransactionBody scripted = local.transfer(0, 1);
  scripted.outputs[0].script.emplace();
  EXPECT_EQ(simulate(scripted).error().reason, "script_on_account");
  EXPECT_EQ(local.pending(), 0U);
  EXPECT_EQ(local.dev.handle(api::GetAccount{user(0)})->account.balance.swr, kSwrOfUser);
}

// Whatever is sent, in whatever order it is sealed: what was taken is in one block, once, or in none when its time has
// passed; what was refused is in none; and nothing waits for ever.
RC_GTEST_PROP(Admission, WhatIsTakenEndsInExactlyOneWay, ()) {
  LocalChain local({.pending = {.count_max = 20}});
  constexpr std::uint64_t kLastSlot = 12;
  std::map<Hash, bool> taken;
  while (local.tip() < Slot{kLastSlot}) {
    for (int count = *rc::gen::inRange(0, 8); count > 0; --count) {
      const auto from = *rc::gen::inRange<std::uint64_t>(0, 3);
      TransactionBody body = local.transfer(from, *rc::gen::inRange<std::uint64_t>(1, 20));
      body.outputs[0].amount = *rc::gen::element<Amount>(1, kSwrOfUser / 3, Amount{kSwrOfUser});
      body.max_fee = *rc::gen::element<Amount>(Amount{kAmountUnit}, kSwrOfUser / 3);
      body.valid_until = next(local.tip());
      body.valid_until = Slot{std::min(body.valid_until.raw() + *rc::gen::inRange<std::uint64_t>(0, 3), kLastSlot)};
      const Transaction tx = signed_by(from, body);
      const auto sent = local.send(tx);
      if (sent) taken[sent->transaction] = true;
      taken.try_emplace(transaction_id(tx.body), false);
    }
    local.seal(*rc::gen::inRange<std::uint32_t>(1, 3));
  }
  std::map<Hash, int> found;
  for (std::uint64_t slot = 1; slot <= local.tip().raw(); ++slot) {
    const auto block = local.dev.handle(api::GetBlockByNumber{Slot{slot}});
    RC_ASSERT(block->transactions.size() == block->receipts.size());
    for (const Hash& id : block->transactions) ++found[id];
  }
  RC_ASSERT(local.pending() == 0U);
  for (const auto& [id, count] : found) RC_ASSERT(count == 1 && taken.at(id));
  for (const auto& [id, was_taken] : taken) {
    const bool executed = local.status(id) == api::TransactionStatus::executed;
    RC_ASSERT(executed == found.contains(id));
    RC_ASSERT(executed || local.status(id) == api::TransactionStatus::unknown);
  }
}

}  // namespace
}  // namespace aether::devchain

#include "aether/mempool/mempool.hpp"

#include "support.hpp"

namespace aether::mempool {
namespace {

using namespace testing;
using ledger::Reject;

constexpr PeerId kPeer = 3;

// A pool at genesis, whose verifier answers at once unless told.
struct Node {
  explicit Node(const Bounds& bounds = {}, ChainParams chain_params = {})
      : params(std::move(chain_params)),
        blocks(params),
        pool({.chain_id = kChain, .programs = programs, .bounds = bounds}, params, {{}, Slot{0}}) {}

  std::vector<Effect> step(Event event) { return pool.step(std::move(event), head->after); }
  std::vector<Effect> receive(const VerifiedTransaction& tx, PeerId from = kPeer) { return step(Received{from, {tx}}); }
  // The answer to the batch in the effects, signatures with first byte 1 being wrong.
  std::vector<Effect> verify(const std::vector<Effect>& effects) {
    const auto batch = only<VerifySignatures>(effects).at(0);
    Verdicts verdicts{batch.batch, {}};
    for (const IdentifiedTransaction& tx : batch.transactions)
      verdicts.verdicts.push_back(tx.signature()[0] == 1 ? std::nullopt : std::optional(assume_verified(tx)));
    return step(std::move(verdicts));
  }
  // None when it is admitted.
  std::optional<Refusal> refusal(const VerifiedTransaction& tx) {
    auto effects = receive(tx);
    if (!only<VerifySignatures>(effects).empty()) effects = verify(effects);
    const auto refused = only<Refused>(effects);
    if (refused.empty()) return std::nullopt;
    EXPECT_EQ(refused.at(0).from, kPeer);
    EXPECT_EQ(refused.at(0).transaction, tx.id());
    return refused.at(0).why;
  }
  bool admits(const VerifiedTransaction& tx) { return !refusal(tx).has_value(); }
  bool admits(TransactionBody body) { return admits(made(std::move(body))); }
  std::vector<Hash> selected() {
    std::vector<Hash> out;
    for (const VerifiedTransaction* tx : pool.select(head->after)) out.push_back(tx->id());
    return out;
  }
  const Block& add(const Block& parent, const std::vector<VerifiedTransaction>& transactions) {
    const Block& block = blocks.add(parent, transactions);
    static_cast<void>(step(BlockAdded{block.hash, block.parent, block.slot, transactions}));
    return block;
  }
  std::vector<Effect> move_head(const Block& to) {
    head = &to;
    return step(HeadMoved{to.hash, to.slot});
  }

  ChainParams params;
  Blocks blocks;
  Mempool pool;
  const Block* head = &blocks.genesis();
};

TEST(Admission, WhatNoBlockMayHoldIsRefusedWithTheLedgersReason) {
  const auto why = [](auto change) {
    Node node;
    TransactionBody body = transfer(0, 1);
    change(body);
    return node.refusal(made(body));
  };
  const auto is = [](const std::optional<Refusal>& got, Reject reject, bool fault) {
    EXPECT_TRUE(got == Refusal{reject}) << to_string(reject);
    EXPECT_EQ(is_fault(Refusal{reject}), fault) << to_string(reject);
  };
  is(why([](auto& body) { body.chain_id = ChainId{8}; }), Reject::wrong_chain, true);
  is(why([](auto& body) { body.outputs.clear(); }), Reject::nothing_to_do, true);
  is(why([](auto& body) { body.max_fee = 10; }), Reject::fee_too_low, true);
  is(why([](auto& body) { body.reads.insert(object(1)), body.writes.insert(object(1)); }), Reject::sets_overlap, true);
  is(why([](auto& body) { body.valid_until = Slot{0}; }), Reject::expired, false);
  is(why([](auto& body) { body.valid_until = Slot{1'000'000}; }), Reject::valid_until_too_far, false);
  is(why([](auto& body) { body.nonce = 257; }), Reject::nonce_too_far, false);
  is(why([](auto& body) { body.max_fee = kFunds + 1; }), Reject::cannot_pay, false);
  Node node;
  is(node.refusal(made(transfer(0, 1), 1)), Reject::bad_signature, true);
}

TEST(Admission, WhatIsCheapIsCheckedBeforeASignatureIsVerified) {
  Node node;
  TransactionBody body = transfer(0, 1);
  body.max_fee = kFunds + 1;
  EXPECT_TRUE(only<VerifySignatures>(node.receive(made(body))).empty());
  EXPECT_EQ(node.pool.unverified(), 0U);
}

TEST(Admission, ASendersMaxFeesAreCoveredTogether) {
  Node node;
  TransactionBody body = transfer(0, 1);
  body.max_fee = kFunds - 100'000;
  EXPECT_TRUE(node.admits(body));
  EXPECT_TRUE(node.admits(transfer(0, 2)));
  EXPECT_TRUE(node.refusal(made(transfer(0, 3))) == Refusal{Reject::cannot_pay});
  EXPECT_TRUE(node.admits(transfer(1, 3)));
}

TEST(Admission, EachBoundHasItsRefusal) {
  Node node({.per_sender_max = 2});
  EXPECT_TRUE(node.admits(transfer(0, 1)));
  EXPECT_TRUE(node.refusal(made(transfer(0, 1))) == Refusal{Limit::known});
  EXPECT_TRUE(node.admits(transfer(0, 2)));
  EXPECT_TRUE(node.refusal(made(transfer(0, 3))) == Refusal{Limit::sender});
  // The pool's: three quarters of four, and none of those that wait is cheaper.
  Node small({.transactions_max = 4});
  for (std::uint64_t nonce = 1; nonce <= 3; ++nonce) EXPECT_TRUE(small.admits(transfer(0, nonce, 5)));
  EXPECT_TRUE(small.refusal(made(transfer(0, 4, 5))) == Refusal{Limit::pool});
  const auto effects = small.verify(small.receive(made(transfer(0, 4, 6))));
  ASSERT_EQ(only<Dropped>(effects).size(), 1U);
  EXPECT_EQ(only<Dropped>(effects)[0].transaction, made(transfer(0, 3, 5)).id());
  EXPECT_EQ(only<Dropped>(effects)[0].why, Drop::evicted);
  for (const Limit limit :
       {Limit::known, Limit::peer, Limit::unverified, Limit::sender, Limit::replacement, Limit::object, Limit::pool})
    EXPECT_FALSE(is_fault(Refusal{limit}));
}

TEST(Admission, AReplacementPaysATenthMore) {
  Node node;
  EXPECT_TRUE(node.admits(transfer(0, 1, 1'001)));
  EXPECT_TRUE(node.refusal(made(transfer(0, 1, 1'101))) == Refusal{Limit::replacement});
  const auto effects = node.verify(node.receive(made(transfer(0, 1, 1'102))));
  EXPECT_EQ(only<Admitted>(effects).size(), 1U);
  ASSERT_EQ(only<Dropped>(effects).size(), 1U);
  EXPECT_EQ(only<Dropped>(effects)[0].why, Drop::replaced);
  EXPECT_EQ(node.selected(), std::vector<Hash>{made(transfer(0, 1, 1'102)).id()});
  // More in all, but less for what it keeps from others.
  TransactionBody heavy = transfer(0, 1, 2'000);
  heavy.gas_limit = Gas{5'000'000};
  heavy.max_fee = 10'100'000 / 2;
  EXPECT_TRUE(node.refusal(made(heavy)).has_value());
  TransactionBody free = transfer(1, 1, 0);
  EXPECT_TRUE(node.admits(free));
  free.valid_until = Slot{999};
  EXPECT_TRUE(node.refusal(made(free)) == Refusal{Limit::replacement});
  free.priority_fee = 1;
  EXPECT_TRUE(node.admits(free));
}

TEST(Verification, OneBatchIsOutAndTheNextGathers) {
  Node node({.batch_max = 2});
  const auto first = node.receive(made(transfer(0, 1)));
  ASSERT_EQ(only<VerifySignatures>(first).size(), 1U);
  for (std::uint64_t nonce = 2; nonce <= 4; ++nonce) EXPECT_TRUE(node.receive(made(transfer(0, nonce))).empty());
  const auto second = node.verify(first);
  EXPECT_EQ(only<Admitted>(second).size(), 1U);
  EXPECT_EQ(only<VerifySignatures>(second).at(0).transactions.size(), 2U);
  const auto third = node.verify(second);
  EXPECT_EQ(only<VerifySignatures>(third).at(0).transactions.size(), 1U);
  EXPECT_TRUE(only<VerifySignatures>(node.verify(third)).empty());
  EXPECT_EQ(node.pool.count(), 4U);
}

TEST(Verification, WhatCameTogetherIsVerifiedTogetherAndJudgedOneByOne) {
  Node node;
  const auto one = made(transfer(0, 1)), forged = made(transfer(0, 2), 1), other = made(transfer(0, 3));
  const auto effects = node.step(Received{kPeer, {one, one, forged, other}});
  EXPECT_EQ(only<Refused>(effects).size(), 1U) << "the same again";
  ASSERT_EQ(only<VerifySignatures>(effects).size(), 1U);
  EXPECT_EQ(only<VerifySignatures>(effects).at(0).transactions.size(), 3U);
  const auto judged = node.verify(effects);
  EXPECT_EQ(only<Admitted>(judged).size(), 2U);
  ASSERT_EQ(only<Refused>(judged).size(), 1U);
  EXPECT_EQ(only<Refused>(judged).at(0).transaction, forged.id());
}

TEST(Verification, AWrongSignatureKeepsTheRightOneNotOut) {
  Node node;
  const auto forged = node.receive(made(transfer(0, 1), 1), 1);
  const auto right = made(transfer(0, 1), 2);
  EXPECT_TRUE(node.receive(right, 2).empty());
  EXPECT_TRUE(only<Refused>(node.receive(right, 4)).at(0).why == Refusal{Limit::known});
  const auto next = node.verify(forged);
  EXPECT_EQ(only<Refused>(next).at(0).from, 1U);
  EXPECT_EQ(only<Admitted>(node.verify(next)).at(0).from, 2U);
}

TEST(Verification, APeerFillsItsShareAndNoMore) {
  Node node({.unverified_max = 5, .unverified_per_peer_max = 2});
  std::uint64_t nonce = 0;
  const auto refused = [&](PeerId from) {
    const auto effects = node.receive(made(transfer(0, ++nonce)), from);
    const auto out = only<Refused>(effects);
    return out.empty() ? std::optional<Refusal>() : std::optional(out[0].why);
  };
  EXPECT_FALSE(refused(1));
  EXPECT_FALSE(refused(1));
  EXPECT_TRUE(refused(1) == Refusal{Limit::peer});
  EXPECT_FALSE(refused(2));
  EXPECT_FALSE(refused(2));
  EXPECT_FALSE(refused(3));
  EXPECT_TRUE(refused(4) == Refusal{Limit::unverified});
}

TEST(Lanes, SpamOnAnObjectFillsItsShareOfThePoolAndOfABlock) {
  ChainParams params;
  params.block.gas_max = 100'000;  // twenty in a block, five of one object
  Node node({.transactions_max = 80}, params);
  std::size_t spam = 0;
  for (std::uint64_t nonce = 1; nonce <= 30; ++nonce)
    if (node.admits(touch(0, nonce, {1}, 9'000))) ++spam;
  EXPECT_EQ(spam, 20U);
  EXPECT_TRUE(node.refusal(made(touch(1, 1, {1}, 9'000))) == Refusal{Limit::object});
  EXPECT_TRUE(node.admits(touch(1, 1, {1}, 9'001)));
  EXPECT_EQ(node.pool.count(), 20U);
  std::set<Hash> cold;
  for (std::uint64_t nonce = 2; nonce <= 13; ++nonce) {
    const auto tx = made(nonce % 2 == 0 ? touch(1, nonce, {2}) : transfer(1, nonce));
    cold.insert(tx.id());
    EXPECT_TRUE(node.admits(tx));
  }
  const auto selected = node.selected();
  EXPECT_EQ(std::count_if(selected.begin(), selected.end(), [&](const Hash& id) { return cold.contains(id); }), 11);
  EXPECT_EQ(selected.size(), 16U);  // five of each object, and six that declare none
}

TEST(Lanes, OtherTransactionsKeepNoDisputeOut) {
  ChainParams params;
  params.block.bytes_max = 2'000;
  Node node({.transactions_max = 40}, params);
  for (std::uint64_t nonce = 1; nonce <= 30; ++nonce) EXPECT_TRUE(node.admits(transfer(0, nonce, 9'000)));
  EXPECT_TRUE(node.refusal(made(transfer(1, 1, 9'000))) == Refusal{Limit::pool});
  const auto tx = made(dispute(1, 1));
  EXPECT_TRUE(node.admits(tx));
  const auto selected = node.selected();
  EXPECT_EQ(selected.back(), tx.id());
}

TEST(Selection, WhatAnotherObjectKeptOutWaitsThere) {
  ChainParams params;
  params.block.gas_max = 40'000;  // two of one object in a block
  Node node({}, params);
  // Object 2 has more waiting, so those of both wait there; but object 1 fills first.
  EXPECT_TRUE(node.admits(touch(0, 1, {1}, 9'000)));
  EXPECT_TRUE(node.admits(touch(0, 2, {1}, 9'000)));
  for (std::uint64_t nonce = 3; nonce <= 5; ++nonce) EXPECT_TRUE(node.admits(touch(0, nonce, {2})));
  for (std::uint64_t nonce = 6; nonce <= 9; ++nonce) EXPECT_TRUE(node.admits(touch(0, nonce, {1, 2}, 5'000)));
  const std::vector<Hash> expected{made(touch(0, 1, {1}, 9'000)).id(), made(touch(0, 2, {1}, 9'000)).id(),
                                   made(touch(0, 3, {2})).id(), made(touch(0, 4, {2})).id()};
  EXPECT_EQ(node.selected(), expected);
  EXPECT_EQ(node.selected(), expected);
}

TEST(Selection, TheDearestFirstAndOfEqualsTheEarlier) {
  Node node;
  for (const Amount fee : {5, 9, 5, 7}) EXPECT_TRUE(node.admits(transfer(0, node.pool.count() + 1, fee)));
  const std::vector<Hash> expected{made(transfer(0, 2, 9)).id(), made(transfer(0, 4, 7)).id(),
                                   made(transfer(0, 1, 5)).id(), made(transfer(0, 3, 5)).id()};
  EXPECT_EQ(node.selected(), expected);
}

TEST(Selection, WhatIsTooDearForItsCongestionWaits) {
  ChainParams params;
  params.block.gas_max = 40'000;
  params.congestion.target_bps = 1'000;
  Node node({}, params);
  TransactionBody modest = touch(1, 1, {1});
  modest.max_fee = 22'000;
  EXPECT_TRUE(node.admits(modest));
  for (std::uint64_t nonce = 1; nonce <= 4; ++nonce) EXPECT_TRUE(node.admits(touch(0, nonce, {1}, 9'000)));
  static_cast<void>(node.move_head(node.add(*node.head, copied(node.pool.select(node.head->after)))));
  EXPECT_EQ(node.pool.ready(), 3U);
  EXPECT_EQ(node.selected().size(), 2U);
  static_cast<void>(node.move_head(node.add(*node.head, copied(node.pool.select(node.head->after)))));
  EXPECT_TRUE(node.selected().empty());  // the object is hot now
  for (int cool = 0; node.selected().empty(); ++cool) {
    ASSERT_LT(cool, 50);
    static_cast<void>(node.move_head(node.add(*node.head, {})));
  }
  EXPECT_EQ(node.selected(), std::vector<Hash>{made(modest).id()});
}

TEST(Branches, WhatAnAncestorHoldsIsNotChosenAgainUntilItsBranchIsLeft) {
  Node node;
  const auto tx = made(transfer(0, 1)), foreign = made(transfer(1, 1));
  EXPECT_TRUE(node.admits(tx));
  const Block& genesis = *node.head;
  const Block& a = node.add(genesis, {tx, foreign});
  static_cast<void>(node.move_head(a));
  EXPECT_TRUE(node.selected().empty());
  const Block& child = node.add(a, {});
  static_cast<void>(node.move_head(child));
  EXPECT_TRUE(node.selected().empty());
  EXPECT_TRUE(node.refusal(tx) == Refusal{Limit::known});
  const Block& b = node.add(genesis, {});
  static_cast<void>(node.move_head(b));
  EXPECT_EQ(node.selected(), (std::vector<Hash>{tx.id(), foreign.id()}));
  const auto dropped = only<Dropped>(node.step(BlockFinal{b.hash, b.slot}));
  EXPECT_TRUE(dropped.empty());
  EXPECT_EQ(node.pool.ready(), 2U);
}

TEST(Branches, AFinalBlockSettlesItsNoncesAndThoseBelowTheWindow) {
  Node node;
  const auto old = made(transfer(0, 1)), used = made(transfer(0, 257)), far = made(transfer(0, 256 + 40));
  EXPECT_TRUE(node.admits(old));
  static_cast<void>(node.move_head(node.add(*node.head, {made(transfer(0, 250))})));
  for (const auto& tx : {used, far}) EXPECT_TRUE(node.admits(tx));
  TransactionBody instead = transfer(0, 257);
  instead.valid_until = Slot{999};
  const Block& block = node.add(*node.head, {made(instead)});
  static_cast<void>(node.move_head(block));
  EXPECT_EQ(node.pool.ready(), 1U);
  std::set<Hash> dropped;
  for (const auto& [id, why] : only<Dropped>(node.step(BlockFinal{block.hash, block.slot}))) {
    EXPECT_EQ(why, Drop::settled);
    dropped.insert(id);
  }
  EXPECT_TRUE(dropped.contains(old.id()) && dropped.contains(used.id()));
  EXPECT_EQ(node.selected(), std::vector<Hash>{far.id()});
  EXPECT_EQ(node.pool.count(), 1U);
}

TEST(Branches, ASenderThatSpentItsFundsKeepsItsDearest) {
  Node node;
  TransactionBody spends = transfer(0, 1);
  spends.outputs[0].amount = kFunds - 250'000;
  for (std::uint64_t nonce = 2; nonce <= 4; ++nonce) EXPECT_TRUE(node.admits(transfer(0, nonce, nonce)));
  const auto effects = node.move_head(node.add(*node.head, {made(spends)}));
  std::vector<Hash> dropped;
  for (const auto& [id, why] : only<Dropped>(effects)) {
    EXPECT_EQ(why, Drop::cannot_pay);
    dropped.push_back(id);
  }
  EXPECT_EQ(dropped, std::vector<Hash>{made(transfer(0, 2, 2)).id()});
  EXPECT_EQ(node.selected().size(), 2U);
}

TEST(Branches, AtAnUnknownHeadAllIsReviewed) {
  Node node;
  EXPECT_TRUE(node.admits(transfer(0, 1)));
  EXPECT_TRUE(node.admits(transfer(0, 2)));
  const Block& far = node.blocks.add(node.blocks.add(*node.head, {}), std::vector{made(transfer(0, 1, 3))});
  EXPECT_EQ(only<Dropped>(node.move_head(far)).size(), 1U);
  EXPECT_EQ(node.selected(), std::vector<Hash>{made(transfer(0, 2)).id()});
}

TEST(Branches, WhatIsKeptOfUnfinalBlocksHasABound) {
  Node node({.unfinal_uses_max = 5});
  for (std::uint64_t nonce = 1; nonce <= 9; ++nonce) {
    EXPECT_TRUE(node.admits(transfer(0, nonce)));
    static_cast<void>(node.move_head(node.add(*node.head, copied(node.pool.select(node.head->after)))));
    EXPECT_TRUE(node.selected().empty());
  }
  // The way back leads over blocks that were forgotten, so every sender is reviewed.
  const Block& genesis = node.blocks.genesis();
  static_cast<void>(node.move_head(node.add(genesis, {})));
  EXPECT_EQ(node.pool.ready(), 9U);
}

TEST(Expiry, AfterTheLastSlotItIsDropped) {
  Node node;
  TransactionBody body = transfer(0, 1);
  body.valid_until = Slot{2};
  EXPECT_TRUE(node.admits(body));
  EXPECT_TRUE(node.move_head(node.add(*node.head, {})).empty());
  EXPECT_EQ(node.selected().size(), 1U);
  const auto dropped = only<Dropped>(node.move_head(node.add(*node.head, {})));
  ASSERT_EQ(dropped.size(), 1U);
  EXPECT_EQ(dropped[0].why, Drop::expired);
  EXPECT_EQ(node.pool.count(), 0U);
}

}  // namespace
}  // namespace aether::mempool

// Which blocks may follow their parent, by what they hold.
#include <gtest/gtest.h>

#include "aether/replica/wire.hpp"
#include "at_genesis.hpp"

namespace aether::replica {
namespace {

class Work : public AtGenesis {
 protected:
  Transaction transfer(std::uint64_t nonce) const {
    TransactionBody body;
    body.chain_id = kChain;
    body.valid_until = Slot{100};
    body.nonce = nonce;
    body.sender = {crypto::ed25519_public_key(seed(9))};
    body.outputs.push_back({Address{}, Asset::swr, 5, OutputKind::account, std::nullopt});
    body.gas_limit = Gas{10'000};
    body.max_fee = 100'000;
    return sign(std::move(body), seed(9));
  }
  BlockPointer block(Slot slot, std::vector<Transaction> transactions) {
    auto made = std::make_shared<Block>();
    made->transactions = std::move(transactions);
    BftSealer sealer;
    sealer.evidence_root = evidence_root(made->evidence);
    sealer.vrf_proof = signer->make_claim({kChain, Hash{}, slot}, 0).proof;
    made->header.body.chain_id = kChain;
    made->header.body.slot = slot;
    made->header.body.transactions_root = transactions_root(made->transactions);
    made->header.body.sealer = sealer;
    made->header.signature = crypto::KesSignature{};
    return made;
  }
  AcceptedPointer judged(const BlockPointer& block, bool empty = false, bool came_whole = false) {
    Judgement judgement{block_hash(block->header.body), block, post.state, empty, {}, came_whole};
    judgement.known.resize(block->transactions.size());
    return judge(rules, std::move(judgement), workers);
  }
};

TEST_F(Work, AValidBlockIsExecutedOnItsParent) {
  const BlockPointer first = block(Slot{1}, {transfer(1)});
  const AcceptedPointer accepted = judged(first);
  ASSERT_NE(accepted, nullptr);
  const Executed executed = execute(rules, {block_hash(first->header.body), first, accepted, post}, workers);
  EXPECT_NE(executed.outcome.state_root, post.tree.root());
  EXPECT_EQ(executed.state->account(Address{}).balance.swr, 5u);
  EXPECT_EQ(post.state->account(Address{}).balance.swr, 0u) << "the parent's state stays";
  EXPECT_EQ(executed.outcome.next_epoch, std::nullopt);
}

// A transaction of the parent again in the child makes the block invalid, and so does one twice in a block.
TEST_F(Work, ATransactionOfTheBranchIsRefused) {
  const BlockPointer first = block(Slot{1}, {transfer(1)});
  const AcceptedPointer accepted = judged(first);
  ASSERT_NE(accepted, nullptr);
  const Executed executed = execute(rules, {block_hash(first->header.body), first, accepted, post}, workers);
  EXPECT_EQ(judged(block(Slot{1}, {transfer(1), transfer(1)})), nullptr);
  post = {executed.state, executed.result->tree.tree};
  EXPECT_EQ(judged(block(Slot{2}, {transfer(1)})), nullptr);
  EXPECT_NE(judged(block(Slot{2}, {transfer(2)})), nullptr);
}

TEST_F(Work, WhatIsNotSignedOrExpiredIsRefused) {
  Transaction forged = transfer(1);
  forged.signature[0] ^= 1;
  EXPECT_EQ(judged(block(Slot{1}, {forged})), nullptr);
  EXPECT_EQ(judged(block(Slot{101}, {transfer(1)})), nullptr);
}

TEST_F(Work, ABlockThatMustBeEmptyIs) {
  EXPECT_EQ(judged(block(Slot{1}, {transfer(1)}), true), nullptr);
  EXPECT_NE(judged(block(Slot{1}, {}), true), nullptr);
}

// A proposer may name a root of other shreds. Who gets the block whole must come to the same verdict as who gets those.
TEST_F(Work, ABlockThatCameWholeIsCutIntoTheShredsOfItsHeader) {
  auto made = std::make_shared<Block>(*block(Slot{1}, {transfer(1)}));
  EXPECT_EQ(shredded(*made, {}), nullptr);
  EXPECT_EQ(judged(made, false, true), nullptr);
  const auto shreds = erasure::ShreddedBlock::make(kChain, Slot{1}, codec::encode(Body{made->transactions, {}}));
  ASSERT_TRUE(shreds.has_value());
  std::get<BftSealer>(made->header.body.sealer).shred_root = shreds->root();
  EXPECT_NE(judged(made, false, true), nullptr);
  ASSERT_NE(shredded(*made, {}), nullptr);
  EXPECT_EQ(shredded(*made, {})->root(), shreds->root());
}

TEST_F(Work, EvidenceIsTheHeadersAndHolds) {
  auto other = std::make_shared<Block>(*block(Slot{1}, {}));
  other->evidence.late_votes.push_back({Slot{1}, VoteKind::prevote, Signers(Bytes{1}), {}});
  EXPECT_EQ(judged(other), nullptr) << "not the header's";
  std::get<BftSealer>(other->header.body.sealer).evidence_root = evidence_root(other->evidence);
  EXPECT_EQ(judged(other), nullptr) << "of no slot before";
}

TEST_F(Work, EpochsAreReadFromTheState) {
  const auto epochs = epochs_after(rules, *post.state, Slot{0});
  ASSERT_FALSE(epochs.empty());
  EXPECT_EQ(epochs[0].number, 0u);
  EXPECT_EQ(epochs[0].validators->size(), 1u);
}

}  // namespace
}  // namespace aether::replica

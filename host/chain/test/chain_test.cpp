#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "aether/chain/chain.hpp"

namespace aether::chain {
namespace {

constexpr std::uint64_t kUsers = 4;

crypto::Seed user_seed(std::uint64_t n) { return crypto::Seed(value_hash(codec::encode(n)).bytes); }
Address user(std::uint64_t n) { return address_of(crypto::ed25519_public_key(user_seed(n))); }
crypto::Seed sealer_seed() { return user_seed(1'000); }

Options some_chain() {
  Options options;
  options.ephemeral = true;
  options.genesis.chain_id = ChainId{5};
  options.genesis.sealer = DevSealer{crypto::ed25519_public_key(sealer_seed())};
  for (std::uint64_t n = 0; n < kUsers; ++n)
    options.genesis.accounts.insert({user(n), {1'000 * kAmountUnit, 10 * kAmountUnit}});
  return options;
}

std::unique_ptr<Chain> open(const Options& options) {
  static SerialPool pool;
  auto chain = Chain::open(options, pool);
  EXPECT_TRUE(chain) << (chain ? "" : chain.error().message);
  return std::move(*chain);
}

Transaction transfer(std::uint64_t from, const Address& to, Amount amount, std::uint64_t nonce) {
  const crypto::Seed seed = user_seed(from);
  TransactionBody body;
  body.chain_id = ChainId{5};
  body.valid_until = Slot{1'000};
  body.nonce = nonce;
  body.sender = crypto::ed25519_public_key(seed);
  body.outputs.push_back({to, Asset::swr, amount, OutputKind::account, std::nullopt});
  body.gas_limit = Gas{100'000};
  body.max_fee = kAmountUnit;
  return sign(std::move(body), seed);
}
VerifiedTransaction checked(const Transaction& tx) { return *verify(tx); }

Sealed seal_with(Chain& chain, const std::vector<VerifiedTransaction>& candidates, std::uint64_t time_ms = 10) {
  auto sealed = chain.seal_next(candidates, time_ms, sealer_seed());
  EXPECT_TRUE(sealed);
  return std::move(*sealed);
}
Amount swr(const Chain& chain, const Address& address) {
  return ledger::load_or_default<Account>(*chain.snapshot(), account_object(address)).balance.swr;
}
std::optional<BlockRule> refusal(Chain& chain, const Block& block) {
  std::optional<BlockRule> refused;
  EXPECT_TRUE(chain.apply(block, refused));
  return refused;
}

TEST(Chain, a_transfer_moves_its_amount_and_the_receipt_says_so) {
  const auto chain = open(some_chain());
  const auto tx = checked(transfer(0, user(1), 7, 1));
  const Sealed sealed = seal_with(*chain, {tx});
  ASSERT_EQ(sealed.selection.accepted.size(), 1u);
  const auto snapshot = chain->snapshot();
  const auto receipt = snapshot->receipts(sealed.record.slot)->at(0);
  EXPECT_EQ(receipt.code, kSuccess);
  EXPECT_EQ(receipt.transaction, tx.id());
  EXPECT_EQ(swr(*chain, user(1)), 1'000 * kAmountUnit + 7);
  EXPECT_EQ(swr(*chain, user(0)), 1'000 * kAmountUnit - 7 - receipt.fee);
  EXPECT_EQ(snapshot->transaction(tx.id())->slot, sealed.record.slot);
}

// What one chain seals, another applies; both have the same roots after each block.
RC_GTEST_PROP(Chain, apply_agrees_with_seal, ()) {
  const auto proposer = open(some_chain());
  const auto validator = open(some_chain());
  std::uint64_t nonce = 0;
  for (int block = 0; block < 3; ++block) {
    std::vector<VerifiedTransaction> candidates;
    for (auto count = *rc::gen::inRange(0, 6); count > 0; --count) {
      const auto from = *rc::gen::inRange<std::uint64_t>(0, kUsers);
      const auto to = *rc::gen::inRange<std::uint64_t>(0, kUsers + 2);
      const auto amount = *rc::gen::element<Amount>(1, kAmountUnit, 2'000 * kAmountUnit);
      candidates.push_back(checked(transfer(from, user(to), amount, *rc::gen::inRange<std::uint64_t>(0, 2) + nonce)));
      nonce += 1;
    }
    const Sealed sealed = seal_with(*proposer, candidates, *rc::gen::inRange<std::uint64_t>(0, 100));
    RC_ASSERT(!refusal(*validator, *proposer->snapshot()->block(sealed.record.slot)));
    RC_ASSERT(validator->snapshot()->tip() == proposer->snapshot()->tip());
  }
}

TEST(Chain, every_header_rule_refuses_with_its_own_name) {
  const auto proposer = open(some_chain());
  const auto validator = open(some_chain());
  const Slot slot = seal_with(*proposer, {checked(transfer(0, user(1), 1, 1))}).record.slot;
  const Block good = *proposer->snapshot()->block(slot);
  const auto resealed = [&](auto change) {
    Block block = good;
    change(block);
    block.header = seal(block.header.body, sealer_seed());
    return refusal(*validator, block);
  };
  EXPECT_EQ(resealed([](Block& b) { b.header.body.version = 2; }), BlockRule::version);
  EXPECT_EQ(resealed([](Block& b) { b.header.body.chain_id = ChainId{6}; }), BlockRule::chain_id);
  EXPECT_EQ(resealed([](Block& b) { b.header.body.epoch = 1; }), BlockRule::epoch);
  EXPECT_EQ(resealed([](Block& b) { b.header.body.slot = Slot{2}; }), BlockRule::slot);
  EXPECT_EQ(resealed([](Block& b) { b.header.body.parent_hash = {}; }), BlockRule::parent_hash);
  EXPECT_EQ(resealed([](Block& b) { b.header.body.parent_state_root = {}; }), BlockRule::parent_state_root);
  EXPECT_EQ(resealed([](Block& b) { b.header.body.parent_receipts_root = {}; }), BlockRule::parent_receipts_root);
  EXPECT_EQ(resealed([](Block& b) { b.header.body.parent_gas_used = Gas{1}; }), BlockRule::parent_gas_used);
  EXPECT_EQ(resealed([](Block& b) { b.header.body.time_ms = 0; }), BlockRule::time);
  EXPECT_EQ(resealed([](Block& b) { b.header.body.sealer = DevSealer{}; }), BlockRule::sealer);
  EXPECT_EQ(resealed([](Block& b) { b.transactions.clear(); }), BlockRule::transactions_root);
  EXPECT_EQ(resealed([](Block& b) {
              b.transactions[0].signature[0] ^= 1;
              b.header.body.transactions_root = transactions_root(b.transactions);
            }),
            BlockRule::transaction_signature);
  EXPECT_EQ(resealed([](Block& b) {
              b.transactions[0] = transfer(0, user(1), 0, 1);
              b.header.body.transactions_root = transactions_root(b.transactions);
            }),
            BlockRule::transaction);
  Block by_validator = good;
  by_validator.header.body.sealer = BftSealer{};
  by_validator.header = seal(by_validator.header.body, crypto::KesSecretKey(sealer_seed()));
  EXPECT_EQ(refusal(*validator, by_validator), BlockRule::sealer);
  Block unsealed = good;
  std::get<crypto::Signature>(unsealed.header.signature)[0] ^= 1;
  EXPECT_EQ(refusal(*validator, unsealed), BlockRule::seal);
  EXPECT_EQ(validator->snapshot()->tip()->slot, Slot{0});
  EXPECT_FALSE(refusal(*validator, good));
}

TEST(Chain, a_block_above_its_gas_is_refused_and_seal_leaves_out_what_does_not_fit) {
  Options options = some_chain();
  options.genesis.params.block.gas_max = 150'000;  // a transfer asks for 100 000
  const auto proposer = open(options);
  const auto validator = open(options);
  const Sealed sealed =
      seal_with(*proposer, {checked(transfer(0, user(1), 1, 1)), checked(transfer(1, user(2), 1, 1))});
  EXPECT_EQ(sealed.selection.accepted, std::vector<std::size_t>{0});
  EXPECT_TRUE(sealed.selection.refused.empty());
  Block block = *proposer->snapshot()->block(sealed.record.slot);
  block.transactions.push_back(transfer(1, user(2), 1, 1));
  block.header.body.transactions_root = transactions_root(block.transactions);
  block.header = seal(block.header.body, sealer_seed());
  EXPECT_EQ(refusal(*validator, block), BlockRule::limits);
  EXPECT_EQ(validator->snapshot()->tip()->slot, Slot{0});
}

TEST(Chain, proofs_hold_under_the_root_that_the_child_header_carries) {
  const auto chain = open(some_chain());
  seal_with(*chain, {checked(transfer(0, user(9), 5, 1))});
  const auto snapshot = chain->snapshot();
  const Proven there = Chain::prove(*snapshot, account_object(user(9)));
  const Proven absent = Chain::prove(*snapshot, account_object(user(8)));
  seal_with(*chain, {});
  const Hash root = chain->snapshot()->record(Slot{2})->header->body.parent_state_root;
  ASSERT_EQ(root, there.record.state_root);
  ASSERT_TRUE(there.value);
  EXPECT_FALSE(absent.value);
  const Hash key = state_key(account_object(user(9)));
  EXPECT_TRUE(smt::verify(root, key, value_hash(*there.value), there.proof));
  EXPECT_FALSE(smt::verify(root, key, std::nullopt, there.proof));
  EXPECT_FALSE(smt::verify(root, key, value_hash(Bytes{1}), there.proof));
  EXPECT_TRUE(smt::verify(root, state_key(account_object(user(8))), std::nullopt, absent.proof));
}

TEST(Chain, reopening_gives_the_same_root_and_goes_on) {
  const auto dir = env::TempDir::create();
  Options options = some_chain();
  options.ephemeral = false;
  options.directory = dir->path() / "chain";
  std::optional<storage::BlockRecord> before;
  {
    const auto chain = open(options);
    seal_with(*chain, {checked(transfer(0, user(1), 1, 1))});
    before = chain->snapshot()->tip();
  }
  {
    const auto chain = open(options);
    EXPECT_EQ(chain->snapshot()->tip(), before);
    EXPECT_EQ(chain->snapshot()->tree().root(), before->state_root);
    const Sealed next = seal_with(*chain, {checked(transfer(0, user(1), 1, 1)), checked(transfer(0, user(1), 1, 2))});
    EXPECT_EQ(next.selection.accepted, std::vector<std::size_t>{1});
    ASSERT_EQ(next.selection.refused.size(), 1u);
    EXPECT_EQ(next.selection.refused[0].reject, ledger::Reject::nonce_used);
  }
  options.genesis.chain_id = ChainId{6};
  SerialPool pool;
  EXPECT_EQ(Chain::open(options, pool).error().kind, storage::ErrorKind::foreign);
  options.genesis.params.jobs.burn_bps = kBpsWhole + 1;
  EXPECT_EQ(Chain::open(options, pool).error().kind, storage::ErrorKind::bad_genesis);
}

Genesis of_validators() {
  ValidatorSecrets secrets{user_seed(1), crypto::bls_key_gen(user_seed(2)), user_seed(3),
                           crypto::KesSecretKey(user_seed(4))};
  Genesis genesis = some_chain().genesis;
  genesis.sealer = BftGenesis{{}, {{make_registration(ChainId{5}, user(1), secrets), kAmountUnit}}};
  return genesis;
}

TEST(Chain, a_validator_seals_no_block_of_a_development_chain) {
  const auto proposer = open(some_chain());
  const storage::BlockRecord genesis = *proposer->snapshot()->tip();
  const Slot slot = seal_with(*proposer, {}).record.slot;
  EXPECT_EQ(check_header(genesis, *proposer->snapshot()->block(slot), of_validators()).error(), BlockRule::sealer);
}

TEST(Chain, blocks_that_validators_made_final_are_committed_with_the_certificate_of_the_last) {
  const auto directory = std::move(*env::TempDir::create());
  Options options{directory.path() / "chain", false, of_validators()};
  SerialPool pool;
  struct Made {
    Block block;
    std::vector<VerifiedTransaction> transactions;
    exec::Executed executed;
  };
  std::deque<Made> made;
  std::vector<FinalBlock> blocks;
  {
    const auto chain = open(options);
    const auto snapshot = chain->snapshot();
    EXPECT_FALSE(snapshot->certificate());
    ledger::Overlay state(*snapshot);
    smt::Tree tree = snapshot->tree();
    const ledger::ConsensusInput consensus{};
    for (std::uint64_t n = 1; n <= 3; ++n) {
      const std::vector<VerifiedTransaction> transactions{checked(transfer(n, user(0), n, 1))};
      const ledger::BlockInput input{{ChainId{5}, Slot{n}, options.genesis.params}, user(1), transactions, &consensus};
      auto executed = exec::execute_block(state, tree, chain->programs(), input, pool, {});
      ASSERT_TRUE(executed);
      state.apply(ledger::Diff(executed->diff));
      tree = executed->tree.tree;
      Block block{{}, {transactions[0].transaction()}, {}};
      block.header.body.slot = Slot{n};
      block.header.body.sealer = BftSealer{};
      block.header.signature = crypto::KesSignature{};
      made.push_back({std::move(block), transactions, std::move(*executed)});
    }
    for (const Made& one : made)
      blocks.push_back({block_hash(one.block.header.body), one.block, one.transactions, one.executed});
    ASSERT_TRUE(chain->commit(blocks, PrecommitCertificate{Slot{3}, blocks.back().hash, {}, {}}));
  }
  const auto chain = open(options);
  const auto snapshot = chain->snapshot();
  EXPECT_EQ(snapshot->tip()->hash, blocks.back().hash);
  EXPECT_EQ(snapshot->tip()->state_root, made.back().executed.tree.tree.root());
  EXPECT_EQ(snapshot->certificate()->block, blocks.back().hash);
  for (std::uint64_t n = 1; n <= 3; ++n) {
    EXPECT_EQ(snapshot->record(Slot{n})->hash, blocks[n - 1].hash);
    EXPECT_EQ(snapshot->block(Slot{n})->transactions, made[n - 1].block.transactions);
    EXPECT_EQ(snapshot->transaction(made[n - 1].transactions[0].id())->slot, Slot{n});
  }
}

TEST(Chain, time_never_stands_still) {
  const auto chain = open(some_chain());
  EXPECT_EQ(seal_with(*chain, {}, 100).record.time_ms, 100u);
  EXPECT_EQ(seal_with(*chain, {}, 100).record.time_ms, 101u);
  EXPECT_EQ(seal_with(*chain, {}, 50).record.time_ms, 102u);
}

}  // namespace
}  // namespace aether::chain

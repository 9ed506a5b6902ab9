// What each method answers.
#include <gtest/gtest.h>

#include "aether/smt/proof.hpp"
#include "fixtures.hpp"

namespace aether::query {
namespace {

namespace json = boost::json;
using testing::a_post;
using testing::escrow;
using testing::LocalChain;
using testing::register_model;
using testing::user;
using testing::user_seed;

json::value hex(const Hash& hash) { return json::string(to_hex0x(hash.bytes)); }

TEST(Query, ATransactionIsUnknownThenPendingThenExecuted) {
  LocalChain local;
  const Transaction tx = sign(local.transfer(0, 1), user_seed(0));
  const Hash id = transaction_id(tx.body);
  EXPECT_EQ(local.status(id), api::TransactionStatus::unknown);
  local.send_ok(tx);
  const auto waiting = local.ask(api::GetTransaction{id});
  EXPECT_EQ(waiting->status, api::TransactionStatus::pending);
  EXPECT_EQ(waiting->transaction, tx);
  EXPECT_FALSE(waiting->place);
  EXPECT_EQ(local.pending(), 1U);
  local.seal();
  const auto done = local.ask(api::GetTransaction{id});
  EXPECT_EQ(done->status, api::TransactionStatus::executed);
  EXPECT_EQ(done->transaction, tx);
  ASSERT_TRUE(done->place);
  const auto receipt = local.receipt(id);
  EXPECT_EQ(receipt.place, done->place);
  EXPECT_EQ(receipt.code_name, "success");
  const auto block = local.ask(api::GetBlockByNumber{done->place->slot});
  EXPECT_EQ(block->at.hash, done->place->block);
  EXPECT_EQ(block->receipts.at(done->place->index), receipt.receipt);
}

TEST(Query, AccountsTellWhetherTheyExist) {
  LocalChain local;
  EXPECT_FALSE(local.ask(api::GetAccount{user(9)})->exists);
  local.send_ok(sign(local.transfer(0, 1, 7), user_seed(0)));
  local.seal();
  const auto paid = local.ask(api::GetAccount{user(9)});
  EXPECT_TRUE(paid->exists);
  EXPECT_EQ(paid->account.balance.swr, 7U);
  EXPECT_EQ(paid->at.slot, Slot{1});
}

TEST(Query, BlocksAreALinkedChainFromGenesis) {
  LocalChain local;
  local.seal(3);
  const auto genesis = local.ask(api::GetBlockByNumber{Slot{0}});
  EXPECT_FALSE(genesis->header);
  EXPECT_EQ(genesis->at.hash, local.ask(api::GetChainId{})->genesis_hash);
  Hash parent = genesis->at.hash;
  for (std::uint64_t slot = 1; slot <= 3; ++slot) {
    const auto block = local.ask(api::GetBlockByNumber{Slot{slot}});
    ASSERT_TRUE(block->header);
    EXPECT_EQ(block->header->body.parent_hash, parent);
    EXPECT_EQ(block_hash(block->header->body), block->at.hash);
    EXPECT_TRUE(verify_dev_seal(*block->header));
    EXPECT_TRUE(block->at.final);
    parent = block->at.hash;
  }
  EXPECT_EQ(local.ask(api::GetBlockByNumber{})->at.hash, parent);
  for (const auto& slot : {Slot{0}, Slot{2}}) {
    const auto by_number = *local.ask(api::GetBlockByNumber{slot});
    const auto by_hash = *local.ask(api::GetBlockByHash{by_number.at.hash});
    EXPECT_EQ(api::to_json(by_hash), api::to_json(by_number));
  }
  EXPECT_EQ(local.rpc_error("aeth_getBlockByHash", {{"hash", hex(Hash{{1}})}}), "not_found");
  for (const char* method : {"aeth_getBlockByNumber", "aeth_getStateRoot"})
    EXPECT_EQ(local.rpc_error(method, {{"slot", "4"}}), "not_found");
}

TEST(Query, AProofNamesItsSlotAndHoldsUnderTheRootThatTheChildHeaderCarries) {
  LocalChain local;
  local.send_ok(sign(local.transfer(0, 1, 7), user_seed(0)));
  local.seal();
  for (const std::uint64_t n : {9, 8}) {
    const ObjectId object = account_object(user(n));
    const auto newest = local.ask(api::GetProof{object});
    EXPECT_EQ(newest->value.has_value(), n == 9);
    local.seal();
    const auto root = local.ask(api::GetStateRoot{newest->at.slot});
    ASSERT_TRUE(root->carried_by);
    const auto child = local.ask(api::GetBlockByNumber{root->carried_by->slot});
    EXPECT_EQ(child->at.hash, root->carried_by->hash);
    EXPECT_EQ(child->header->body.parent_hash, newest->at.hash);
    EXPECT_EQ(child->header->body.parent_state_root, newest->state_root);
    const auto proof = codec::decode<smt::Proof>(newest->proof);
    ASSERT_TRUE(proof);
    const auto value = newest->value ? std::optional(value_hash(*newest->value)) : std::nullopt;
    EXPECT_TRUE(smt::verify(child->header->body.parent_state_root, state_key(object), value, *proof));
  }
}

TEST(Query, AnswersAreOfOneBlockWhileOthersAreSealed) {
  LocalChain local;
  const ObjectId object = account_object(user(9));
  std::atomic<bool> done = false;
  std::uint64_t wrong = 0;
  std::uint64_t answers = 0;
  std::thread reader([&] {
    for (; !done || answers == 0; ++answers) {
      const auto proven = local.ask(api::GetProof{object});
      const auto proof = codec::decode<smt::Proof>(proven->proof);
      const auto value = proven->value ? std::optional(value_hash(*proven->value)) : std::nullopt;
      wrong += !proof || !smt::verify(proven->state_root, state_key(object), value, *proof) ||
               local.ask(api::GetStateRoot{proven->at.slot})->state_root != proven->state_root;
    }
  });
  for (std::uint64_t nonce = 1; nonce <= 100; ++nonce) {
    local.send_ok(sign(local.transfer(0, nonce), user_seed(0)));
    local.seal();
  }
  done = true;
  reader.join();
  EXPECT_EQ(wrong, 0U);
}

TEST(Query, TheChainTellsWhichItIs) {
  LocalChain local;
  const auto chain = local.ask(api::GetChainId{});
  EXPECT_EQ(chain->chain_id, ChainId{5});
  EXPECT_EQ(chain->genesis_hash, genesis_hash(LocalChain::genesis()));
  EXPECT_EQ(chain->kind, api::ChainKind::dev);
  const auto health = local.ask(api::GetHealth{});
  EXPECT_EQ(health->status, api::HealthStatus::ready);
  EXPECT_FALSE(health->version.empty());
}

TEST(Query, UtxosAreListedByTheirOwnerInPages) {
  LocalChain local;
  std::set<Hash> of_user, spendable;
  for (std::uint64_t nonce = 1; nonce <= 6; ++nonce) {
    TransactionBody body = local.transfer(0, nonce, nonce);
    body.outputs[0].kind = OutputKind::utxo;
    body.outputs[0].owner = user(nonce % 2);
    EXPECT_EQ(local.outcome(sign(body, user_seed(0))), "success");
    (nonce % 2 == 0 ? spendable : of_user).insert(utxo_id(transaction_id(body), 0));
  }
  const auto ids_of = [&](std::uint64_t owner, std::uint32_t limit) {
    std::set<Hash> out;
    api::GetUtxos request{user(owner), {}, limit};
    do {
      const auto page = local.ask(request);
      EXPECT_LE(page->utxos.size(), limit);
      EXPECT_EQ(page->at.slot, local.tip());
      for (const auto& entry : page->utxos) {
        EXPECT_TRUE(out.insert(entry.id).second);
        EXPECT_EQ(entry.utxo.owner, user(owner));
      }
      request.after = page->next;
    } while (request.after);
    return out;
  };
  for (const std::uint32_t limit : {1U, 2U, api::kPageMax}) {
    EXPECT_EQ(ids_of(0, limit), spendable);
    EXPECT_EQ(ids_of(1, limit), of_user);
    EXPECT_TRUE(ids_of(2, limit).empty());
  }
  EXPECT_EQ(local.rpc_error("aeth_getUtxos", {{"owner", to_text(user(0))}, {"limit", 101}}),
            "invalid_params:out_of_range");

  // Two that spend the same one, in one block: the first does.
  TransactionBody spend = local.transfer(0, 7);
  spend.outputs.clear();
  spend.inputs.push_back({*spendable.begin(), std::nullopt});
  const Hash first = local.send_ok(sign(spend, user_seed(0)));
  spend.nonce = 8;
  const Hash second = local.send_ok(sign(spend, user_seed(0)));
  local.seal();
  const auto receipts = std::set{local.receipt(first).code_name, local.receipt(second).code_name};
  EXPECT_EQ(receipts, (std::set<std::string>{"success", "missing_input"}));
  spendable.erase(spendable.begin());
  EXPECT_EQ(ids_of(0, api::kPageMax), spendable);
}

// --- Jobs and models -----------------------------------------------------------------------------------------------

TEST(Query, ModelsAreFoundByIdAndListedInPages) {
  LocalChain local;
  EXPECT_EQ(local.rpc_error("aeth_getModel", {{"model", hex(Hash{})}}), "not_found");
  std::vector<Hash> ids;
  for (std::uint8_t n = 1; n <= 5; ++n) ids.push_back(register_model(local, n, n));
  std::stable_sort(ids.begin(), ids.end());
  const auto one = local.ask(api::GetModel{ids[0]});
  ASSERT_TRUE(one);
  EXPECT_EQ(programs::model_id(one->model.facts), ids[0]);
  EXPECT_EQ(one->model.owner, user(0));
  EXPECT_EQ(one->at.slot, local.tip());

  std::vector<Hash> listed;
  api::GetModels request{.after = {}, .limit = 2};
  do {
    const auto page = local.ask(request);
    EXPECT_EQ(page->models.size(), page->next ? 2U : 1U);
    for (const auto& entry : page->models) {
      EXPECT_EQ(programs::model_id(entry.model.facts), entry.id);
      listed.push_back(entry.id);
    }
    request.after = page->next;
  } while (request.after);
  EXPECT_EQ(listed, ids);
  EXPECT_FALSE(local.ask(api::GetModels{.after = {}, .limit = 5})->next);
  EXPECT_EQ(local.rpc_error("aeth_getModels", {{"limit", 0}}), "invalid_params:out_of_range");
}

TEST(Query, JobsAreListedByTheirState) {
  using enum api::JobFilter;
  LocalChain local;
  const Hash model = register_model(local, 1, 1);
  std::vector<Hash> jobs;
  for (std::uint64_t nonce = 2; nonce <= 7; ++nonce) {
    EXPECT_EQ(escrow(local, 0, nonce, a_post(model), model), "success");
    jobs.push_back(programs::job_id(ChainId{5}, user(0), nonce));
  }
  EXPECT_EQ(escrow(local, 0, 8, programs::Cancel{jobs[0]}, model), "success");
  EXPECT_EQ(escrow(local, 1, 1, programs::Accept{jobs[1], "http://127.0.0.1:9"}, model), "success");

  const auto ids_of = [&](api::JobFilter filter, std::uint32_t limit) {
    std::set<Hash> out;
    api::GetJobs request{filter, {}, limit};
    do {
      const auto page = local.ask(request);
      EXPECT_LE(page->jobs.size(), limit);
      EXPECT_EQ(page->at.slot, local.tip());
      for (const auto& entry : page->jobs) EXPECT_TRUE(out.insert(entry.id).second);
      request.after = page->next;
    } while (request.after);
    return out;
  };
  for (const std::uint32_t limit : {1U, 2U, 4U, api::kPageMax}) {
    EXPECT_EQ(ids_of(all, limit), std::set<Hash>(jobs.begin(), jobs.end()));
    EXPECT_EQ(ids_of(living, limit), std::set<Hash>(jobs.begin() + 1, jobs.end()));
    EXPECT_EQ(ids_of(open, limit), std::set<Hash>(jobs.begin() + 2, jobs.end()));
    EXPECT_EQ(ids_of(running, limit), std::set<Hash>{jobs[1]});
    EXPECT_EQ(ids_of(submitted, limit), std::set<Hash>{});
    EXPECT_EQ(ids_of(closed, limit), std::set<Hash>{jobs[0]});
  }
  EXPECT_EQ(local.ask(api::GetJobs{})->jobs.size(), jobs.size());

  const auto cancelled = local.ask(api::GetJob{jobs[0]});
  ASSERT_TRUE(cancelled);
  EXPECT_EQ(std::get<programs::ClosedJob>(cancelled->job.state).status, programs::JobStatus::cancelled);
  const auto running_job = local.ask(api::GetJob{jobs[1]});
  EXPECT_EQ(std::get<programs::Job>(running_job->job.state).acceptance->endpoint, "http://127.0.0.1:9");
  EXPECT_EQ(local.rpc_error("aeth_getJob", {{"job", hex(Hash{})}}), "not_found");
  EXPECT_EQ(local.rpc_error("aeth_getJobs", {{"limit", 101}}), "invalid_params:out_of_range");
}

// A page is of one moment: jobs that change between two pages neither hide others nor come twice.
TEST(Query, PagesCoverWhatDoesNotChangeBetweenThem) {
  LocalChain local;
  const Hash model = register_model(local, 1, 1);
  std::set<Hash> jobs;
  for (std::uint64_t nonce = 2; nonce <= 9; ++nonce) {
    EXPECT_EQ(escrow(local, 0, nonce, a_post(model), model), "success");
    jobs.insert(programs::job_id(ChainId{5}, user(0), nonce));
  }
  std::vector<Hash> seen;
  std::uint64_t nonce = 10;
  api::GetJobs request{api::JobFilter::open, {}, 2};
  do {
    const auto page = local.ask(request);
    for (const auto& entry : page->jobs) {
      seen.push_back(entry.id);
      EXPECT_EQ(escrow(local, 0, nonce++, programs::Cancel{entry.id}, model), "success");
    }
    request.after = page->next;
  } while (request.after);
  EXPECT_EQ(std::set<Hash>(seen.begin(), seen.end()), jobs);
  EXPECT_EQ(seen.size(), jobs.size());
}

}  // namespace
}  // namespace aether::query

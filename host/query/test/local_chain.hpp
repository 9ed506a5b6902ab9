// A chain in memory with four rich users, asked in process or through JSON-RPC.
#pragma once

#include <gtest/gtest.h>

#include <mutex>

#include "aether/api/dispatch.hpp"
#include "aether/api/json_reader.hpp"
#include "aether/config/genesis.hpp"
#include "aether/programs/instructions.hpp"
#include "aether/query/chain_queries.hpp"
#include "aether/query/transactions.hpp"

namespace aether::query::testing {

inline constexpr Amount kSwrOfUser = 1'000 * kAmountUnit;

inline crypto::Seed user_seed(std::uint64_t n) { return crypto::Seed(value_hash(codec::encode(n)).bytes); }
inline Address user(std::uint64_t n) { return address_of(crypto::ed25519_public_key(user_seed(n))); }

// A small model, told apart by `n`.
inline programs::ModelFacts model_facts(std::uint8_t n) {
  programs::ModelFacts facts;
  facts.config.vocab = 96;
  facts.config.d = 64;
  facts.config.layers = 1;
  facts.config.heads = facts.config.kv_heads = 2;
  facts.config.head_dim = 32;
  facts.config.ff = 64;
  facts.config.context = 64;
  facts.model_root = Hash{{n}};
  return facts;
}

struct GenesisOptions {
  RentParams rent = {};
  std::uint64_t epoch_slots = BlockParams{}.epoch_slots;
};

// The chain and what is done with it, whoever answers.
class ChainInMemory {
 public:
  explicit ChainInMemory(const GenesisOptions& options)
      : chain(std::move(*chain::Chain::open({.directory = {}, .ephemeral = true, .genesis = genesis(options)}, pool))) {
  }
  virtual ~ChainInMemory() = default;
  virtual api::ChainService& service() = 0;

  static Genesis genesis(const GenesisOptions& local = {}) {
    config::DevGenesis options{.chain_id = ChainId{5}, .accounts = {}};
    for (std::uint64_t n = 0; n < 4; ++n) options.accounts.push_back({user(n), {kSwrOfUser, 1'000'000 * kAmountUnit}});
    Genesis out = config::dev_genesis(options);
    out.params.rent = local.rent;
    out.params.block.epoch_slots = local.epoch_slots;
    return out;
  }

  TransactionBody transfer(std::uint64_t from, std::uint64_t nonce, Amount amount = 1) const {
    TransactionBody body;
    body.chain_id = ChainId{5};
    body.valid_until = Slot{1'000};
    body.nonce = nonce;
    body.sender = crypto::ed25519_public_key(user_seed(from));
    body.outputs.push_back({user(9), Asset::swr, amount, OutputKind::account, std::nullopt});
    body.gas_limit = Gas{1'000};
    body.max_fee = kAmountUnit;
    return body;
  }
  TransactionBody call(std::uint64_t from, std::uint64_t nonce, const Call& call,
                       const programs::AccessSets& sets) const {
    TransactionBody body = transfer(from, nonce);
    body.outputs.clear();
    body.call = call;
    body.reads = sets.reads;
    body.writes = sets.writes;
    body.gas_limit = Gas{20'000'000};
    body.max_fee = 100 * kAmountUnit;
    return body;
  }

  api::Answer<api::SendRawTransactionAnswer> send(const Transaction& tx) {
    return service().handle(api::SendRawTransaction{codec::encode(tx)});
  }
  Hash send_ok(const Transaction& tx) {
    const auto sent = send(tx);
    EXPECT_TRUE(sent) << (sent ? "" : sent.error().message);
    return transaction_id(tx.body);
  }
  Slot seal(std::uint32_t slots = 1) {
    const auto sealed = service().handle(api::DevSeal{slots});
    EXPECT_TRUE(sealed);
    return sealed->at.slot;
  }
  // The name of the code that a sent and sealed transaction ends with.
  std::string outcome(const Transaction& tx) {
    const Hash id = send_ok(tx);
    seal();
    return receipt(id).code_name;
  }
  api::GetTransactionReceiptAnswer receipt(const Hash& id) { return *service().handle(api::GetTransactionReceipt{id}); }
  api::TransactionStatus status(const Hash& id) { return receipt(id).status; }
  Slot tip() { return service().handle(api::GetHealth{})->at.slot; }
  std::uint32_t pending() { return service().handle(api::GetHealth{})->pending; }

  // Through JSON-RPC: "" or the error's name, then ":" and its reason where it has one.
  std::string rpc_error(std::string_view method, boost::json::value params) {
    const auto answer = boost::json::parse(api::dispatch(service(), api::request_text(method, std::move(params))));
    const auto* error = answer.as_object().if_contains("error");
    if (error == nullptr) return "";
    const auto& data = error->at("data").as_object();
    std::string out(data.at("name").as_string());
    if (const auto* reason = data.if_contains("reason")) out += ":" + std::string(reason->as_string());
    return out;
  }
  std::string send_error(const Transaction& tx) {
    return rpc_error("aeth_sendRawTransaction", {{"transaction", to_hex0x(codec::encode(tx))}});
  }

  SerialPool pool;
  std::unique_ptr<chain::Chain> chain;
};

// Takes every transaction, and seals what waits when told.
class SealedByHand final : public ChainQueries {
 public:
  explicit SealedByHand(chain::Chain& chain) : ChainQueries(chain), chain_(chain) {}
  using ChainQueries::handle;
  api::Answer<api::SendRawTransactionAnswer> handle(const api::SendRawTransaction& request) override {
    AETHER_TRY(Transaction transaction, read_transaction(request.transaction));
    const std::lock_guard lock(mutex_);
    waiting_.push_back(*verify(std::move(transaction)));
    taken_.add(waiting_.back().id());
    return api::SendRawTransactionAnswer{tip_of(*chain_.snapshot()), waiting_.back().id()};
  }
  api::Answer<api::SlotAnswer> handle(const api::DevSeal& request) override {
    for (std::uint32_t i = 0; i < request.slots; ++i) {
      const std::lock_guard lock(mutex_);
      const auto sealed = chain_.seal_next(waiting_, 1'000, config::dev_sealer_seed());
      AETHER_ASSERT(sealed.has_value());
      EXPECT_TRUE(sealed->selection.refused.empty());
      waiting_.clear();
    }
    return api::SlotAnswer{tip_of(*chain_.snapshot())};
  }

  void set_unfinal(Unfinal block) {
    const std::lock_guard lock(mutex_);
    now.unfinal = std::move(block);
  }

  Running now{.status = api::HealthStatus::ready};  // beside what waits

 protected:
  Running running() const override {
    const std::lock_guard lock(mutex_);
    Running out = now;
    out.pending = static_cast<std::uint32_t>(waiting_.size());
    return out;
  }
  RecentTransactions::Behind taken(const std::optional<std::uint64_t>& count) const override {
    return taken_.behind(count);
  }
  std::optional<Transaction> waiting(const Hash& id) const override {
    const std::lock_guard lock(mutex_);
    for (const auto& tx : waiting_)
      if (tx.id() == id) return tx.transaction();
    return std::nullopt;
  }

 private:
  chain::Chain& chain_;
  RecentTransactions taken_;
  mutable std::mutex mutex_;
  std::vector<VerifiedTransaction> waiting_;
};

struct LocalChain final : ChainInMemory {
  explicit LocalChain(const GenesisOptions& options = {}) : ChainInMemory(options), service_(*chain) {}
  api::ChainService& service() override { return service_; }
  template <class Request>
  auto ask(const Request& request) {
    return service().handle(request);
  }
  SealedByHand service_;
};

}  // namespace aether::query::testing

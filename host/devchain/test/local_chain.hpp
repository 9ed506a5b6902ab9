// A DevChain in memory with four rich users, called in process or through JSON-RPC. It seals only when told, unless the
// options say otherwise.
#pragma once

#include <gtest/gtest.h>

#include <chrono>

#include "aether/api/json_reader.hpp"
#include "aether/config/genesis.hpp"
#include "aether/devchain/devchain.hpp"
#include "aether/programs/instructions.hpp"

namespace aether::devchain::testing {

inline constexpr std::uint64_t kHour = 3'600'000;
inline constexpr Amount kSwrOfUser = 1'000 * kAmountUnit;

inline crypto::Seed user_seed(std::uint64_t n) { return crypto::Seed(value_hash(codec::encode(n)).bytes); }
inline Address user(std::uint64_t n) { return address_of(crypto::ed25519_public_key(user_seed(n))); }

// A condition that other threads bring about; the deadline only ends a hang.
template <class Condition>
[[nodiscard]] bool eventually(Condition condition) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::minutes(2);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::yield();
  }
  return true;
}

struct LocalOptions {
  std::optional<std::uint64_t> seal_interval_ms = kHour;
  PendingLimits pending = {};
  RentParams rent = {};
  std::uint64_t epoch_slots = BlockParams{}.epoch_slots;
};

struct LocalChain {
  explicit LocalChain(const LocalOptions& options = {})
      : chain(std::move(*chain::Chain::open({.directory = {}, .ephemeral = true, .genesis = genesis(options)}, pool))),
        dev(*chain, clock,
            {.seal_interval_ms = options.seal_interval_ms,
             .pending = options.pending,
             .seed = config::dev_sealer_seed()}) {}

  static Genesis genesis(const LocalOptions& local = {}) {
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
    return dev.handle(api::SendRawTransaction{codec::encode(tx)});
  }
  Hash send_ok(const Transaction& tx) {
    const auto sent = send(tx);
    EXPECT_TRUE(sent) << (sent ? "" : sent.error().message);
    return transaction_id(tx.body);
  }
  Slot seal(std::uint32_t slots = 1) {
    const auto sealed = dev.handle(api::DevSeal{slots});
    EXPECT_TRUE(sealed);
    return sealed->at.slot;
  }
  // The name of the code that a sent and sealed transaction ends with.
  std::string outcome(const Transaction& tx) {
    const Hash id = send_ok(tx);
    seal();
    return receipt(id).code_name;
  }
  api::GetTransactionReceiptAnswer receipt(const Hash& id) { return *dev.handle(api::GetTransactionReceipt{id}); }
  api::TransactionStatus status(const Hash& id) { return receipt(id).status; }
  Slot tip() { return dev.handle(api::GetHealth{})->at.slot; }
  std::uint32_t pending() { return dev.handle(api::GetHealth{})->pending; }

  // Through JSON-RPC: "" or the error's name, then ":" and its reason where it has one.
  std::string rpc_error(std::string_view method, boost::json::value params) {
    const auto answer = boost::json::parse(api::dispatch(dev, api::request_text(method, std::move(params))));
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
  env::ManualClock clock{1'000};
  std::unique_ptr<chain::Chain> chain;
  DevChain dev;
};

}  // namespace aether::devchain::testing

// The local chain of developers and tests: a sealer thread over a chain, and the RPC methods
// that change it.
#pragma once

#include <condition_variable>
#include <functional>
#include <thread>

#include "aether/devchain/pending.hpp"
#include "aether/env/clock.hpp"
#include "aether/query/chain_queries.hpp"

namespace aether::devchain {

struct Options {
  // None: on demand, a block as soon as something waits.
  std::optional<std::uint64_t> seal_interval_ms = 200;
  PendingLimits pending;
  crypto::Seed seed;                      // the sealer's that genesis names
  std::function<void()> on_failure = {};  // called once, from any thread, when a block cannot be committed
};

class DevChain final : public query::ChainQueries {
 public:
  // Seals from now on. Chain and clock must outlive it.
  DevChain(chain::Chain& chain, const env::Clock& clock, Options options);
  DevChain(const DevChain&) = delete;
  DevChain& operator=(const DevChain&) = delete;
  ~DevChain() override;
  // Ends the sealing; a block begun is finished. Transactions that wait are forgotten.
  void stop();

  using ChainQueries::handle;
  api::Answer<api::SendRawTransactionAnswer> handle(const api::SendRawTransaction& request) override;
  api::Answer<api::SlotAnswer> handle(const api::DevSeal& request) override;

 protected:
  [[nodiscard]] query::Running running() const override;
  [[nodiscard]] std::optional<Transaction> waiting(const Hash& transaction) const override;
  [[nodiscard]] query::RecentTransactions::Behind taken(const std::optional<std::uint64_t>& count) const override {
    return taken_.behind(count);
  }

 private:
  void seal_loop();
  [[nodiscard]] storage::Outcome<storage::BlockRecord> seal_one();
  [[nodiscard]] bool is_stopping() const;

  chain::Chain& chain_;
  const env::Clock& clock_;
  Options options_;

  query::RecentTransactions taken_;

  std::mutex sealing_;  // one block at a time; taken before mutex_
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  Pending pending_;                        // by mutex_
  bool stop_ = false;                      // by mutex_
  bool fresh_ = false;                     // by mutex_: something came since the last block was begun
  std::optional<storage::Error> failure_;  // by mutex_: why nothing is sealed any more
  std::thread sealer_;
};

}  // namespace aether::devchain

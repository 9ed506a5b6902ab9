// The local chain of developers and tests: a sealer thread over a chain, and the RPC methods.
#pragma once

#include <condition_variable>
#include <functional>
#include <thread>

#include "aether/api/service.hpp"
#include "aether/chain/chain.hpp"
#include "aether/devchain/pending.hpp"
#include "aether/env/clock.hpp"

namespace aether::devchain {

struct Options {
  // None: on demand, a block as soon as something waits.
  std::optional<std::uint64_t> seal_interval_ms = 200;
  PendingLimits pending;
  crypto::Seed seed;                      // the sealer's that genesis names
  std::function<void()> on_failure = {};  // called once, from any thread, when a block cannot be committed
};

class DevChain final : public api::ChainService {
 public:
  // Seals from now on. Chain and clock must outlive it.
  DevChain(chain::Chain& chain, const env::Clock& clock, Options options);
  DevChain(const DevChain&) = delete;
  DevChain& operator=(const DevChain&) = delete;
  ~DevChain() override;
  // Ends the sealing; a block begun is finished. Transactions that wait are forgotten.
  void stop();

  api::Answer<api::SendRawTransactionAnswer> handle(const api::SendRawTransaction& request) override;
  api::Answer<api::SimulateAnswer> handle(const api::Simulate& request) override;
  api::Answer<api::GetTransactionAnswer> handle(const api::GetTransaction& request) override;
  api::Answer<api::GetTransactionReceiptAnswer> handle(const api::GetTransactionReceipt& request) override;
  api::Answer<api::GetAccountAnswer> handle(const api::GetAccount& request) override;
  api::Answer<api::GetUtxosAnswer> handle(const api::GetUtxos& request) override;
  api::Answer<api::GetBlockByNumberAnswer> handle(const api::GetBlockByNumber& request) override;
  api::Answer<api::GetStateRootAnswer> handle(const api::GetStateRoot& request) override;
  api::Answer<api::GetProofAnswer> handle(const api::GetProof& request) override;
  api::Answer<api::GetRentAnswer> handle(const api::GetRent& request) override;
  api::Answer<api::GetJobAnswer> handle(const api::GetJob& request) override;
  api::Answer<api::GetJobsAnswer> handle(const api::GetJobs& request) override;
  api::Answer<api::GetModelAnswer> handle(const api::GetModel& request) override;
  api::Answer<api::GetModelsAnswer> handle(const api::GetModels& request) override;
  api::Answer<api::CallContractAnswer> handle(const api::CallContract& request) override;
  api::Answer<api::GetContractAnswer> handle(const api::GetContract& request) override;
  api::Answer<api::GetCodeAnswer> handle(const api::GetCode& request) override;
  api::Answer<api::GetStorageAnswer> handle(const api::GetStorage& request) override;
  api::Answer<api::GetLogsAnswer> handle(const api::GetLogs& request) override;
  api::Answer<api::GetChainIdAnswer> handle(const api::GetChainId& request) override;
  api::Answer<api::GetHealthAnswer> handle(const api::GetHealth& request) override;
  api::Answer<api::DevSealAnswer> handle(const api::DevSeal& request) override;

 private:
  void seal_loop();
  [[nodiscard]] storage::Outcome<storage::BlockRecord> seal_one();
  [[nodiscard]] bool is_stopping() const;
  [[nodiscard]] std::optional<VerifiedTransaction> waiting(const Hash& id) const;

  chain::Chain& chain_;
  const env::Clock& clock_;
  Options options_;

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

// What can be asked of a chain: every method of the interface that reads, over the newest snapshot of a chain::Chain.
// Who runs the chain derives from it, tells what only it knows, and adds the methods that change something.
#pragma once

#include "aether/api/service.hpp"
#include "aether/chain/chain.hpp"
#include "aether/query/recent_transactions.hpp"

namespace aether::query {

// A block that is held and not final.
struct Unfinal {
  api::BlockRef at;
  std::shared_ptr<const Header> header = nullptr;
};

// What a snapshot does not tell.
struct Running {
  api::HealthStatus status = api::HealthStatus::starting;
  std::vector<std::string> missing = {};  // what it waits for until it is ready, each in a few words
  std::uint32_t pending = 0;              // transactions that wait for a block
  std::optional<Unfinal> unfinal = {};    // the newest block that is held and not final; none: all are
};

class ChainQueries : public api::ChainService {
 public:
  api::Answer<api::SimulateAnswer> handle(const api::Simulate& request) override;
  api::Answer<api::EstimateFeeAnswer> handle(const api::EstimateFee& request) override;
  api::Answer<api::GetTransactionAnswer> handle(const api::GetTransaction& request) override;
  api::Answer<api::GetTransactionReceiptAnswer> handle(const api::GetTransactionReceipt& request) override;
  api::Answer<api::GetAccountAnswer> handle(const api::GetAccount& request) override;
  api::Answer<api::GetUtxosAnswer> handle(const api::GetUtxos& request) override;
  api::Answer<api::GetBlockAnswer> handle(const api::GetBlockByNumber& request) override;
  api::Answer<api::GetBlockAnswer> handle(const api::GetBlockByHash& request) override;
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
  api::Answer<api::GetGenesisAnswer> handle(const api::GetGenesis& request) override;
  api::Answer<api::SlotAnswer> handle(const api::GetSlotNumber& request) override;
  api::Answer<api::SlotAnswer> handle(const api::GetFinalizedSlot& request) override;
  api::Answer<api::GetHealthAnswer> handle(const api::GetHealth& request) override;
  api::Answer<api::GetEpochAnswer> handle(const api::GetEpoch& request) override;
  api::Answer<api::GetValidatorsAnswer> handle(const api::GetValidators& request) override;
  // These are not_available, unless who runs the chain knows better.
  api::Answer<api::GetPeersAnswer> handle(const api::GetPeers& request) override;
  api::Answer<api::SlotAnswer> handle(const api::DevSeal& request) override;

 protected:
  // The chain must outlive it, and keeps only blocks that are final.
  explicit ChainQueries(const chain::Chain& chain);

  [[nodiscard]] api::ChainKind kind() const;

  // Called from several threads at once.
  [[nodiscard]] virtual Running running() const = 0;
  [[nodiscard]] virtual std::optional<Transaction> waiting(const Hash& transaction) const = 0;
  // What was taken to wait for a block, behind that count; without one, the count alone.
  [[nodiscard]] virtual RecentTransactions::Behind taken(const std::optional<std::uint64_t>& count) const = 0;

 private:
  friend class Publisher;

  const chain::Chain& chain_;
  const Bytes genesis_;  // in BCS
};

// The block that a record is of. A chain keeps no others than final ones.
[[nodiscard]] inline api::BlockRef ref(const storage::BlockRecord& record) { return {record.slot, record.hash, true}; }
[[nodiscard]] inline api::BlockRef tip_of(const storage::Snapshot& snapshot) { return ref(*snapshot.tip()); }

[[nodiscard]] inline std::unexpected<api::Error> error(api::ErrorCode code, std::string_view message,
                                                       std::string_view reason = {}) {
  return fail(api::Error{code, std::string(message), std::string(reason)});
}

}  // namespace aether::query

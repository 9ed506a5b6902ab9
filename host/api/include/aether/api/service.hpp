// What a chain must answer, typed; dispatch() (dispatch.hpp) puts it behind JSON-RPC 2.0. Implementations may be called
// from several threads at once.
#pragma once

#include <string>

#include "aether/api/methods_chain.hpp"
#include "aether/api/methods_contracts.hpp"
#include "aether/api/methods_jobs.hpp"
#include "aether/api/methods_rent.hpp"
#include "aether/api/subscriptions.hpp"

namespace aether::api {

class ChainService {
 public:
  virtual ~ChainService() = default;

  virtual Answer<SendRawTransactionAnswer> handle(const SendRawTransaction& request) = 0;
  // One after another, unless who implements it can judge many together.
  virtual Answer<SendRawTransactionsAnswer> handle(const SendRawTransactions& request);
  virtual Answer<SimulateAnswer> handle(const Simulate& request) = 0;
  virtual Answer<EstimateFeeAnswer> handle(const EstimateFee& request) = 0;
  virtual Answer<GetTransactionAnswer> handle(const GetTransaction& request) = 0;
  virtual Answer<GetTransactionReceiptAnswer> handle(const GetTransactionReceipt& request) = 0;
  virtual Answer<GetAccountAnswer> handle(const GetAccount& request) = 0;
  virtual Answer<GetUtxosAnswer> handle(const GetUtxos& request) = 0;
  virtual Answer<GetBlockAnswer> handle(const GetBlockByNumber& request) = 0;
  virtual Answer<GetBlockAnswer> handle(const GetBlockByHash& request) = 0;
  virtual Answer<GetStateRootAnswer> handle(const GetStateRoot& request) = 0;
  virtual Answer<GetProofAnswer> handle(const GetProof& request) = 0;
  virtual Answer<GetRentAnswer> handle(const GetRent& request) = 0;
  virtual Answer<GetJobAnswer> handle(const GetJob& request) = 0;
  virtual Answer<GetJobsAnswer> handle(const GetJobs& request) = 0;
  virtual Answer<GetModelAnswer> handle(const GetModel& request) = 0;
  virtual Answer<GetModelsAnswer> handle(const GetModels& request) = 0;
  virtual Answer<CallContractAnswer> handle(const CallContract& request) = 0;
  virtual Answer<GetContractAnswer> handle(const GetContract& request) = 0;
  virtual Answer<GetCodeAnswer> handle(const GetCode& request) = 0;
  virtual Answer<GetStorageAnswer> handle(const GetStorage& request) = 0;
  virtual Answer<GetLogsAnswer> handle(const GetLogs& request) = 0;
  virtual Answer<GetChainIdAnswer> handle(const GetChainId& request) = 0;
  virtual Answer<GetGenesisAnswer> handle(const GetGenesis& request) = 0;
  virtual Answer<SlotAnswer> handle(const GetSlotNumber& request) = 0;
  virtual Answer<SlotAnswer> handle(const GetFinalizedSlot& request) = 0;
  virtual Answer<GetHealthAnswer> handle(const GetHealth& request) = 0;
  virtual Answer<GetEpochAnswer> handle(const GetEpoch& request) = 0;
  virtual Answer<GetValidatorsAnswer> handle(const GetValidators& request) = 0;
  virtual Answer<GetPeersAnswer> handle(const GetPeers& request) = 0;
  virtual Answer<SlotAnswer> handle(const DevSeal& request) = 0;
};

[[nodiscard]] std::vector<SendOutcome> send_outcomes(std::span<const Answer<Hash>> sent);

// The requests of the interface. dispatch() and rpc.discover are made from this list. Subscribe and Unsubscribe are
// answered by the subscriptions of a connection, all others by the chain.
template <class... Requests>
struct RequestList {};
using AllRequests =
    RequestList<SendRawTransaction, SendRawTransactions, Simulate, EstimateFee, GetTransaction, GetTransactionReceipt,
                GetAccount, GetUtxos, GetBlockByNumber, GetBlockByHash, GetStateRoot, GetProof, GetRent, GetJob,
                GetJobs, GetModel, GetModels, CallContract, GetContract, GetCode, GetStorage, GetLogs, GetChainId,
                GetGenesis, GetSlotNumber, GetFinalizedSlot, GetHealth, GetEpoch, GetValidators, GetPeers, DevSeal,
                Subscribe, Unsubscribe>;

// The OpenRPC 1.2 document of the interface, made from the method table and the field lists.
[[nodiscard]] const std::string& openrpc_document();

}  // namespace aether::api

// A chain in memory that decodes, queues, seals, holds jobs and answers, but executes nothing: what dispatch is tested
// against.
#pragma once

#include <map>

#include "aether/api/dispatch.hpp"

namespace aether::api::testing {

class MemoryChain final : public ChainService {
 public:
  Answer<SendRawTransactionAnswer> handle(const SendRawTransaction& request) override {
    AETHER_TRY(auto transaction, read(request.transaction));
    if (transaction.body.chain_id != kChain)
      return fail(Error{ErrorCode::rejected_transaction, "signed for another chain", "wrong_chain"});
    const Hash id = transaction_id(transaction.body);
    if (sent_.contains(id)) return fail(Error{ErrorCode::known_transaction, "sent before", {}});
    if (sent_.size() >= kQueueMax) return fail(Error{ErrorCode::queue_full, "too many wait", {}});
    sent_.emplace(id, Sent{std::move(transaction), {}});
    return SendRawTransactionAnswer{head(), id};
  }
  Answer<SimulateAnswer> handle(const Simulate& request) override {
    AETHER_TRY(const auto transaction, read(request.transaction));
    SimulateAnswer out{head(), {}, "success", {}, {}, {}, ledger::kMultiplierAtRest, 0};
    out.receipt.transaction = transaction_id(transaction.body);
    out.receipt.gas_used = Gas{1'000};
    out.receipt.fee = 20'000;
    out.writes.insert(account_object(address_of(transaction.body.sender)));
    return out;
  }
  Answer<EstimateFeeAnswer> handle(const EstimateFee& request) override {
    AETHER_TRY(const auto transaction, read(request.transaction));
    EstimateFeeAnswer out;
    out.at = head();
    out.code_name = "success";
    out.gas_limit = Gas{1'250};
    out.max_fee = 20'000;
    out.writes.insert(account_object(address_of(transaction.body.sender)));
    return out;
  }
  Answer<GetTransactionAnswer> handle(const GetTransaction& request) override {
    GetTransactionAnswer out{head(), {}, {}, {}};
    const auto found = sent_.find(request.transaction);
    if (found == sent_.end()) return out;
    out.status = found->second.place ? TransactionStatus::executed : TransactionStatus::pending;
    out.transaction = found->second.transaction;
    out.place = found->second.place;
    return out;
  }
  Answer<GetTransactionReceiptAnswer> handle(const GetTransactionReceipt& request) override {
    GetTransactionReceiptAnswer out{head(), {}, {}, {}, {}};
    const auto found = sent_.find(request.transaction);
    if (found == sent_.end()) return out;
    out.place = found->second.place;
    out.status = out.place ? TransactionStatus::executed : TransactionStatus::pending;
    if (!out.place) return out;
    out.receipt.emplace().transaction = request.transaction;
    out.code_name = "success";
    return out;
  }
  Answer<GetAccountAnswer> handle(const GetAccount&) override { return GetAccountAnswer{head(), true, account_}; }
  Answer<GetUtxosAnswer> handle(const GetUtxos& request) override {
    AETHER_CHECK(page_limit(request.limit));
    return GetUtxosAnswer{head(), {}, {}};
  }
  Answer<GetBlockAnswer> handle(const GetBlockByNumber& request) override {
    AETHER_TRY(const auto at, block(request.slot));
    return GetBlockAnswer{at, {}, {}, {}};
  }
  Answer<GetBlockAnswer> handle(const GetBlockByHash&) override {
    return fail(Error{ErrorCode::not_found, "no such block", {}});
  }
  Answer<GetStateRootAnswer> handle(const GetStateRoot& request) override {
    AETHER_TRY(const auto at, block(request.slot));
    return GetStateRootAnswer{at, {}, {}};
  }
  Answer<GetProofAnswer> handle(const GetProof&) override { return fail(Error{ErrorCode::not_kept, "no tree", {}}); }
  Answer<GetJobAnswer> handle(const GetJob& request) override {
    const auto found = jobs_.find(request.job);
    if (found == jobs_.end()) return fail(Error{ErrorCode::not_found, "no such job", {}});
    return GetJobAnswer{head(), found->second};
  }
  Answer<GetJobsAnswer> handle(const GetJobs& request) override {
    AETHER_TRY(const auto limit, page_limit(request.limit));
    GetJobsAnswer out{head(), {}, {}};
    auto at = request.after ? jobs_.upper_bound(*request.after) : jobs_.begin();
    for (; at != jobs_.end(); ++at) {
      if (!passes(at->second, request.filter ? *request.filter : JobFilter::all)) continue;
      if (out.jobs.size() == limit) {
        out.next = out.jobs.back().id;
        break;
      }
      out.jobs.push_back({at->first, at->second});
    }
    return out;
  }
  Answer<GetRentAnswer> handle(const GetRent&) override { return GetRentAnswer{head(), 0, {}, {}, {}, {}, {}, {}}; }
  Answer<GetModelAnswer> handle(const GetModel&) override {
    return fail(Error{ErrorCode::not_found, "no such model", {}});
  }
  Answer<GetModelsAnswer> handle(const GetModels& request) override {
    AETHER_CHECK(page_limit(request.limit));
    return GetModelsAnswer{head(), {}, {}};
  }
  Answer<CallContractAnswer> handle(const CallContract& request) override {
    CallContractAnswer out{head(), kSuccess, "success", Gas{1'000}, {}, {}, {}, {}};
    out.output.assign(request.input.begin(),
                      request.input.begin() + std::min<std::ptrdiff_t>(9, std::ssize(request.input)));
    return out;
  }
  Answer<GetContractAnswer> handle(const GetContract&) override {
    return fail(Error{ErrorCode::not_found, "no such contract", {}});
  }
  Answer<GetCodeAnswer> handle(const GetCode&) override {
    return fail(Error{ErrorCode::not_found, "no such code", {}});
  }
  Answer<GetStorageAnswer> handle(const GetStorage&) override { return GetStorageAnswer{head(), {}}; }
  Answer<GetLogsAnswer> handle(const GetLogs& request) override {
    AETHER_CHECK(page_limit(request.limit));
    return GetLogsAnswer{head(), {}, {}};
  }
  Answer<GetChainIdAnswer> handle(const GetChainId&) override { return GetChainIdAnswer{head(), kChain, {}, {}, {}}; }
  Answer<GetGenesisAnswer> handle(const GetGenesis&) override { return GetGenesisAnswer{head(), 0, {}, {}}; }
  Answer<SlotAnswer> handle(const GetSlotNumber&) override { return SlotAnswer{head()}; }
  Answer<SlotAnswer> handle(const GetFinalizedSlot&) override { return SlotAnswer{head()}; }
  Answer<GetEpochAnswer> handle(const GetEpoch&) override { return GetEpochAnswer{head(), 0, {}, {}, {}, 0, 0}; }
  Answer<GetValidatorsAnswer> handle(const GetValidators& request) override {
    AETHER_CHECK(page_limit(request.limit));
    return GetValidatorsAnswer{head(), 0, {}, {}};
  }
  Answer<GetPeersAnswer> handle(const GetPeers&) override { return fail(Error{ErrorCode::not_available, "alone", {}}); }
  Answer<GetHealthAnswer> handle(const GetHealth&) override {
    return GetHealthAnswer{head(), HealthStatus::ready, {}, 0, 0, "test"};
  }
  Answer<SlotAnswer> handle(const DevSeal& request) override {
    AETHER_CHECK(check_count("slots", request.slots, kSealSlotsMax));
    slot_ = Slot{slot_.raw() + request.slots};
    for (auto& [id, sent] : sent_)
      if (!sent.place && sent.transaction.body.valid_until >= slot_) sent.place = TransactionPlace{slot_, {}, 0};
    return SlotAnswer{head()};
  }

  // Of every address.
  Account& account() { return account_; }
  void put_job(const Hash& id, programs::JobObject job) { jobs_[id] = std::move(job); }

  static constexpr ChainId kChain{7};
  static constexpr std::size_t kQueueMax = 3;

 private:
  struct Sent {
    Transaction transaction;
    std::optional<TransactionPlace> place;
  };
  BlockRef head() const { return {slot_, {}, true}; }
  Answer<BlockRef> block(std::optional<Slot> slot) const {
    if (slot && *slot > slot_) return fail(Error{ErrorCode::not_found, "no such block", {}});
    return BlockRef{slot ? *slot : slot_, {}, true};
  }
  static Answer<Transaction> read(const TransactionBytes& bytes) {
    auto transaction = codec::decode<Transaction>(bytes);
    if (transaction) return std::move(*transaction);
    return fail(Error{ErrorCode::malformed_transaction, "no transaction", std::string(to_string(transaction.error()))});
  }

  Slot slot_{1};
  Account account_{.balance = {.swr = 7 * kAmountUnit}};
  std::map<Hash, Sent> sent_;
  std::map<Hash, programs::JobObject> jobs_;
};

}  // namespace aether::api::testing

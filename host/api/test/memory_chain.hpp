// A chain in memory that decodes, queues, seals and answers, but executes nothing: what dispatch is tested against.
#pragma once

#include <map>

#include "aether/api/service.hpp"

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
    SimulateAnswer out{head(), {}, "success", {}, {}};
    out.receipt.transaction = transaction_id(transaction.body);
    out.receipt.gas_used = Gas{1'000};
    out.receipt.fee = 20'000;
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
  Answer<GetAccountAnswer> handle(const GetAccount&) override {
    GetAccountAnswer out{head(), true, {}};
    out.account.balance.swr = 7 * kAmountUnit;
    return out;
  }
  Answer<GetBlockByNumberAnswer> handle(const GetBlockByNumber& request) override {
    AETHER_TRY(const auto at, block(request.slot));
    return GetBlockByNumberAnswer{at, {}, {}, {}};
  }
  Answer<GetStateRootAnswer> handle(const GetStateRoot& request) override {
    AETHER_TRY(const auto at, block(request.slot));
    return GetStateRootAnswer{at, {}, {}};
  }
  Answer<GetProofAnswer> handle(const GetProof&) override { return fail(Error{ErrorCode::not_kept, "no tree", {}}); }
  Answer<GetChainIdAnswer> handle(const GetChainId&) override { return GetChainIdAnswer{head(), kChain, {}, {}, {}}; }
  Answer<GetHealthAnswer> handle(const GetHealth&) override {
    return GetHealthAnswer{head(), HealthStatus::ready, 0, 0, "test"};
  }
  Answer<DevSealAnswer> handle(const DevSeal& request) override {
    if (request.slots == 0 || request.slots > kSealSlotsMax)
      return fail(Error{ErrorCode::invalid_params, "slots is 1 to 10000", "out_of_range"});
    slot_ = Slot{slot_.raw() + request.slots};
    for (auto& [id, sent] : sent_)
      if (!sent.place && sent.transaction.body.valid_until >= slot_) sent.place = TransactionPlace{slot_, {}, 0};
    return DevSealAnswer{head()};
  }

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
  std::map<Hash, Sent> sent_;
};

}  // namespace aether::api::testing

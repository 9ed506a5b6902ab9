// Transactions (protocol section 3). The id covers everything but the signature and is what is signed, with the tag
// "aether/tx"; the chain id is inside. Only a VerifiedTransaction reaches the ledger.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "aether/base/cpu.hpp"
#include "aether/base/task_pool.hpp"
#include "aether/params/limits.hpp"
#include "aether/types/object.hpp"
#include "aether/types/verified.hpp"

namespace aether {

inline constexpr std::string_view kTransactionTag = "aether/tx";

struct TransactionInput {
  Hash utxo;
  std::optional<codec::Blob<limits::kRedeemerBytesMax>> redeemer;

  bool operator==(const TransactionInput&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("utxo", self.utxo);
    visit("redeemer", self.redeemer);
  }
};

struct OutputScript {
  Hash program;
  codec::Blob<limits::kDatumBytesMax> datum;

  bool operator==(const OutputScript&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("program", self.program);
    visit("datum", self.datum);
  }
};

enum class OutputKind : std::uint8_t { account, utxo };

struct TransactionOutput {
  Address owner;
  Asset asset = Asset::swr;
  Amount amount = 0;
  OutputKind kind = OutputKind::account;
  std::optional<OutputScript> script;

  bool operator==(const TransactionOutput&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("owner", self.owner);
    visit("asset", self.asset);
    visit("amount", self.amount);
    visit("kind", self.kind);
    visit("script", self.script);
  }
};

// A call of a program with its encoded instruction.
struct Call {
  Hash program;
  codec::Blob<limits::kCallDataBytesMax> data;

  bool operator==(const Call&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("program", self.program);
    visit("data", self.data);
  }
};

using AccessSet = codec::SortedSet<ObjectId, limits::kAccessEntriesMax>;

struct TransactionBody {
  ChainId chain_id;
  Slot valid_until;  // the last slot whose block may hold it
  std::uint64_t nonce = 0;
  SenderKey sender;
  codec::List<TransactionInput, limits::kInputsMax> inputs;
  codec::List<TransactionOutput, limits::kOutputsMax> outputs;
  AccessSet reads;
  AccessSet writes;
  std::optional<Call> call;
  Gas gas_limit;
  Amount max_fee = 0;       // bounds the whole fee, in SWR
  Amount priority_fee = 0;  // a total, not a rate

  bool operator==(const TransactionBody&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("chain_id", self.chain_id);
    visit("valid_until", self.valid_until);
    visit("nonce", self.nonce);
    visit("sender", self.sender);
    visit("inputs", self.inputs);
    visit("outputs", self.outputs);
    visit("reads", self.reads);
    visit("writes", self.writes);
    visit("call", self.call);
    visit("gas_limit", self.gas_limit);
    visit("max_fee", self.max_fee);
    visit("priority_fee", self.priority_fee);
  }
};

struct Transaction {
  TransactionBody body;
  crypto::Signature signature{};

  bool operator==(const Transaction&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    std::remove_const_t<Self>::Body::fields(self.body, visit);
    visit("signature", self.signature);
  }
  using Body = TransactionBody;
};

[[nodiscard]] Hash transaction_id(const TransactionBody& body);
[[nodiscard]] Transaction sign(TransactionBody body, const crypto::Seed& seed);

// A transaction with what its bytes say, read once; whether its signature holds is not known. It is never changed, and
// its copies share it. One that was moved from holds nothing: it may only be assigned to, or end.
class IdentifiedTransaction {
 public:
  IdentifiedTransaction(Transaction transaction);
  const Transaction& transaction() const { return content_->transaction; }
  const TransactionBody& body() const { return content_->transaction.body; }
  const crypto::Signature& signature() const { return content_->transaction.signature; }
  const Hash& id() const { return content_->id; }
  const Address& sender() const { return content_->sender; }
  std::size_t byte_size() const { return content_->byte_size; }  // of the BCS form, signature included

 private:
  struct Content {
    Transaction transaction;
    Hash id;
    Address sender;
    std::size_t byte_size = 0;
  };
  std::shared_ptr<const Content> content_;
};

// One whose signature holds.
class VerifiedTransaction : public IdentifiedTransaction {
 private:
  friend struct Verifier;
  explicit VerifiedTransaction(IdentifiedTransaction from) : IdentifiedTransaction(std::move(from)) {}
};

// None when the signature does not hold.
[[nodiscard]] std::optional<VerifiedTransaction> verify(IdentifiedTransaction transaction);
// verify() of each, as one batch on the pool, which costs a fraction of the single verdicts.
[[nodiscard]] std::vector<std::optional<VerifiedTransaction>> verify(
    std::span<const IdentifiedTransaction> transactions, const CpuFeatures& cpu, TaskPool& pool);
[[nodiscard]] std::vector<std::optional<VerifiedTransaction>> verify(std::span<const Transaction> transactions,
                                                                     const CpuFeatures& cpu, TaskPool& pool);

// Without a look at the signature: to simulate an unsigned transaction. For what this node stored see recall
// (block.hpp).
[[nodiscard]] VerifiedTransaction assume_verified(IdentifiedTransaction transaction);
[[nodiscard]] VerifiedTransaction assume_verified(Transaction transaction);

}  // namespace aether

namespace aether::codec {
template <>
inline constexpr auto enum_names<OutputKind> = std::array<std::string_view, 2>{"account", "utxo"};
}  // namespace aether::codec

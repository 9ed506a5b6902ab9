// The requests and answers of the interface, typed: transactions, accounts, blocks, state. The chain itself stands in
// methods_chain.hpp, jobs and models in methods_jobs.hpp, contracts in methods_contracts.hpp, rent in methods_rent.hpp.
// A request names its method and its answer; AllRequests (service.hpp) lists them. Every answer says in `at` which
// block it speaks of, and whether that is final.
//
// A list comes in pages, in the order of the ids. Ask again with `after` = the answer's `next` until that is null. A
// page may hold fewer than `limit` entries although more follow: one answer looks at a bounded number of objects.
#pragma once

#include "aether/api/error.hpp"
#include "aether/api/limits.hpp"
#include "aether/ledger/congestion.hpp"
#include "aether/params/limits.hpp"
#include "aether/types/genesis.hpp"
#include "aether/types/utxo.hpp"

namespace aether::api {

inline constexpr std::size_t kProofBytesMax = 64 * 1024;
inline constexpr std::size_t kProvenBytesMax = limits::kCodeBytesMax + 16;  // the largest object is a module

// The number of entries asked for; invalid_params when it is 0 or above kPageMax.
[[nodiscard]] Answer<std::uint32_t> page_limit(const std::optional<std::uint32_t>& limit);

// The block an answer speaks of: the state after it.
struct BlockRef {
  Slot slot;
  Hash hash;
  bool final = false;

  bool operator==(const BlockRef&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("slot", self.slot);
    visit("hash", self.hash);
    visit("final", self.final);
  }
};

// --- Transactions --------------------------------------------------------------------------------------------------

using TransactionBytes = codec::Blob<limits::kTransactionBytesMax>;

struct SendRawTransactionAnswer {
  BlockRef at;
  Hash transaction;  // its id

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("at", self.at);
    visit("transaction", self.transaction);
  }
};
struct SendRawTransaction {
  using Answer = SendRawTransactionAnswer;
  static constexpr std::string_view kMethod = "aeth_sendRawTransaction";
  static constexpr std::string_view kSummary = "Takes a signed transaction, in BCS, to be sealed in a block";
  TransactionBytes transaction;

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("transaction", self.transaction);
  }
};

// Why a transaction was not taken: what aeth_sendRawTransaction would have answered.
struct SendRefusal {
  std::string error;  // the name of its code
  std::string reason;
  std::string message;

  bool operator==(const SendRefusal&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("error", self.error);
    visit("reason", self.reason);
    visit("message", self.message);
  }
};
using SendOutcome = std::variant<Hash, SendRefusal>;  // the id of what was taken

struct SendRawTransactionsAnswer {
  BlockRef at;
  std::vector<SendOutcome> outcomes;  // one each, in order

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("at", self.at);
    visit("outcomes", self.outcomes);
  }
};
struct SendRawTransactions {
  using Answer = SendRawTransactionsAnswer;
  static constexpr std::string_view kMethod = "aeth_sendRawTransactions";
  static constexpr std::string_view kSummary =
      "Takes up to 512 signed transactions, in BCS, each for itself: judged together, which costs a fraction of one at "
      "a time";
  codec::List<TransactionBytes, kSendTransactionsMax> transactions;

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("transactions", self.transactions);
  }
};

struct SimulateAnswer {
  BlockRef at;
  Receipt receipt;                                      // as if executed in the next block
  std::string code_name;                                // of the receipt's code
  codec::Blob<limits::kContractOutputBytesMax> output;  // of a contract's call
  AccessSet reads;                                      // what it needs to declare
  AccessSet writes;
  ledger::Multiplier multiplier;  // of the next block, for the objects declared and needed; in the receipt's fee
  Amount deposit = 0;             // SWR that the sender leaves, besides the fee, for what is stored

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("at", self.at);
    visit("receipt", self.receipt);
    visit("code_name", self.code_name);
    visit("output", self.output);
    visit("reads", self.reads);
    visit("writes", self.writes);
    visit("multiplier", self.multiplier);
    visit("deposit", self.deposit);
  }
};
struct Simulate {
  using Answer = SimulateAnswer;
  static constexpr std::string_view kMethod = "aeth_simulate";
  static constexpr std::string_view kSummary =
      "What a transaction would do in the next block, and the sets it needs; signature, nonce and declared sets are "
      "not judged, and nothing changes";
  TransactionBytes transaction;

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("transaction", self.transaction);
  }
};

struct EstimateFeeAnswer {
  BlockRef at;
  ResultCode code;  // 0: it would succeed in the next block
  std::string code_name;
  Gas gas_used;
  Gas gas_limit;                  // what it should reserve: a quarter more than it used, at most what it may
  ledger::Multiplier multiplier;  // of the next block, for the objects declared and needed
  Amount fee = 0;                 // as charged in the next block, priority fee included
  Amount max_fee = 0;             // what it should offer: for all of gas_limit, and its priority fee
  AccessSet reads;                // what it needs to declare
  AccessSet writes;
  Amount deposit = 0;  // SWR that the sender leaves, besides the fee, for what is stored

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("at", self.at);
    visit("code", self.code);
    visit("code_name", self.code_name);
    visit("gas_used", self.gas_used);
    visit("gas_limit", self.gas_limit);
    visit("multiplier", self.multiplier);
    visit("fee", self.fee);
    visit("max_fee", self.max_fee);
    visit("reads", self.reads);
    visit("writes", self.writes);
    visit("deposit", self.deposit);
  }
};
struct EstimateFee {
  using Answer = EstimateFeeAnswer;
  static constexpr std::string_view kMethod = "aeth_estimateFee";
  static constexpr std::string_view kSummary =
      "The sets, gas limit and max_fee that a transaction should have to be executed soon; those it bears, its "
      "signature "
      "and its nonce do not count. Where an object is in demand, max_fee covers four blocks of growth of its "
      "multiplier";
  TransactionBytes transaction;

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("transaction", self.transaction);
  }
};

enum class TransactionStatus : std::uint8_t {
  unknown,   // neither pending nor in a block
  pending,   // taken, in no block yet
  executed,  // in a block; the receipt's code says how it ended
};

// Where a transaction stands.
struct TransactionPlace {
  Slot slot;
  Hash block;
  std::uint32_t index = 0;

  bool operator==(const TransactionPlace&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("slot", self.slot);
    visit("block", self.block);
    visit("index", self.index);
  }
};

struct GetTransactionAnswer {
  BlockRef at;
  TransactionStatus status = TransactionStatus::unknown;
  std::optional<Transaction> transaction;  // none when unknown
  std::optional<TransactionPlace> place;   // when executed

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("at", self.at);
    visit("status", self.status);
    visit("transaction", self.transaction);
    visit("place", self.place);
  }
};
struct GetTransaction {
  using Answer = GetTransactionAnswer;
  static constexpr std::string_view kMethod = "aeth_getTransaction";
  static constexpr std::string_view kSummary = "A transaction by its id, pending or executed";
  Hash transaction;

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("transaction", self.transaction);
  }
};

struct GetTransactionReceiptAnswer {
  BlockRef at;
  TransactionStatus status = TransactionStatus::unknown;
  std::optional<Receipt> receipt;         // when executed
  std::string code_name;                  // of its code; empty unless executed
  std::optional<TransactionPlace> place;  // when executed

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("at", self.at);
    visit("status", self.status);
    visit("receipt", self.receipt);
    visit("code_name", self.code_name);
    visit("place", self.place);
  }
};
struct GetTransactionReceipt {
  using Answer = GetTransactionReceiptAnswer;
  static constexpr std::string_view kMethod = "aeth_getTransactionReceipt";
  static constexpr std::string_view kSummary = "How a transaction ended, by its id";
  Hash transaction;

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("transaction", self.transaction);
  }
};

// --- Accounts, blocks, state ---------------------------------------------------------------------------------------

struct GetAccountAnswer {
  BlockRef at;
  bool exists = false;  // false: nothing was ever paid to it
  Account account;

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("at", self.at);
    visit("exists", self.exists);
    visit("account", self.account);
  }
};
struct GetAccount {
  using Answer = GetAccountAnswer;
  static constexpr std::string_view kMethod = "aeth_getAccount";
  static constexpr std::string_view kSummary = "Balances and nonce window of an address";
  Address address;

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("address", self.address);
  }
};

struct UtxoEntry {
  Hash id;
  Utxo utxo;

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("id", self.id);
    visit("utxo", self.utxo);
  }
};
struct GetUtxosAnswer {
  BlockRef at;
  std::vector<UtxoEntry> utxos;
  std::optional<Hash> next;  // none: that was the last page

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("at", self.at);
    visit("utxos", self.utxos);
    visit("next", self.next);
  }
};
struct GetUtxos {
  using Answer = GetUtxosAnswer;
  static constexpr std::string_view kMethod = "aeth_getUtxos";
  static constexpr std::string_view kSummary =
      "A page of the unspent outputs of an owner, in the order of their ids, at most 100; `after` is the `next` of the "
      "page before";
  Address owner;
  std::optional<Hash> after;           // from the first when none is given
  std::optional<std::uint32_t> limit;  // 1 to kPageMax; kPageMax when none is given

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("owner", self.owner);
    visit("after", self.after);
    visit("limit", self.limit);
  }
};

struct GetBlockAnswer {
  BlockRef at;                     // this block
  std::optional<Header> header;    // genesis has none
  std::vector<Hash> transactions;  // ids, in order
  std::vector<Receipt> receipts;   // one each

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("at", self.at);
    visit("header", self.header);
    visit("transactions", self.transactions);
    visit("receipts", self.receipts);
  }
};
struct GetBlockByNumber {
  using Answer = GetBlockAnswer;
  static constexpr std::string_view kMethod = "aeth_getBlockByNumber";
  static constexpr std::string_view kSummary = "A block by its slot; the newest when none is given";
  std::optional<Slot> slot;

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("slot", self.slot);
  }
};

struct GetBlockByHash {
  using Answer = GetBlockAnswer;
  static constexpr std::string_view kMethod = "aeth_getBlockByHash";
  static constexpr std::string_view kSummary = "A block by its hash; not_found when there is none";
  Hash hash;

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("hash", self.hash);
  }
};

struct GetStateRootAnswer {
  BlockRef at;  // the root is that of the state after this block
  Hash state_root;
  std::optional<BlockRef> carried_by;  // the child whose header carries it; none yet for the newest block

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("at", self.at);
    visit("state_root", self.state_root);
    visit("carried_by", self.carried_by);
  }
};
struct GetStateRoot {
  using Answer = GetStateRootAnswer;
  static constexpr std::string_view kMethod = "aeth_getStateRoot";
  static constexpr std::string_view kSummary = "The state root after a block; after the newest when none is given";
  std::optional<Slot> slot;

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("slot", self.slot);
  }
};

struct GetProofAnswer {
  BlockRef at;  // the newest final block; the proof is of the state after it
  Hash state_root;
  std::optional<codec::Blob<kProvenBytesMax>> value;  // none: the proof shows that there is no such object
  codec::Blob<kProofBytesMax> proof;                  // BCS of smt's proof

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("at", self.at);
    visit("state_root", self.state_root);
    visit("value", self.value);
    visit("proof", self.proof);
  }
};
struct GetProof {
  using Answer = GetProofAnswer;
  static constexpr std::string_view kMethod = "aeth_getProof";
  static constexpr std::string_view kSummary =
      "An object of the state with a proof; names the block whose post-state it proves. The root is carried by the "
      "header of its child: aeth_getStateRoot names that as soon as it is there";
  ObjectId object;

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("object", self.object);
  }
};

}  // namespace aether::api

namespace aether::codec {
template <>
inline constexpr auto enum_names<api::TransactionStatus> =
    std::array<std::string_view, 3>{"unknown", "pending", "executed"};
template <>
inline constexpr auto variant_names<api::SendOutcome> = std::array<std::string_view, 2>{"transaction", "refused"};
}  // namespace aether::codec

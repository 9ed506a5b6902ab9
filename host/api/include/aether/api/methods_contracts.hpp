// Contracts: requests and answers. What a contract is, and what its calls may do, is in spec/contracts.md.
#pragma once

#include "aether/api/methods.hpp"

namespace aether::api {

// --- Calls ---------------------------------------------------------------------------------------------------------

struct CallContractAnswer {
  BlockRef at;
  ResultCode code;  // 0: it succeeded
  std::string code_name;
  Gas gas_used;
  codec::Blob<limits::kContractOutputBytesMax> output;
  std::vector<Log> logs;
  AccessSet reads;  // what a transaction that calls it so must declare
  AccessSet writes;

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("at", self.at);
    visit("code", self.code);
    visit("code_name", self.code_name);
    visit("gas_used", self.gas_used);
    visit("output", self.output);
    visit("logs", self.logs);
    visit("reads", self.reads);
    visit("writes", self.writes);
  }
};
struct CallContract {
  using Answer = CallContractAnswer;
  static constexpr std::string_view kMethod = "aeth_call";
  static constexpr std::string_view kSummary =
      "What a call of a contract would give in the next block; nothing changes, and no signature is needed";
  Hash contract;
  codec::Blob<limits::kCallDataBytesMax> input;
  std::optional<crypto::PublicKey> sender;  // zeros when none is given
  std::optional<Amount> swr;                // attached, from the sender's balance
  std::optional<Amount> aic;

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("contract", self.contract);
    visit("input", self.input);
    visit("sender", self.sender);
    visit("swr", self.swr);
    visit("aic", self.aic);
  }
};

// --- Objects -------------------------------------------------------------------------------------------------------

struct GetContractAnswer {
  BlockRef at;
  Contract contract;
  std::uint32_t code_bytes = 0;
  Balance balance;  // of the account whose address is the contract's id

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("at", self.at);
    visit("contract", self.contract);
    visit("code_bytes", self.code_bytes);
    visit("balance", self.balance);
  }
};
struct GetContract {
  using Answer = GetContractAnswer;
  static constexpr std::string_view kMethod = "aeth_getContract";
  static constexpr std::string_view kSummary = "A contract by its id, with what it holds; not_found when there is none";
  Hash contract;

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("contract", self.contract);
  }
};

struct GetCodeAnswer {
  BlockRef at;
  codec::Blob<limits::kCodeBytesMax> module;

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("at", self.at);
    visit("module", self.module);
  }
};
struct GetCode {
  using Answer = GetCodeAnswer;
  static constexpr std::string_view kMethod = "aeth_getCode";
  static constexpr std::string_view kSummary = "A published module by its code hash; not_found when there is none";
  Hash code;

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("code", self.code);
  }
};

struct GetStorageAnswer {
  BlockRef at;
  std::optional<codec::Blob<limits::kStorageValueBytesMax>> value;  // none: there is no such entry

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("at", self.at);
    visit("value", self.value);
  }
};
struct GetStorage {
  using Answer = GetStorageAnswer;
  static constexpr std::string_view kMethod = "aeth_getStorage";
  static constexpr std::string_view kSummary = "An entry of a contract's storage by its key, or null";
  Hash contract;
  codec::Blob<limits::kStorageKeyBytesMax> key;

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("contract", self.contract);
    visit("key", self.key);
  }
};

// --- Logs ----------------------------------------------------------------------------------------------------------

// A place among all logs of the chain, in their order.
struct LogPlace {
  Slot slot;
  std::uint32_t transaction = 0;  // its place in the block
  std::uint32_t log = 0;          // its place in the transaction

  bool operator==(const LogPlace&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("slot", self.slot);
    visit("transaction", self.transaction);
    visit("log", self.log);
  }
};
struct LogEntry {
  LogPlace place;
  Hash transaction;  // its id
  Log log;

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("place", self.place);
    visit("transaction", self.transaction);
    visit("log", self.log);
  }
};
// Whether a filter lets a log pass; what is none lets any.
[[nodiscard]] inline bool passes(const Log& log, const std::optional<Hash>& contract,
                                 const std::optional<Hash>& topic) {
  return (!contract || log.contract == *contract) && (!topic || log.topic == *topic);
}

struct GetLogsAnswer {
  BlockRef at;
  std::vector<LogEntry> logs;
  std::optional<LogPlace> next;  // none: that was all up to `last`

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("at", self.at);
    visit("logs", self.logs);
    visit("next", self.next);
  }
};
struct GetLogs {
  using Answer = GetLogsAnswer;
  static constexpr std::string_view kMethod = "aeth_getLogs";
  static constexpr std::string_view kSummary =
      "A page of the logs in order, from the place `first` through the slot `last`, at most 100 out of 1000 blocks; "
      "`first` is the `next` of the page before";
  LogPlace first;
  std::optional<Slot> last;            // the newest block when none is given
  std::optional<Hash> contract;        // of any when none is given
  std::optional<Hash> topic;           // of any when none is given
  std::optional<std::uint32_t> limit;  // 1 to kPageMax; kPageMax when none is given

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("first", self.first);
    visit("last", self.last);
    visit("contract", self.contract);
    visit("topic", self.topic);
    visit("limit", self.limit);
  }
};

}  // namespace aether::api

// Blocks and receipts (protocol section 6): a header, its transactions, and on a chain of validators the evidence and
// late votes that it brings.
#pragma once

#include "aether/types/contract.hpp"
#include "aether/types/evidence.hpp"
#include "aether/types/transaction.hpp"

namespace aether {

inline constexpr std::string_view kTransactionsTag = "aether/transactions";
inline constexpr std::string_view kReceiptsTag = "aether/receipts";

inline constexpr std::string_view kEvidenceRootTag = "aether/evidence-root";
inline constexpr std::string_view kEvidenceListTag = "aether/evidence-list";
inline constexpr std::string_view kLateVotesTag = "aether/late-votes";

struct BlockEvidence {
  codec::List<Evidence, limits::kEvidenceMax> offences;
  codec::List<LateVotes, limits::kLateVotesMax> late_votes;

  bool operator==(const BlockEvidence&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("offences", self.offences);
    visit("late_votes", self.late_votes);
  }
};

struct Block {
  Header header;
  codec::List<Transaction, limits::kBlockTransactionsMax> transactions;
  BlockEvidence evidence;  // a dev block has none, and no field for it

  bool operator==(const Block&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("header", self.header);
    visit("transactions", self.transactions);
    const bool is_dev = std::holds_alternative<DevSealer>(self.header.body.sealer);
    if constexpr (std::is_const_v<Self>) AETHER_ASSERT(!is_dev || self.evidence == BlockEvidence{});
    if (!is_dev) visit("evidence", self.evidence);
  }
};

// Why a transaction ended as it did: 0 is success. Ledger codes are below 100, each program has a hundred of its own;
// names come from programs::code_name. A code never changes its meaning.
using ResultCode = Strong<struct ResultCodeTag, std::uint16_t>;
inline constexpr ResultCode kSuccess{0};

struct Receipt {
  std::uint8_t version = 1;
  Hash transaction;
  ResultCode code;
  Gas gas_used;
  Amount fee = 0;  // charged in SWR, priority fee included
  codec::List<Log, limits::kLogsMax> logs;

  bool operator==(const Receipt&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("version", self.version);
    visit("transaction", self.transaction);
    visit("code", self.code);
    visit("gas_used", self.gas_used);
    visit("fee", self.fee);
    visit("logs", self.logs);
  }
};

// List roots over the items' encodings.
[[nodiscard]] Hash transactions_root(std::span<const Transaction> transactions, const CpuFeatures& cpu = {});
[[nodiscard]] Hash receipts_root(std::span<const Receipt> receipts, const CpuFeatures& cpu = {});

// H("aether/evidence-root", root of the offences ‖ root of the late votes), both list roots.
[[nodiscard]] Hash evidence_root(const BlockEvidence& evidence);

enum class RecallError : std::uint8_t {
  other_header,        // its hash is another
  other_transactions,  // not those of the header
};
[[nodiscard]] std::string_view to_string(RecallError error);

// The transactions of a block that this node verified before it stored it under `hash`: the header is checked by that
// hash and the transactions, signatures included, by the header's root.
[[nodiscard]] Result<std::vector<VerifiedTransaction>, RecallError> recall(Block block, const Hash& hash);

}  // namespace aether

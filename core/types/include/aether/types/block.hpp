// Headers, blocks and receipts (protocol section 6). The hash of a block is the hash of its header without the
// signature. The roots in a header are those after executing the parent; slot = height = parent's + 1; time in ms.
// Block 0 is genesis: its hash is the genesis hash, and it has no header.
#pragma once

#include "aether/types/transaction.hpp"

namespace aether {

inline constexpr std::string_view kHeaderTag = "aether/header";
inline constexpr std::string_view kTransactionsTag = "aether/transactions";
inline constexpr std::string_view kReceiptsTag = "aether/receipts";

// The sealer of a chain in one process (`aetherd dev`): its key is named by genesis.
struct DevSealer {
  crypto::PublicKey public_key{};

  bool operator==(const DevSealer&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("public_key", self.public_key);
  }
};

// Who seals; genesis names the only kind that is valid on a chain.
using Sealer = std::variant<DevSealer>;

struct HeaderBody {
  std::uint8_t version = 1;
  ChainId chain_id;
  std::uint64_t epoch = 0;
  Slot slot;
  Hash parent_hash;
  Hash parent_state_root;
  Hash parent_receipts_root;
  Gas parent_gas_used;
  Hash transactions_root;
  std::uint64_t time_ms = 0;  // > parent's
  Sealer sealer;

  bool operator==(const HeaderBody&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("version", self.version);
    visit("chain_id", self.chain_id);
    visit("epoch", self.epoch);
    visit("slot", self.slot);
    visit("parent_hash", self.parent_hash);
    visit("parent_state_root", self.parent_state_root);
    visit("parent_receipts_root", self.parent_receipts_root);
    visit("parent_gas_used", self.parent_gas_used);
    visit("transactions_root", self.transactions_root);
    visit("time_ms", self.time_ms);
    visit("sealer", self.sealer);
  }
};

struct Header {
  HeaderBody body;
  crypto::Signature signature{};

  bool operator==(const Header&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    HeaderBody::fields(self.body, visit);
    visit("signature", self.signature);
  }
};

struct Block {
  Header header;
  codec::List<Transaction, limits::kBlockTransactionsMax> transactions;

  bool operator==(const Block&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("header", self.header);
    visit("transactions", self.transactions);
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

  bool operator==(const Receipt&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("version", self.version);
    visit("transaction", self.transaction);
    visit("code", self.code);
    visit("gas_used", self.gas_used);
    visit("fee", self.fee);
  }
};

[[nodiscard]] Hash block_hash(const HeaderBody& header);
[[nodiscard]] Header seal(HeaderBody header, const crypto::Seed& seed);
[[nodiscard]] bool verify_seal(const Header& header);
[[nodiscard]] Hash transactions_root(std::span<const Transaction> transactions);
[[nodiscard]] Hash receipts_root(std::span<const Receipt> receipts);

enum class RecallError : std::uint8_t {
  other_header,        // its hash is another
  other_transactions,  // not those of the header
};
[[nodiscard]] std::string_view to_string(RecallError error);

// The transactions of a block that this node verified before it stored it under `hash`: the header is checked by that
// hash and the transactions, signatures included, by the header's root.
[[nodiscard]] Result<std::vector<VerifiedTransaction>, RecallError> recall(Block block, const Hash& hash);

}  // namespace aether

namespace aether::codec {
template <>
inline constexpr auto variant_names<Sealer> = std::array<std::string_view, 1>{"dev"};
}  // namespace aether::codec

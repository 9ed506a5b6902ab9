// State objects: what the state tree holds. An id is a domain and a 32-byte key; a value begins with a version byte.
//
// State tree (protocol section 5): key = H("aether/state", domain ‖ key), value hash = H("aether/value", bytes).
#pragma once

#include "aether/codec/bcs.hpp"
#include "aether/crypto/sha256.hpp"
#include "aether/types/address.hpp"
#include "aether/types/asset.hpp"

namespace aether {

enum class Domain : std::uint8_t {
  account,
  supply,
  treasury,
  model,
  job,
  commit,
  utxo,
  validators,
  upload,
  code,
  contract,
  storage,
  congestion,
  rent,
  stake,
  validator_keys,
  consensus
};

struct ObjectId {
  Domain domain = Domain::account;
  Hash key;

  constexpr auto operator<=>(const ObjectId&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("domain", self.domain);
    visit("key", self.key);
  }
};

// The two hashes of the state tree, with their tags ready: build once, use often.
class StateHasher {
 public:
  [[nodiscard]] Hash key(const ObjectId& id) const;
  [[nodiscard]] Hash value(ByteView bytes) const { return value_(bytes); }
  // Of many at once: out[i] is the i-th's.
  void keys(std::span<const ObjectId> ids, std::span<Hash> out, const CpuFeatures& cpu) const;
  void values(std::span<const ByteView> values, std::span<Hash> out, const CpuFeatures& cpu) const {
    crypto::tagged_many(value_, values, out, cpu);
  }

 private:
  crypto::Tag key_{"aether/state"};
  crypto::Tag value_{"aether/value"};
};
[[nodiscard]] Hash state_key(const ObjectId& id);
[[nodiscard]] Hash value_hash(ByteView value);

inline ObjectId account_object(const Address& address) { return {Domain::account, address.hash}; }
inline constexpr ObjectId kSupplyObject{Domain::supply, {}};
inline constexpr ObjectId kTreasuryObject{Domain::treasury, {}};

// An account: balances and the replay window. Nonce n is usable once if top − 255 ≤ n ≤ top + 256 (protocol section 3).
struct Account {
  std::uint8_t version = 1;
  std::uint64_t nonce_top = 0;
  std::array<std::uint8_t, 32> nonce_bitmap{};  // bit i (byte i/8, bit i%8): nonce top − i is used
  Balance balance;

  bool operator==(const Account&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("version", self.version);
    visit("nonce_top", self.nonce_top);
    visit("nonce_bitmap", self.nonce_bitmap);
    visit("balance", self.balance);
  }
};

// Counts of all there is; written once a block, from sums. total = issued at genesis − burned.
struct Supply {
  std::uint8_t version = 1;
  Balance total;
  Balance burned;

  bool operator==(const Supply&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("version", self.version);
    visit("total", self.total);
    visit("burned", self.burned);
  }
};

// What the chain itself owns: the treasury's share of priority fees.
struct Treasury {
  std::uint8_t version = 1;
  Balance balance;

  bool operator==(const Treasury&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("version", self.version);
    visit("balance", self.balance);
  }
};

}  // namespace aether

namespace aether::codec {
template <>
inline constexpr auto enum_names<Domain> = std::array<std::string_view, 17>{
    "account", "supply",   "treasury", "model",      "job",  "commit", "utxo",           "validators", "upload",
    "code",    "contract", "storage",  "congestion", "rent", "stake",  "validator_keys", "consensus"};
}  // namespace aether::codec

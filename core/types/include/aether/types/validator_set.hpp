// Who votes in an epoch, with what weight and by which keys (protocol section 7, "Sets"). ValidatorList is the state
// object under `validators/e`; a ValidatorSet is its verified form, with the keys decoded once. An index, in votes,
// bitmaps and headers, is a place in the order of addresses.
#pragma once

#include <span>

#include "aether/params/limits.hpp"
#include "aether/types/object.hpp"
#include "aether/types/registration.hpp"

namespace aether {

using ValidatorIndex = std::uint16_t;

struct Validator {
  Address address;
  u128 weight = 0;  // SWR bonded, own and delegated
  crypto::PublicKey node_key{};
  crypto::BlsPublicKeyBytes bls_key{};
  crypto::VrfPublicKey vrf_key{};
  crypto::KesPublicKey kes_key{};
  std::uint64_t kes_epoch = 0;  // in which the KES key was registered

  bool operator==(const Validator&) const = default;
  auto operator<=>(const Validator& other) const { return address <=> other.address; }
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("address", self.address);
    visit("weight", self.weight);
    visit("node_key", self.node_key);
    visit("bls_key", self.bls_key);
    visit("vrf_key", self.vrf_key);
    visit("kes_key", self.kes_key);
    visit("kes_epoch", self.kes_epoch);
  }
};

struct ValidatorList {
  std::uint8_t version = 1;
  std::uint64_t epoch = 0;
  codec::SortedSet<Validator, limits::kValidatorsMax> validators;  // by address

  bool operator==(const ValidatorList&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("version", self.version);
    visit("epoch", self.epoch);
    visit("validators", self.validators);
  }
};

static_assert(32 + 16 + 32 + 48 + 32 + 32 + 8 <= limits::kValidatorBytesMax);

// The list of epoch e: its key is e, little-endian, and 24 zero bytes.
[[nodiscard]] ObjectId validators_object(std::uint64_t epoch);

// A validator that asks to be in a set.
struct Bonded {
  Verified<Registration> registration;
  u128 weight = 0;
  std::uint64_t kes_epoch = 0;
};

enum class ValidatorSetError : std::uint8_t {
  version,  // of the list, unknown
  no_validators,
  too_many,  // above kValidatorsMax
  repeated_address,
  zero_weight,
  total_overflow,  // the weights add up to 2^128 or more
  bls_key,         // not a key; a list that this chain's state holds has none such
  vrf_key,         // likewise
  other_hash,      // of the list's bytes than the state tree holds
};
[[nodiscard]] std::string_view to_string(ValidatorSetError error);

// 3·weight > 2·total, exactly and without a product that could overflow. weight ≤ total.
[[nodiscard]] constexpr bool is_quorum(u128 weight, u128 total) {
  const u128 rest = total - weight;
  return weight > rest && weight - rest > rest;
}

class ValidatorSet {
 public:
  // From registrations, whose verification proved the possession of each key.
  [[nodiscard]] static Result<ValidatorSet, ValidatorSetError> make(std::uint64_t epoch,
                                                                    std::span<const Bonded> bonded);

  // From a list that the state tree holds: `recorded` is the value hash that the tree, or a proof under a final root,
  // has for it. Possession was proven before a key came into the state.
  [[nodiscard]] static Result<ValidatorSet, ValidatorSetError> recall(Unverified<ValidatorList> list,
                                                                      const Hash& recorded);

  [[nodiscard]] std::uint64_t epoch() const { return list_.epoch; }
  [[nodiscard]] std::size_t size() const { return list_.validators.size(); }
  [[nodiscard]] const ValidatorList& list() const { return list_; }
  [[nodiscard]] const Validator& at(ValidatorIndex i) const { return list_.validators.items()[i]; }
  [[nodiscard]] std::optional<ValidatorIndex> index_of(const Address& address) const;

  [[nodiscard]] u128 total() const { return total_; }
  [[nodiscard]] std::span<const crypto::BlsPublicKey> bls_keys() const { return bls_keys_; }
  [[nodiscard]] std::span<const crypto::VrfKey> vrf_keys() const { return vrf_keys_; }

  [[nodiscard]] std::size_t signers_size() const { return (size() + 7) / 8; }  // bytes of a bitmap of signers
  [[nodiscard]] u128 weight_of(ByteView signers) const;                        // signers_size() bytes, no excess bits

 private:
  ValidatorSet() = default;
  static Result<ValidatorSet, ValidatorSetError> from_list(ValidatorList list);

  ValidatorList list_;
  u128 total_ = 0;
  std::vector<crypto::BlsPublicKey> bls_keys_;
  std::vector<crypto::VrfKey> vrf_keys_;
};

}  // namespace aether

// Genesis: what a chain begins with. Its hash is the hash of block 0 and travels in every handshake.
#pragma once

#include "aether/params/chain_params.hpp"
#include "aether/types/block.hpp"
#include "aether/types/registration.hpp"

namespace aether {

struct GenesisAccount {
  Address address;
  Balance balance;

  bool operator==(const GenesisAccount&) const = default;
  auto operator<=>(const GenesisAccount& other) const { return address <=> other.address; }
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("address", self.address);
    visit("balance", self.balance);
  }
};

struct GenesisValidator {
  Registration registration;
  Amount bond = 0;  // SWR

  bool operator==(const GenesisValidator&) const = default;
  auto operator<=>(const GenesisValidator& other) const { return registration.address <=> other.registration.address; }
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("registration", self.registration);
    visit("bond", self.bond);
  }
};

// A chain of validators (spec/consensus.md).
struct BftGenesis {
  Hash randomness;                                                        // η of epoch 0
  codec::SortedSet<GenesisValidator, limits::kValidatorsMax> validators;  // by address

  bool operator==(const BftGenesis&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("randomness", self.randomness);
    visit("validators", self.validators);
  }
};

// Who seals: the only kind of sealer that is valid on the chain.
using GenesisSealer = std::variant<DevSealer, BftGenesis>;

struct Genesis {
  std::uint8_t version = 1;
  ChainId chain_id;
  std::uint64_t time_ms = 0;
  GenesisSealer sealer;
  ChainParams params;
  codec::SortedSet<GenesisAccount, limits::kGenesisAccountsMax> accounts;  // by address

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("version", self.version);
    visit("chain_id", self.chain_id);
    visit("time_ms", self.time_ms);
    visit("sealer", self.sealer);
    visit("params", self.params);
    visit("accounts", self.accounts);
  }
};

[[nodiscard]] Hash genesis_hash(const Genesis& genesis);

}  // namespace aether

namespace aether::codec {
template <>
inline constexpr auto variant_names<GenesisSealer> = std::array<std::string_view, 2>{"dev", "bft"};
}  // namespace aether::codec

// A fungible token: a supply that its deployer receives, transfers, and allowances for others to spend.
#include "aether/contract.hpp"

namespace {

using aether::Address;
using aether::Amount;

enum Code : aether::u32 { kBalanceTooSmall = 1, kAllowanceTooSmall = 2 };

// Who may spend whose tokens.
struct Grant {
  Address owner;
  Address spender;

  template <class Self, class V>
  static constexpr void fields(Self& self, V& visit) {
    visit(self.owner);
    visit(self.spender);
  }
};

constexpr aether::Cell<Amount> kSupply{1};
constexpr aether::Map<Address, Amount> kBalances{2};
constexpr aether::Map<Grant, Amount> kAllowances{3};
constexpr auto kTransferred = aether::topic("token.transferred");
constexpr auto kApproved = aether::topic("token.approved");

// An entry of 0 would pay rent for nothing.
template <class Key>
void keep(const aether::Map<Key, Amount>& map, const Key& key, Amount amount) {
  if (amount == 0) {
    map.erase(key);
  } else {
    map.set(key, amount);
  }
}

void move(const Address& from, const Address& to, Amount amount) {
  const Amount held = kBalances.get(from);
  aether::require(held >= amount, kBalanceTooSmall);
  keep(kBalances, from, held - amount);
  keep(kBalances, to, kBalances.get(to) + amount);
  aether::log(kTransferred, from, to, amount);
}

void init(Amount supply) {
  kSupply.set(supply);
  keep(kBalances, aether::caller(), supply);
}

// 0
void transfer(const Address& to, Amount amount) { move(aether::caller(), to, amount); }

// 1: replaces what the spender was allowed before.
void approve(const Address& spender, Amount amount) {
  keep(kAllowances, Grant{aether::caller(), spender}, amount);
  aether::log(kApproved, aether::caller(), spender, amount);
}

// 2
void transfer_from(const Address& from, const Address& to, Amount amount) {
  const Grant grant{from, aether::caller()};
  const Amount allowed = kAllowances.get(grant);
  aether::require(allowed >= amount, kAllowanceTooSmall);
  keep(kAllowances, grant, allowed - amount);
  move(from, to, amount);
}

// 3
Amount balance_of(const Address& owner) { return kBalances.get(owner); }

// 4
Amount allowance(const Address& owner, const Address& spender) { return kAllowances.get(Grant{owner, spender}); }

// 5
Amount total_supply() { return kSupply.get(); }

}  // namespace

AETHER_INIT(init)
AETHER_CALL(transfer, approve, transfer_from, balance_of, allowance, total_supply)

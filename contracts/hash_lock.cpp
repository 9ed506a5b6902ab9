// A script for UTxOs: whoever shows the secret behind a hash takes the output as its recipient, up to the deadline;
// after it the one who locked it takes it back. Two such outputs on two chains make an atomic swap.
#include "aether/contract.hpp"

namespace {

enum Code : aether::u32 { kWrongSecret = 1, kNotRecipient = 2, kNotLocker = 3, kTooEarly = 4 };

// The datum of the output.
struct Lock {
  aether::Hash hash;  // SHA-256 of the secret
  aether::Address recipient;
  aether::Address locker;
  aether::u64 deadline = 0;  // the last slot for the recipient

  template <class Self, class V>
  static constexpr void fields(Self& self, V& visit) {
    visit(self.hash);
    visit(self.recipient);
    visit(self.locker);
    visit(self.deadline);
  }
};

// The redeemer is the secret; after the deadline it is empty.
void spend(const aether::Spend& spending) {
  const auto lock = aether::decoded<Lock>(spending.datum);
  const auto who = aether::sender();
  if (aether::slot() <= lock.deadline) {
    aether::require(who != lock.locker || who == lock.recipient, kTooEarly);
    aether::require(who == lock.recipient, kNotRecipient);
    aether::require(aether::sha256(spending.redeemer) == lock.hash, kWrongSecret);
  } else {
    aether::require(who == lock.locker, kNotLocker);
  }
}

}  // namespace

AETHER_SPEND(spend)

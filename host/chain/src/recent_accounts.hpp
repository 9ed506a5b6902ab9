// The accounts that the newest blocks changed, decoded, as of the tip: most of those that a block uses were used not
// long ago, and a read of the database costs several times what executing a transfer does.
//
// Two generations of at most kGeneration accounts: when the younger is full, the older is forgotten. Some 150 bytes an
// account. One writer, and no reader while it writes.
#pragma once

#include "aether/exec/object_index.hpp"
#include "aether/ledger/state_view.hpp"

namespace aether::chain {

class RecentAccounts {
 public:
  static constexpr std::size_t kGeneration = std::size_t{1} << 18;

  // `seed` is unknown to who chooses addresses.
  explicit RecentAccounts(const exec::ObjectIndex::Seed& seed, std::size_t generation = kGeneration)
      : seed_(seed), generation_(generation), young_(seed), old_(seed) {}

  // The block that is the tip now changed these objects.
  void update(const ledger::Diff& diff);
  // Null where it is not known.
  [[nodiscard]] const Account* find(const ObjectId& id) const;

 private:
  struct Generation {
    explicit Generation(const exec::ObjectIndex::Seed& seed) : index(seed) {}
    exec::ObjectIndex index;
    std::vector<Account> accounts;  // by number
    [[nodiscard]] const Account* find(const ObjectId& id) const;
  };

  exec::ObjectIndex::Seed seed_;
  std::size_t generation_;
  Generation young_, old_;
};

// The state after the tip, whose accounts are asked of `recent` first.
class RecentState final : public ledger::StateView {
 public:
  RecentState(const ledger::StateView& tip, const RecentAccounts& recent) : tip_(tip), recent_(recent) {}
  [[nodiscard]] std::optional<Bytes> get(const ObjectId& id) const override { return tip_.get(id); }
  [[nodiscard]] bool contains(const ObjectId& id) const override { return tip_.contains(id); }
  [[nodiscard]] Account account(const Address& address) const override {
    const Account* found = recent_.find(account_object(address));
    return found != nullptr ? *found : tip_.account(address);
  }

 private:
  const ledger::StateView& tip_;
  const RecentAccounts& recent_;
};

}  // namespace aether::chain

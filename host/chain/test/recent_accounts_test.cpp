#include "recent_accounts.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

namespace aether::chain {
namespace {

// Beside a map of all that was ever written: what is found is the newest, and the newest generation is always found.
RC_GTEST_PROP(RecentAccounts, finds_the_newest_of_what_was_written_last, ()) {
  constexpr std::size_t kGeneration = 8;
  RecentAccounts recent({1, 2, 3, 4}, kGeneration);
  std::map<ObjectId, Account> written;
  std::vector<ObjectId> order;  // newest last
  for (int block = 0; block < 30; ++block) {
    ledger::Diff diff;
    for (auto count = *rc::gen::inRange(0, 6); count > 0; --count) {
      Account account;
      account.nonce_top = *rc::gen::arbitrary<std::uint64_t>();
      const ObjectId id{Domain::account, Hash{{*rc::gen::inRange<std::uint8_t>(0, 30)}}};
      diff[id] = codec::encode(account);
    }
    diff[kSupplyObject] = codec::encode(Supply{});
    recent.update(diff);
    for (const auto& [id, value] : diff) {
      if (id.domain != Domain::account) continue;
      written[id] = *codec::decode<Account>(*value);
      std::erase(order, id);
      order.push_back(id);
    }
    for (const auto& [id, account] : written) {
      const Account* found = recent.find(id);
      if (found != nullptr) RC_ASSERT(*found == account);
    }
    for (std::size_t i = 0; i < std::min(kGeneration, order.size()); ++i)
      RC_ASSERT(recent.find(order[order.size() - 1 - i]) != nullptr);
    RC_ASSERT(recent.find(kSupplyObject) == nullptr);
  }
}

}  // namespace
}  // namespace aether::chain

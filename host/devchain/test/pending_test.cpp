#include "aether/devchain/pending.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

namespace aether::devchain {
namespace {

VerifiedTransaction made(std::uint8_t sender, std::uint64_t nonce, Amount max_fee, std::uint64_t valid_until) {
  TransactionBody body;
  body.sender = crypto::PublicKey{sender};
  body.nonce = nonce;
  body.max_fee = max_fee;
  body.valid_until = Slot{valid_until};
  return assume_verified({body, {}});
}

// The queue as a plain list that every rule walks.
struct Model {
  PendingLimits limits;
  std::vector<VerifiedTransaction> list;

  auto position(const Hash& id) {
    return std::find_if(list.begin(), list.end(), [&](const VerifiedTransaction& tx) { return tx.id() == id; });
  }
  std::optional<QueueError> add(const VerifiedTransaction& tx, Amount funds) {
    if (position(tx.id()) != list.end()) return QueueError::known;
    std::size_t bytes = tx.byte_size();
    std::size_t of_sender = 0;
    Amount fees = tx.body().max_fee;
    bool nonce = false;
    for (const VerifiedTransaction& other : list) {
      bytes += other.byte_size();
      if (other.sender() != tx.sender()) continue;
      ++of_sender;
      fees += other.body().max_fee;
      nonce = nonce || other.body().nonce == tx.body().nonce;
    }
    if (list.size() == limits.count_max || bytes > limits.bytes_max) return QueueError::full;
    if (of_sender == limits.per_sender_max) return QueueError::sender_full;
    if (nonce) return QueueError::nonce_waits;
    if (fees > funds) return QueueError::cannot_pay;
    list.push_back(tx);
    return std::nullopt;
  }
};

RC_GTEST_PROP(Pending, BehavesAsAListThatEveryRuleWalks, ()) {
  const std::size_t size = made(0, 0, 0, 0).byte_size();
  const PendingLimits limits{.count_max = 8, .bytes_max = 7 * size, .per_sender_max = 3};
  Pending pending(limits);
  Model model{limits, {}};
  std::vector<Hash> ids{Hash{}};
  for (int step = 0; step < 60; ++step) {
    const Hash id = ids[*rc::gen::inRange<std::size_t>(0, ids.size())];
    switch (*rc::gen::inRange(0, 6)) {
      case 0: {
        pending.remove(id);
        if (const auto at = model.position(id); at != model.list.end()) model.list.erase(at);
        break;
      }
      case 1: {
        pending.defer(id);
        if (const auto at = model.position(id); at != model.list.end()) std::rotate(at, at + 1, model.list.end());
        break;
      }
      case 2: {
        const Slot slot{*rc::gen::inRange<std::uint64_t>(0, 6)};
        pending.expire(slot);
        std::erase_if(model.list, [&](const VerifiedTransaction& tx) { return tx.body().valid_until < slot; });
        break;
      }
      default: {
        const auto tx = made(*rc::gen::inRange<std::uint8_t>(0, 4), *rc::gen::inRange<std::uint64_t>(0, 5),
                             *rc::gen::inRange<std::uint64_t>(0, 5), *rc::gen::inRange<std::uint64_t>(0, 10));
        const Amount funds = *rc::gen::inRange<std::uint64_t>(0, 12);
        const auto added = pending.add(tx, funds);
        const auto expected = model.add(tx, funds);
        RC_ASSERT(added.has_value() == !expected.has_value());
        if (expected) RC_ASSERT(added.error() == *expected);
        ids.push_back(tx.id());
      }
    }
    const auto all = pending.oldest(std::size_t{1} << 30);
    RC_ASSERT(pending.count() == model.list.size());
    RC_ASSERT(all.size() == model.list.size());
    for (std::size_t i = 0; i < all.size(); ++i) {
      RC_ASSERT(all[i].id() == model.list[i].id());
      RC_ASSERT(pending.find(all[i].id()) != nullptr);
    }
    RC_ASSERT((pending.find(id) != nullptr) == (model.position(id) != model.list.end()));
  }
}

TEST(Pending, OldestGivesWhatFitsButAlwaysOne) {
  Pending pending;
  const std::size_t size = made(0, 1, 0, 9).byte_size();
  EXPECT_TRUE(pending.oldest(0).empty());
  for (std::uint64_t nonce = 1; nonce <= 3; ++nonce) EXPECT_TRUE(pending.add(made(0, nonce, 0, 9), 0));
  EXPECT_EQ(pending.oldest(0).size(), 1U);
  EXPECT_EQ(pending.oldest(2 * size - 1).size(), 1U);
  EXPECT_EQ(pending.oldest(2 * size).size(), 2U);
  EXPECT_EQ(pending.oldest(3 * size).size(), 3U);
}

}  // namespace
}  // namespace aether::devchain

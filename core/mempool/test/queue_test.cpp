#include "queue.hpp"

#include <deque>

#include "support.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

namespace aether::mempool {
namespace {

using namespace testing;

constexpr std::size_t kVisits = 1'000'000;

Entry entry_of(Amount price, std::uint64_t arrival, std::uint64_t gas, std::uint64_t affordable, std::uint64_t heap) {
  TransactionBody body = transfer(0, arrival);
  body.gas_limit = Gas{gas};
  Entry out{.tx = made(std::move(body)), .rank = {price, arrival}, .affordable = {}, .least = {}, .most = {}};
  out.affordable = ledger::Multiplier{affordable};
  out.heap = heap;
  return out;
}

RC_GTEST_PROP(Queue, BehavesAsASortedList, ()) {
  std::deque<Entry> entries;
  std::vector<Entry*> list;
  Queue queue;
  const auto upto = [](std::uint64_t n) { return *rc::gen::inRange<std::uint64_t>(0, n); };
  for (std::uint64_t step = 0; step < 60; ++step) {
    if (upto(3) == 0 && !list.empty()) {
      const auto at = list.begin() + static_cast<std::ptrdiff_t>(upto(list.size()));
      queue.erase(**at);
      list.erase(at);
    } else {
      entries.push_back(entry_of(upto(8), step, upto(5), upto(5), upto(20)));
      list.push_back(&entries.back());
      queue.insert(entries.back());
    }
    std::stable_sort(list.begin(), list.end(), [](const Entry* a, const Entry* b) { return a->rank < b->rank; });
    RC_ASSERT(queue.first() == (list.empty() ? nullptr : list.front()));
    RC_ASSERT(queue.last() == (list.empty() ? nullptr : list.back()));
    const Rank at{upto(8), upto(60)};
    const Fit fit{{upto(2) == 0 ? 10'000U : 10U, upto(5)}, ledger::Multiplier{upto(5)}};
    Entry *before = nullptr, *fitting = nullptr;
    for (Entry* each : list) {
      if (each->rank < at) {
        before = each;
      } else if (fitting == nullptr && each->needs().bytes <= fit.room.bytes && each->needs().gas <= fit.room.gas &&
                 each->affordable >= fit.multiplier) {
        fitting = each;
      }
    }
    std::size_t visits = kVisits;
    RC_ASSERT(queue.before(at) == before);
    RC_ASSERT(queue.first_fitting(at, fit, visits) == fitting);
  }
}

TEST(Queue, PassesThoseThatDoNotFitWithoutALookAtEach) {
  constexpr std::uint64_t kAlike = 20'000;
  std::deque<Entry> entries;
  Queue queue;
  const auto add = [&](Amount price, std::uint64_t gas, std::uint64_t affordable) {
    const std::uint64_t n = entries.size();
    entries.push_back(
        entry_of(price, n, gas, affordable, value_hash(codec::encode(n)).bytes[0] * 65'537 + n * 7'919 % 65'537));
    queue.insert(entries.back());
    return &entries.back();
  };
  for (std::uint64_t i = 0; i < kAlike; ++i) add(10, 9, 5);
  const Entry* modest = add(1, 3, 5);
  const Entry* rich = add(2, 9, 7);
  std::size_t visits = kVisits;
  EXPECT_EQ(queue.first_fitting({10, 0}, {{10'000, 8}, ledger::Multiplier{1}}, visits), modest);
  EXPECT_EQ(queue.first_fitting({10, 0}, {{10'000, 9}, ledger::Multiplier{6}}, visits), rich);
  EXPECT_EQ(queue.first_fitting({10, 0}, {{10'000, 2}, ledger::Multiplier{1}}, visits), nullptr);
  EXPECT_GT(visits, kVisits - 400);
  visits = 0;
  EXPECT_EQ(queue.first_fitting({10, 0}, {{10'000, 9}, ledger::Multiplier{1}}, visits), nullptr);
}

}  // namespace
}  // namespace aether::mempool

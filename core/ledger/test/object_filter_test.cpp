#include "aether/ledger/object_filter.hpp"

#include <gtest/gtest.h>

namespace aether::ledger {
namespace {

ObjectId object(std::uint64_t n) { return {n % 3 == 0 ? Domain::utxo : Domain::account, value_hash(codec::encode(n))}; }

TEST(ObjectFilter, never_denies_what_a_diff_holds) {
  for (const std::uint64_t size : {0u, 1u, 3u, 4u, 5u, 100u, 5'000u}) {
    Diff diff;
    for (std::uint64_t n = 0; n < size; ++n) diff[object(n)] = n % 2 == 0 ? std::optional(Bytes{1}) : std::nullopt;
    for (const Domain single : {Domain::supply, Domain::treasury, Domain::congestion}) diff[{single, {}}] = Bytes{2};
    const ObjectFilter filter(diff);
    for (const auto& [id, value] : diff) EXPECT_TRUE(filter.may_hold(id));
  }
}

TEST(ObjectFilter, denies_nearly_all_that_a_diff_does_not_hold) {
  Diff diff;
  for (std::uint64_t n = 0; n < 1'000; ++n) diff[object(n)] = Bytes{1};
  const ObjectFilter filter(diff);
  int wrong = 0;
  for (std::uint64_t n = 1'000; n < 11'000; ++n) wrong += filter.may_hold(object(n)) ? 1 : 0;
  EXPECT_LT(wrong, 1'250);  // twice what 16 bits an object give
}

TEST(ObjectFilter, of_nothing_known_says_yes) { EXPECT_TRUE(ObjectFilter().may_hold(object(1))); }

}  // namespace
}  // namespace aether::ledger

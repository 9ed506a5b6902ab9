#include "recent_changes.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>

#include "chain_of_blocks.hpp"

namespace aether::storage {
namespace {

using Model = std::map<Hash, std::optional<Bytes>>;

std::shared_ptr<const ChangeRun> run_of(const Model& changes) {
  ChangeRun::Builder builder;
  for (const auto& [key, value] : changes) {
    if (value) {
      builder.put(key, ByteView(*value).first(value->size() / 2), ByteView(*value).subspan(value->size() / 2));
    } else {
      builder.erase(key);
    }
  }
  return ChangeRun::parse(builder.take());
}

std::optional<Bytes> owned(const std::optional<ByteView>& value) {
  if (!value) return std::nullopt;
  return Bytes(value->begin(), value->end());
}

// Two by two they differ in the last bit alone.
Hash key_of(std::uint64_t n) {
  Hash out = number(n / 2);
  out.bytes.back() ^= static_cast<std::uint8_t>(n % 2);
  return out;
}

TEST(RecentChanges, the_newest_change_of_each_key_is_read) {
  Random random(7);
  for (int round = 0; round < 50; ++round) {
    Model newest;
    RecentChanges recent;
    for (std::uint64_t runs = random.below(9); runs > 0; --runs) {
      Model changes;
      for (std::uint64_t i = random.below(60); i > 0; --i)
        changes[key_of(random.below(100))] =
            random.below(4) == 0 ? std::nullopt : std::optional(Bytes(random.below(40), static_cast<std::uint8_t>(i)));
      const auto run = run_of(changes);
      ASSERT_TRUE(run);
      ASSERT_EQ(run->entries().size(), changes.size());
      recent.add(run);
      for (const auto& [key, value] : changes) newest[key] = value;
    }
    for (std::uint64_t n = 0; n < 130; ++n) {
      const auto found = recent.find(key_of(n));
      const auto expected = newest.find(key_of(n));
      ASSERT_EQ(found.has_value(), expected != newest.end());
      if (found) {
        ASSERT_EQ(owned(found->value), expected->second);
      }
    }
    const Hash first = key_of(random.below(130));
    Model merged;
    Hash before;
    for (RecentChanges::Cursor at(recent, first); at.front(); at.pop()) {
      const RecentChange& change = *at.front();
      ASSERT_TRUE(merged.empty() || before < change.key);
      before = change.key;
      merged[change.key] = owned(change.value);
    }
    newest.erase(newest.begin(), newest.lower_bound(first));
    ASSERT_EQ(merged, newest);
  }
}

TEST(RecentChanges, a_record_cut_short_or_out_of_order_is_refused) {
  const Bytes whole = run_of({{number(1), Bytes{1, 2, 3}}, {number(2), std::nullopt}})->record();
  std::size_t parsed = 0;
  for (std::size_t size = 0; size <= whole.size(); ++size)
    parsed += ChangeRun::parse(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size))) != nullptr;
  EXPECT_EQ(parsed, 3u);  // after none, one, both changes
  Bytes twice = whole;
  append(twice, whole);
  EXPECT_FALSE(ChangeRun::parse(twice));
  Bytes kind = whole;
  kind[Hash::kSize] = 2;
  EXPECT_FALSE(ChangeRun::parse(kind));
}

}  // namespace
}  // namespace aether::storage

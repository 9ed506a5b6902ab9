#include "hash_table.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <map>

namespace aether::mempool {
namespace {

// Few keys, most of which share their first eight bytes, so that places are shared and runs are long.
Hash key_of(std::uint8_t n) {
  Hash out;
  out.bytes[0] = n % 4;
  out.bytes[31] = n;
  return out;
}

RC_GTEST_PROP(HashTable, is_a_map, (std::uint64_t seed, const std::vector<std::uint8_t>& keys)) {
  HashTable<int> table(seed);
  std::map<Hash, int> model;
  int count = 0;
  for (const std::uint8_t n : keys) {
    const Hash key = key_of(n);
    int* found = table.find(key);
    RC_ASSERT((found != nullptr) == model.contains(key));
    if (found != nullptr) {
      RC_ASSERT(*found == model[key]);
      table.erase(key);
      model.erase(key);
    } else {
      table.insert(key, ++count);
      model[key] = count;
    }
    RC_ASSERT(table.size() == model.size());
  }
  std::map<Hash, int> seen;
  table.for_each([&](const Hash& key, int value) { seen[key] = value; });
  RC_ASSERT(seen == model);
  for (std::uint16_t n = 0; n < 256; ++n) {
    const Hash key = key_of(static_cast<std::uint8_t>(n));
    RC_ASSERT((table.find(key) != nullptr) == model.contains(key));
  }
}

TEST(HashTable, a_value_stays_where_it_is_while_others_come_and_go) {
  HashTable<int> table(7);
  const int* first = &table.insert(key_of(0), 1);
  for (std::uint8_t n = 1; n < 200; ++n) table.insert(key_of(n), n);
  for (std::uint8_t n = 1; n < 200; n = static_cast<std::uint8_t>(n + 2)) table.erase(key_of(n));
  EXPECT_EQ(table.find(key_of(0)), first);
  EXPECT_EQ(table.size(), 100u);
}

}  // namespace
}  // namespace aether::mempool

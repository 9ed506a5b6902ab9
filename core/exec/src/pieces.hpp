// Work over many items in pieces, and their order by a key, on a pool.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <vector>

#include "aether/base/bytes.hpp"
#include "aether/base/task_pool.hpp"

namespace aether::exec {

// use(begin, end) over [0, count) in pieces.
inline void in_pieces(TaskPool& pool, std::size_t count, std::size_t piece,
                      const std::function<void(std::size_t, std::size_t)>& use) {
  pool.run((count + piece - 1) / piece,
           [&](std::size_t task) { use(task * piece, std::min(count, (task + 1) * piece)); });
}

// make(i) for all i < count at once, and join(i) one at a time in the order of i, by whoever is there when its turn
// comes: what must be in order goes on beside what need not.
inline void in_order(TaskPool& pool, std::size_t count, const std::function<void(std::size_t)>& make,
                     const std::function<void(std::size_t)>& join) {
  const auto made = std::make_unique<std::atomic<bool>[]>(count);
  std::atomic<std::size_t> joined = 0;
  std::atomic<bool> joining = false;
  const auto has_turn = [&] {
    const std::size_t next = joined.load();
    return next < count && made[next].load();
  };
  pool.run(count, [&](std::size_t i) {
    make(i);
    made[i] = true;
    // Who finds another joining may leave: that one looks again after it has ended.
    while (has_turn() && !joining.exchange(true)) {
      while (has_turn()) {
        join(joined.load());
        ++joined;
      }
      joining = false;
    }
  });
}

// The numbers of the items that `wanted` accepts, by key_of(number), which is a const Hash&; no two are equal. Keys
// that are hashes spread over the buckets of their first byte, which are sorted at once.
template <class KeyOf, class Wanted>
std::vector<std::uint32_t> sorted_by_key(TaskPool& pool, std::size_t count, const KeyOf& key_of, const Wanted& wanted) {
  constexpr std::size_t kBuckets = 256;
  std::array<std::uint32_t, kBuckets + 1> ends{};
  for (std::uint32_t i = 0; i < count; ++i)
    if (wanted(i)) ++ends[std::size_t{key_of(i).bytes[0]} + 1];
  for (std::size_t bucket = 0; bucket < kBuckets; ++bucket) ends[bucket + 1] += ends[bucket];
  std::array<std::uint32_t, kBuckets> next;
  std::copy_n(ends.begin(), kBuckets, next.begin());
  std::vector<std::uint32_t> out(ends[kBuckets]);
  for (std::uint32_t i = 0; i < count; ++i)
    if (wanted(i)) out[next[key_of(i).bytes[0]]++] = i;
  const auto at = [&](std::uint32_t place) { return out.begin() + static_cast<std::ptrdiff_t>(place); };
  in_pieces(pool, kBuckets, kBuckets / 16, [&](std::size_t begin, std::size_t end) {
    for (std::size_t bucket = begin; bucket < end; ++bucket)
      std::stable_sort(at(ends[bucket]), at(ends[bucket + 1]),
                       [&](std::uint32_t a, std::uint32_t b) { return key_of(a) < key_of(b); });
  });
  return out;
}

}  // namespace aether::exec

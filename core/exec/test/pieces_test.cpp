// What stands in order beside what does not, and arrays that tasks fill.
#include "pieces.hpp"

#include <gtest/gtest.h>

#include "aether/exec/places.hpp"
#include "threads_pool.hpp"

namespace aether::exec {
namespace {

struct BackwardPool final : TaskPool {
  std::size_t width() const override { return 1; }
  void run(std::size_t count, const std::function<void(std::size_t)>& task) override {
    while (count > 0) task(--count);
  }
};

// Neither is guarded: TSan sees a join beside another, or one before its make.
void expect_joined_in_order(TaskPool& pool, std::size_t count) {
  std::vector<std::size_t> made(count), joined;
  in_order(
      pool, count, [&](std::size_t i) { made[i] = i + 1; },
      [&](std::size_t i) {
        EXPECT_EQ(i, joined.size());
        joined.push_back(made[i]);
      });
  ASSERT_EQ(joined.size(), count);
  for (std::size_t i = 0; i < count; ++i) EXPECT_EQ(joined[i], i + 1);
}

TEST(InOrder, each_is_joined_once_in_turn_after_it_was_made_whoever_makes_what_when) {
  SerialPool serial;
  BackwardPool backward;
  testing::ThreadsPool threads(4);
  for (std::size_t count = 0; count < 200; ++count) {
    expect_joined_in_order(serial, count);
    expect_joined_in_order(backward, count);
    expect_joined_in_order(threads, count);
  }
}

struct Counted {
  static inline std::atomic<int> alive{0};
  Counted() { ++alive; }
  ~Counted() { --alive; }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
  int number = 7;
};

TEST(Places, elements_are_made_where_they_stand_and_go_with_the_array) {
  {
    Places<Counted> never;
  }
  {
    Places<Counted> places;
    testing::ThreadsPool threads(3);
    places.reserve(1'000);
    EXPECT_EQ(places.size(), 1'000u);
    EXPECT_EQ(Counted::alive, 0);
    in_pieces(threads, places.size(), 64, [&](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; ++i) EXPECT_EQ(&places.make(i), &places[i]);
    });
    EXPECT_EQ(Counted::alive, 1'000);
    EXPECT_EQ(places[999].number, 7);
  }
  EXPECT_EQ(Counted::alive, 0);
}

}  // namespace
}  // namespace aether::exec

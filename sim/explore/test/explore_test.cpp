// All runs within bounds keep all that is checked; what the bounds allow does happen.
#include "aether/explore/explore.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>

namespace aether::sim {
namespace {

struct Case {
  std::string_view name;
  Bounds bounds;
  enum class Size { small, usual, large } size = Size::usual;  // a second, some seconds, a minute or more
};

class Exploration : public testing::TestWithParam<Case> {};

TEST_P(Exploration, FindsNoViolation) {
  const auto& [name, bounds, size] = GetParam();
  if (size == Case::Size::large && std::getenv("AETHER_LONG") == nullptr) GTEST_SKIP() << "only with --long";
  if (size == Case::Size::usual && std::getenv("AETHER_QUICK") != nullptr) GTEST_SKIP() << "not with --quick";
  const Explored explored = explore(bounds);
  std::string path;
  for (const std::string& step : explored.path) path += "\n  " + step;
  EXPECT_FALSE(explored.violation.has_value()) << *explored.violation << " by" << path;
  EXPECT_TRUE(explored.complete);
  EXPECT_EQ(explored.final_max, bounds.slots);
  // A message that never comes, or a lie, may keep a slot from being final: then these bounds do matter.
  EXPECT_EQ(explored.final_min<bounds.slots, explored.states> explored.depth + 1);
  EXPECT_EQ(explored.accused > 0, bounds.spoken > 1);
  std::cout << name << ": " << explored.states << " states, " << explored.steps << " steps, " << explored.ends
            << " ends with " << explored.final_min << " to " << explored.final_max << " final slots, accused in "
            << explored.accused << ", at most " << explored.depth << " steps long\n";
}

INSTANTIATE_TEST_SUITE_P(
    All, Exploration,
    testing::Values(Case{"in_order", {}, Case::Size::small},                                                         //
                    Case{"told_one", {.spoken = 1}, Case::Size::small},                                              //
                    Case{"late_one", {.postponed = 1}, Case::Size::small},                                           //
                    Case{"stopped_one", {.crashes = 1}, Case::Size::small},                                          //
                    Case{"impatient_one", {.timers = 1}, Case::Size::small},                                         //
                    Case{"told_two", {.spoken = 2}},                                                                 //
                    Case{"late_two", {.postponed = 2}},                                                              //
                    Case{"late_and_told", {.postponed = 1, .spoken = 1}},                                            //
                    Case{"told_and_stopped", {.spoken = 1, .crashes = 1}},                                           //
                    Case{"late_and_stopped", {.postponed = 1, .crashes = 1}},                                        //
                    Case{"told_and_impatient", {.spoken = 1, .timers = 1}},                                          //
                    Case{"late_three", {.postponed = 3}, Case::Size::large},                                         //
                    Case{"late_two_and_stopped", {.postponed = 2, .crashes = 1}, Case::Size::large},                 //
                    Case{"late_told_and_impatient", {.postponed = 1, .spoken = 1, .timers = 1}, Case::Size::large},  //
                    Case{"told_three_in_two_slots", {.slots = 2, .spoken = 3}, Case::Size::large}),
    [](const auto& one) { return std::string(one.param.name); });

TEST(Explore, CountsAreAFunctionOfTheBounds) {
  const Bounds bounds{.spoken = 1};
  EXPECT_EQ(explore(bounds).states, explore(bounds).states);
}

TEST(Explore, SaysWhenItIsNotComplete) {
  const Explored explored = explore({.spoken = 1, .states_max = 100});
  EXPECT_FALSE(explored.complete);
  EXPECT_EQ(explored.states, 100u);
}

}  // namespace
}  // namespace aether::sim

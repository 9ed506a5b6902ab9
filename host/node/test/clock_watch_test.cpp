#include "clock_watch.hpp"

#include "cluster.hpp"

namespace aether::node {
namespace {

constexpr std::uint64_t kWall = 1'700'000'000'000;

TEST(ClockWatch, is_the_median_of_what_proposers_show_each_by_its_fastest_header) {
  ClockWatch watch;
  EXPECT_FALSE(watch.offset_ms(0, 0));
  watch.header(ValidatorIndex{1}, kWall + 700, kWall, 1'000);
  EXPECT_FALSE(watch.offset_ms(0, 1'000));  // one alone may be wrong
  watch.header(ValidatorIndex{2}, kWall + 690, kWall, 2'000);
  watch.header(ValidatorIndex{3}, kWall + 1'000'000, kWall, 3'000);  // a liar
  EXPECT_EQ(watch.offset_ms(0, 3'000), 700);
  watch.header(ValidatorIndex{1}, kWall + 300, kWall, 4'000);  // came late
  EXPECT_EQ(watch.offset_ms(0, 4'000), 700);
  EXPECT_EQ(watch.offset_ms(80'000, 4'000), 740);
  watch.forget();
  EXPECT_FALSE(watch.offset_ms(0, 4'000));
}

TEST(ClockWatch, what_is_older_than_the_window_counts_no_more) {
  ClockWatch watch;
  for (const ValidatorIndex one : std::array<ValidatorIndex, 3>{1, 2, 3}) watch.header(one, kWall + 700, kWall, 0);
  const std::uint64_t half = ClockWatch::kWindowUs / 2;
  for (const ValidatorIndex one : std::array<ValidatorIndex, 3>{1, 2, 3})
    watch.header(one, kWall - 900, kWall, half + 1);
  EXPECT_EQ(watch.offset_ms(0, half + 1), 700);
  for (const ValidatorIndex one : std::array<ValidatorIndex, 3>{1, 2, 3})
    watch.header(one, kWall - 900, kWall, 2 * half + 2);
  EXPECT_EQ(watch.offset_ms(0, 2 * half + 2), -900);
  EXPECT_FALSE(watch.offset_ms(0, 5 * half));
}

TEST(ClockWatch, a_node_whose_clock_is_wrong_says_so) {
  Cluster cluster(4, 1);
  cluster.clock_shifts_ms[4] = 60'000;
  telemetry::set_level(telemetry::Level::off);
  cluster.start_all();
  const auto offset = [&](std::size_t node) { return cluster.node(node).status().clock_offset_ms; };
  ASSERT_TRUE(eventually([&] { return offset(4) && offset(0); })) << cluster.text();
  telemetry::set_level(telemetry::Level::error);
  EXPECT_LT(*offset(4), -30'000);
  EXPECT_GT(*offset(4), -90'000);
  const auto says_so = [&](std::size_t node) {
    return std::ranges::any_of(cluster.node(node).handle(api::GetHealth{})->missing,
                               [](const std::string& one) { return one.contains("clock"); });
  };
  EXPECT_TRUE(says_so(4));
}

}  // namespace
}  // namespace aether::node

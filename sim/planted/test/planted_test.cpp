// Errors planted in the machine, each of which some seed finds. Those that no seed has found are in the README.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <ctime>
#include <iostream>

#include "aether/cluster/scenarios.hpp"
#include "planted.hpp"

namespace aether::consensus {

namespace {
std::atomic<Planted> planted_now{Planted::none};
}

Planted planted_error() { return planted_now; }

}  // namespace aether::consensus

namespace aether::sim {
namespace {

using consensus::Planted;

struct Plant {
  Planted error;
  std::string_view name;
  bool takes_long = false;  // more than some seconds
};

class Planting : public testing::TestWithParam<Plant> {
 protected:
  ~Planting() override { consensus::planted_now = Planted::none; }
};

std::clock_t cpu_minutes(int minutes) { return static_cast<std::clock_t>(60) * minutes * CLOCKS_PER_SEC; }

TEST_P(Planting, IsFound) {
  if (GetParam().takes_long && std::getenv("AETHER_LONG") == nullptr) GTEST_SKIP() << "only with --long";
  consensus::planted_now = GetParam().error;
  const std::clock_t end = std::clock() + cpu_minutes(3);
  Identities identities;
  std::optional<Violation> found;
  std::uint64_t seed = 0;
  while (!found && std::clock() < end) {
    ++seed;
    found = Cluster(draw_options(seed), identities).run().violation;
    if (!found) found = run_twins(seed, 4, 1, identities).violation;
    if (!found) found = run_twins(seed, 7, 2, identities).violation;
  }
  ASSERT_TRUE(found.has_value()) << seed << " seeds show nothing";
  std::cout << GetParam().name << ": seed " << seed << ", " << found->what << '\n';
}

INSTANTIATE_TEST_SUITE_P(All, Planting,
                         testing::Values(Plant{Planted::speak_before_persist, "speak_before_persist"},
                                         Plant{Planted::quorum_off_by_one, "quorum_off_by_one", true},
                                         Plant{Planted::drop_second_header, "drop_second_header", true},
                                         Plant{Planted::forget_proposal, "forget_proposal"},
                                         Plant{Planted::duplicate_signer, "duplicate_signer"},
                                         Plant{Planted::prevote_after_precommit, "prevote_after_precommit"},
                                         Plant{Planted::precommit_despite_prevote, "precommit_despite_prevote"},
                                         Plant{Planted::precommit_old_slot, "precommit_old_slot"},
                                         Plant{Planted::parent_without_certificate, "parent_without_certificate"},
                                         Plant{Planted::ignore_caught, "ignore_caught"}),
                         [](const auto& plant) { return std::string(plant.param.name); });

}  // namespace
}  // namespace aether::sim

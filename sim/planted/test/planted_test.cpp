// Errors planted in the machine, each of which a script, a seed or twins find.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <ctime>
#include <iostream>

#include "aether/base/planted.hpp"
#include "aether/cluster/scenarios.hpp"
#include "aether/cluster/scripts.hpp"
#include "aether/explore/explore.hpp"
#include "aether/replicas/suite.hpp"

namespace aether {

namespace {
std::atomic<Planted> planted_now{Planted::none};
}

Planted planted_error() { return planted_now; }

}  // namespace aether

namespace aether::sim {
namespace {

struct Plant {
  Planted error;
  std::string_view name;
  bool takes_long = false;  // more than some seconds
};

class Planting : public testing::TestWithParam<Plant> {
 protected:
  ~Planting() override { planted_now = Planted::none; }
};

std::clock_t cpu_minutes(int minutes) { return static_cast<std::clock_t>(60) * minutes * CLOCKS_PER_SEC; }

TEST_P(Planting, IsFound) {
  if (GetParam().takes_long && std::getenv("AETHER_LONG") == nullptr) GTEST_SKIP() << "only with --long";
  planted_now = GetParam().error;
  const std::clock_t end = std::clock() + cpu_minutes(3);
  Identities identities;
  for (const Script& script : scripts())
    if (const auto violation = script.run(identities); violation && !violation->what.starts_with("script: ")) {
      std::cout << GetParam().name << ": script " << script.name << ", " << violation->what << '\n';
      return;
    }
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
                                         Plant{Planted::foreign_certificate, "foreign_certificate"},
                                         Plant{Planted::forget_delay, "forget_delay"},
                                         Plant{Planted::drop_second_header, "drop_second_header", true},
                                         Plant{Planted::keep_certificate, "keep_certificate"},
                                         Plant{Planted::newest_slot_votes_only, "newest_slot_votes_only"},
                                         Plant{Planted::forget_proposal, "forget_proposal"},
                                         Plant{Planted::duplicate_signer, "duplicate_signer"},
                                         Plant{Planted::prevote_after_precommit, "prevote_after_precommit"},
                                         Plant{Planted::precommit_despite_prevote, "precommit_despite_prevote"},
                                         Plant{Planted::precommit_old_slot, "precommit_old_slot"},
                                         Plant{Planted::parent_without_certificate, "parent_without_certificate"},
                                         Plant{Planted::stale_final, "stale_final"},
                                         Plant{Planted::ignore_caught, "ignore_caught"},
                                         Plant{Planted::set_depends_on_branch, "set_depends_on_branch"},
                                         Plant{Planted::reuse_randomness, "reuse_randomness"},
                                         Plant{Planted::certificate_not_persisted, "certificate_not_persisted"},
                                         Plant{Planted::ignore_stale_record, "ignore_stale_record"},
                                         Plant{Planted::unverified_certificate, "unverified_certificate"},
                                         Plant{Planted::unchecked_roots, "unchecked_roots"},
                                         Plant{Planted::repeat_nothing, "repeat_nothing"},
                                         Plant{Planted::delta_stays, "delta_stays"}),
                         [](const auto& plant) { return std::string(plant.param.name); });

// In a network of whole nodes, one of which does nothing but what the error would let pass.
struct PlantInNetwork {
  Planted error;
  std::string_view name;
  Misdeed misdeed;
};

class PlantingInNetworks : public testing::TestWithParam<PlantInNetwork> {
 protected:
  ~PlantingInNetworks() override { planted_now = Planted::none; }
};

TEST_P(PlantingInNetworks, IsFound) {
  planted_now = GetParam().error;
  const std::clock_t end = std::clock() + cpu_minutes(3);
  std::optional<std::string> found;
  std::uint64_t seed = 0;
  while (!found && std::clock() < end) {
    ReplicaOptions options;
    options.seed = ++seed;
    options.crashes = options.partitions = false;
    options.time = 10 * kMillion;
    options.transaction_every_us = 100'000;
    options.faulty = {{seed % options.validators, Misdeeds().set(GetParam().misdeed)}};
    found = run_replicas(options).violation;
  }
  ASSERT_TRUE(found.has_value()) << seed << " seeds show nothing";
  std::cout << GetParam().name << ": seed " << seed << ", " << *found << '\n';
}

INSTANTIATE_TEST_SUITE_P(
    All, PlantingInNetworks,
    testing::Values(PlantInNetwork{Planted::whole_block_unchecked, "whole_block_unchecked", Misdeed::wrong_encoding},
                    PlantInNetwork{Planted::body_unchecked, "body_unchecked", Misdeed::wrong_transactions},
                    PlantInNetwork{Planted::evidence_unverified, "evidence_unverified", Misdeed::false_evidence},
                    PlantInNetwork{Planted::unchecked_roots, "unchecked_roots", Misdeed::wrong_state}),
    [](const auto& plant) { return std::string(plant.param.name); });

class Exploring : public testing::TestWithParam<std::pair<Planted, Bounds>> {
 protected:
  ~Exploring() override { planted_now = Planted::none; }
};

TEST_P(Exploring, IsFoundByTheExplorer) {
  planted_now = GetParam().first;
  const Explored explored = explore(GetParam().second);
  ASSERT_TRUE(explored.violation.has_value()) << explored.states << " states show nothing";
  std::cout << *explored.violation << ", after " << explored.states << " states, by\n";
  for (const std::string& step : explored.path) std::cout << "  " << step << '\n';
}

INSTANTIATE_TEST_SUITE_P(All, Exploring,
                         testing::Values(std::pair{Planted::precommit_despite_prevote, Bounds{.spoken = 2}},
                                         std::pair{Planted::parent_without_certificate, Bounds{.spoken = 1}},
                                         std::pair{Planted::forget_proposal, Bounds{.crashes = 1}}));

}  // namespace
}  // namespace aether::sim

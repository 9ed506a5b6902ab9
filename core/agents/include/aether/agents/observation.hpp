// What an agent sees of the chain, and who it is. The host polls the chain and hands an Observation to step().
//
// The host reads the tip's slot first and everything else afterwards, so that each object is at least as new as `slot`;
// newer is harmless. A step is made of a whole observation or not at all: where a read failed, the host waits.
#pragma once

#include <span>

#include "aether/params/chain_params.hpp"
#include "aether/programs/objects.hpp"

namespace aether::agents {

struct Identity {
  explicit Identity(const crypto::PublicKey& own) : key(own), address(address_of(own)) {}
  crypto::PublicKey key;
  Address address;
};

// A model whose weights the host has loaded and hashed.
struct HeldModel {
  explicit HeldModel(programs::ModelFacts held) : id(programs::model_id(held)), facts(std::move(held)) {}
  Hash id;
  programs::ModelFacts facts;
};
[[nodiscard]] const HeldModel* find_model(std::span<const HeldModel> models, const Hash& id);

struct JobView {
  Hash id;
  programs::JobObject object;
};

struct Observation {
  ChainId chain_id;
  Slot slot;  // of the tip: what is sent now stands in the next slot at the earliest
  JobParams params;
  Balance balance;  // of the agent's account
  // Every living job, and the closed form of those that the agent tracks. A job that is missing counts as closed.
  std::span<const JobView> jobs;
};

// Whether `slots` have gone by since `from`.
[[nodiscard]] constexpr bool passed(Slot from, std::uint64_t slots, Slot now) {
  return now >= from && now.raw() - from.raw() >= slots;
}

}  // namespace aether::agents

// Machines in virtual time with a network between them and nothing else: disks, builders and executions answer at once.
// No faults and no checks, which are sim/cluster's business; what it takes is the machines' and little more.
#pragma once

#include "aether/cluster/ideal_keys.hpp"
#include "aether/consensus/consensus.hpp"
#include "aether/world/event_queue.hpp"
#include "aether/world/random.hpp"

namespace aether::bench {

struct Options {
  std::size_t validators = 4;
  bool real_keys = false;
  sim::Micros latency_us = 50'000;  // one way, …
  sim::Micros jitter_us = 10'000;   // … each time ± this
};

// The validators of a chain and what their machines begin from.
class Chain {
 public:
  explicit Chain(const Options& options);

  [[nodiscard]] const Options& options() const { return options_; }
  [[nodiscard]] const ValidatorSet& set() const { return *epoch_.validators; }
  // `messages` outlives them; those of one node share it.
  [[nodiscard]] std::unique_ptr<consensus::Authenticator> authenticator(VoteMessages& messages);
  // Of a validator by its place in the set. It keeps its secrets.
  [[nodiscard]] std::unique_ptr<consensus::Signer> signer(std::size_t validator, VoteMessages& messages) const;
  [[nodiscard]] consensus::Consensus machine(consensus::Authenticator& authenticator, consensus::Signer& signer) const;

 private:
  Options options_;
  sim::IdealKeys ideal_{1};
  SerialPool pool_;
  std::vector<std::uint32_t> numbers_;  // the identity of each place in the set
  consensus::Epoch epoch_;
};

// One call of a machine.
struct Step {
  consensus::Event event;
  consensus::Now now;
};
// All that was asked of one validator's machine in a run, after its start at `began`.
struct Recording {
  consensus::Now began;
  std::vector<Step> steps;
  Slot final_slot;
  Hash final_block;
};

class Network {
 public:
  // Starts the machines.
  explicit Network(Chain& chain);

  // Until all have finalized `slots` slots.
  void run(std::uint64_t slots);
  // The same, of a network that did not run yet, and what the first machine was asked.
  [[nodiscard]] Recording record(std::uint64_t slots);

  [[nodiscard]] std::uint64_t final_slots() const;  // at every machine
  [[nodiscard]] sim::Micros now() const { return now_us_; }

 private:
  struct Delivery {
    std::size_t to = 0;
    std::shared_ptr<const consensus::Event> event;  // none: the timer that was armed
  };

  void carry_out(std::size_t from, const std::vector<consensus::Effect>& effects);
  void answer(std::size_t from, consensus::Event event);
  void broadcast(std::size_t from, const consensus::Message& message);
  void arm(std::size_t node);
  void step(std::size_t node, const consensus::Event& event);
  [[nodiscard]] consensus::Now clock() const;

  Chain& chain_;
  sim::Random random_{11};
  std::vector<VoteMessages> messages_;  // of each node
  std::vector<std::unique_ptr<consensus::Authenticator>> authenticators_;
  std::vector<std::unique_ptr<consensus::Signer>> signers_;
  std::vector<consensus::Consensus> machines_;
  std::vector<sim::Micros> armed_;  // for when; 0: not
  sim::EventQueue<Delivery> queue_;
  sim::Micros now_us_ = 1;
  Recording* recording_ = nullptr;
};

}  // namespace aether::bench

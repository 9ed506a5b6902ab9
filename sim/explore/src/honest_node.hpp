// An honest node as a value: a machine and its host, whose answers come at once. What it does is judged as it is done.
#pragma once

#include <map>
#include <set>

#include "crew.hpp"

namespace aether::sim {

// All headers that were ever made, whatever the way to them.
using Headers = std::map<Hash, Header>;

class HonestNode {
 public:
  struct Said {  // in a slot, by durable records
    std::set<Hash> prevotes;
    std::optional<Hash> precommit, proposal;
  };

  HonestNode(Crew& crew, std::size_t number);

  // What it says. `shown`: the blocks that it can get from others.
  using Messages = std::vector<consensus::Message>;
  [[nodiscard]] Messages start(const Headers& shown);
  [[nodiscard]] Messages hear(ValidatorIndex from, const consensus::Message& message, const Headers& shown);
  [[nodiscard]] Messages wait(const Headers& shown);  // until a proposer's delay is over
  [[nodiscard]] Messages restart(const Headers& shown);
  // How long; none where it waits for no proposer.
  [[nodiscard]] std::optional<std::uint64_t> wait_us() const;

  [[nodiscard]] const consensus::Consensus& machine() const { return machine_; }
  [[nodiscard]] const Hash& digest() const { return digest_; }
  [[nodiscard]] const std::vector<Hash>& chain() const { return chain_; }  // final, from slot 1
  [[nodiscard]] bool has_accused() const { return !accused_.empty(); }
  [[nodiscard]] const std::optional<std::string>& violation() const { return violation_; }

 private:
  void carry_out(std::vector<consensus::Effect> effects, const Headers& shown, Messages& said);
  void on(const consensus::Effect& effect, const Headers& shown, Messages& said,
          std::vector<consensus::Event>& answers);
  void persisted(const consensus::SafetyRecord& record);
  void check_said(const consensus::Message& message);
  void check_evidence(const Evidence& evidence);
  void check_completeness(Slot slot);
  void fail(std::string what);
  void refresh();
  void sum_up();

  Crew* crew_;
  std::size_t number_;
  consensus::Consensus machine_;
  consensus::Now now_{1'000'000, 1'700'000'000'000};
  std::uint64_t slot_started_us_ = 0;
  consensus::SafetyRecord durable_;
  std::vector<Hash> stored_;  // blocks whose data is held, as they came
  consensus::Anchor anchor_;
  std::vector<Hash> chain_;
  std::map<Slot, Said> said_;
  std::vector<consensus::Message> of_faulty_;   // headers and votes that it heard, and that had an effect
  std::set<std::pair<Slot, Offence>> accused_;  // of the faulty validator
  Hash machine_digest_, digest_;
  std::optional<std::string> violation_;
};

}  // namespace aether::sim

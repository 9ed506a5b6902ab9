// What must hold in every run, judged from outside of the nodes. The first violation ends the run.
//
// - agreement: two honest nodes never finalize different blocks in a slot, and each final block extends the one before
// - outcome: equal slots have equal state roots
// - header: each final header holds by itself: seal, place in the order, roots, C1 of its parent, what it names as
// final
// - certificate: what honest nodes send and finalize was signed by a quorum, as the table of signatures says
// - double vote: durable records of an honest validator never hold a pair that convicts
// - persistence: what an honest node says was in its durable record before
// - monotone: the record never goes back over a crash
// - once: no transaction is applied twice
// - evidence: it holds, and never names an honest validator
// - blame: no honest node blames another
// - memory: what a machine keeps is within its bound
// - alarm: no honest machine stops
// - liveness: after the faults end all honest nodes finalize new slots (judged by Cluster)
#pragma once

#include <set>

#include "aether/cluster/packet.hpp"
#include "aether/world/event_queue.hpp"

namespace aether::sim {

struct Violation {
  std::string what;  // "agreement: …"
  NodeIndex node = 0;
  Micros at = 0;
};

class Checker {
 public:
  Checker(consensus::Authenticator& authenticator, EpochPlan& plan) : authenticator_(authenticator), plan_(plan) {}

  // Who is who. A validator is faulty if any of its nodes is.
  void add_node(NodeIndex node, const Address& address, bool faulty);
  void set_genesis(const Hash& block, const State& state);
  // In a scenario beyond the assumption nothing is a violation but false evidence.
  void expect_failure() { expects_failure_ = true; }

  void signed_vote(const Address& signer, const VoteBody& body);
  void sent(NodeIndex node, const consensus::Message& message);
  void durable(NodeIndex node, const consensus::SafetyRecord& record);
  void restarted(NodeIndex node, const consensus::SafetyRecord& record);
  void finalized(NodeIndex node, const StoredBlock& block, const State& state);
  void finalized_by(NodeIndex node, const PrecommitCertificate& certificate);
  void accused(NodeIndex node, const Evidence& evidence);
  void alarmed(NodeIndex node, const consensus::Alarm& alarm);
  void blamed(NodeIndex node, const consensus::Blame& blame);
  void kept(NodeIndex node, const consensus::Consensus& machine);
  // The node's record was replaced by an older one.
  void went_back(NodeIndex node, const consensus::SafetyRecord& record);
  void fail(NodeIndex node, std::string what);

  Micros now = 0;
  [[nodiscard]] const std::optional<Violation>& violation() const { return violation_; }
  [[nodiscard]] bool disagreed() const { return disagreed_; }
  [[nodiscard]] Slot final_slot() const { return Slot{chain_.empty() ? 0 : chain_.rbegin()->first}; }
  // The block that is final in a slot; null where none is.
  [[nodiscard]] const Hash* final_at(Slot slot) const;
  // Who was named by evidence, and for what.
  [[nodiscard]] const std::set<std::pair<Address, Offence>>& convicted() const { return convicted_; }
  [[nodiscard]] bool names_a_third() const;
  // Whether honest validators of a quorum precommitted one block of the slot, those of `except` not counted: then it
  // must become final.
  [[nodiscard]] bool is_settled(Slot slot, const std::optional<Address>& except) const;
  [[nodiscard]] const ValidatorSet* set_at(Slot slot) const;
  [[nodiscard]] std::uint64_t evidence_count() const { return evidence_count_; }

 private:
  struct Known {
    Address address;
    bool faulty = false;
  };
  struct Said {  // by a validator, in a slot
    std::set<Hash> prevotes;
    std::optional<Hash> precommit;
  };
  struct Spoken {  // what a validator's durable records hold
    std::map<Slot, Said> votes;
    std::map<Slot, Hash> proposals;
    Slot newest;
  };
  struct Final {
    Hash block, root;
  };

  template <VoteKind kKind>
  void check_certificate(NodeIndex node, const Certificate<kKind>& certificate);
  [[nodiscard]] std::optional<std::string_view> broken_rule(const Header& header, const Final& parent);
  [[nodiscard]] bool holds(const VoteStatement& statement, const ValidatorSet& set);
  [[nodiscard]] std::vector<ValidatorIndex> offenders(const Evidence& evidence, const ValidatorSet& set);

  consensus::Authenticator& authenticator_;
  EpochPlan& plan_;
  std::map<NodeIndex, Known> nodes_;
  std::set<Address> faulty_;
  std::map<Address, Spoken> spoken_;
  std::map<std::pair<Slot, std::pair<VoteKind, Hash>>, std::set<Address>> signatures_;
  std::map<std::uint64_t, consensus::Epoch> epochs_;
  std::map<std::uint64_t, Final> chain_;  // by slot
  std::set<TransactionNumber> applied_;
  std::set<std::pair<Address, Offence>> convicted_;
  std::set<Hash> judged_;  // evidence
  std::uint64_t evidence_count_ = 0;
  bool expects_failure_ = false;
  bool disagreed_ = false;
  std::optional<Violation> violation_;
};

}  // namespace aether::sim

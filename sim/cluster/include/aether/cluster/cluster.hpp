// A cluster in virtual time: nodes, the network between them, and the faults of one run. A pure function of its
// options: equal options give equal traces.
#pragma once

#include "aether/cluster/adversary.hpp"
#include "aether/cluster/consequences.hpp"
#include "aether/cluster/ideal_keys.hpp"
#include "aether/world/network.hpp"
#include "aether/world/trace.hpp"

namespace aether::sim {

// What a run showed. Times in µs of virtual time.
struct Report {
  std::optional<Violation> violation;
  std::uint64_t trace = 0;
  std::uint64_t events = 0;
  Micros time = 0;
  std::uint64_t slots = 0;      // final in the end
  std::uint64_t finalized = 0;  // blocks, at honest nodes
  std::uint64_t directly = 0;   // … by a C2 of their own slot
  std::uint64_t evidence = 0;
  bool stopped_at_epoch = false;  // nothing of an epoch's last third became final: the chain says so and waits
  std::size_t calm_phases = 0;
  Micros recovery_max = 0;  // from the end of all faults until every honest node finalized new slots
  FaultCounts faults;
  SituationCounts situations;
  std::vector<std::uint32_t> finality;    // from an honest proposal to its finality, at each honest node
  std::vector<std::uint32_t> slot_times;  // between starts of slots, at honest nodes
};

class Cluster final : public Surroundings {
 public:
  Cluster(const Options& options, Identities& identities);
  ~Cluster() override;

  // The whole run: chaos and calm in turn.
  [[nodiscard]] Report run();

  // --- for scripted scenarios
  void start();
  void run_until(Micros until);  // or to the first violation
  void at(Micros when, std::function<void()> action);
  void crash(NodeIndex node);
  void boot(NodeIndex node);
  void pause(NodeIndex node);
  void resume(NodeIndex node);
  void calm();
  // Sees each packet before it is sent; false drops it.
  std::function<bool(NodeIndex from, NodeIndex to, const Packet& packet)> filter;
  // Sees each effect.
  std::function<void(const Node& node, const consensus::Effect& effect)> on_effect;
  [[nodiscard]] Node& node(NodeIndex index) { return *nodes_[index]; }
  [[nodiscard]] Network& network() { return network_; }
  [[nodiscard]] Checker& checker() { return checker_; }
  [[nodiscard]] EpochPlan& plan() { return plan_; }
  [[nodiscard]] bool is_faulty(NodeIndex node) const { return adversaries_[node] != nullptr; }
  [[nodiscard]] Slot lowest_final() const;  // of the honest nodes that are up
  [[nodiscard]] Slot highest_final() const;
  [[nodiscard]] Slot highest_slot() const;
  [[nodiscard]] Report report() const;
  void deliver(NodeIndex from, NodeIndex to, Micros at, const PacketPointer& packet);

  // --- Surroundings
  void broadcast(Node& from, const PacketPointer& packet) override;
  void propose(Node& from, const PacketPointer& header, const PacketPointer& block) override;
  void send(NodeIndex from, NodeIndex to, const PacketPointer& packet) override;
  void schedule(NodeIndex node, Micros at, NodeEvent event) override;
  void saw(const Node& node, const consensus::Effect& effect) override;
  void withheld(FaultKind way, NodeIndex from_whom, const Packet& packet) override;
  [[nodiscard]] Micros now() const override { return now_; }
  [[nodiscard]] std::size_t size() const override { return nodes_.size(); }

 private:
  class SignatureTable;  // a signer that tells the checker

  struct Delivery {
    NodeIndex from = 0, to = 0;
    PacketPointer packet;
    bool is_copy = false, was_reordered = false, was_clogged = false, was_queued = false;
    bool was_in_time = false;  // queued, and of a slot that its receiver had not left when it was sent
  };
  struct Sending {  // by an adversary, later
    NodeIndex from = 0, to = 0;
    PacketPointer packet;
  };
  struct ForNode {
    NodeIndex node = 0;
    NodeEvent event;
  };
  using Happening = std::variant<Delivery, Sending, ForNode, std::function<void()>>;

  [[nodiscard]] std::vector<Member> members(std::uint64_t epoch, const Hash& seed) const;
  void make_nodes(Identities& identities);
  void set_latencies();
  void happen(Happening happening);
  void arrive(const Delivery& delivery);
  void note_fate(const Delivery& delivery);
  void note_claim(NodeIndex from, NodeIndex to, const Claim& claim);
  struct PlayedClaim {
    FaultKind kind = FaultKind::late_claims;
    std::set<NodeIndex> in_time;  // honest nodes that had it when they started its slot
    bool differs = false;
  };
  void judge_claim(Slot slot, PlayedClaim& played);
  void note_consequences(const Node& node, const consensus::Effect& effect);
  void note_situation(const Node& node, const consensus::Effect& effect);
  [[nodiscard]] bool is_open(NodeIndex node, Slot slot) const;

  // chaos.cpp
  void begin_chaos();
  void trouble();
  void cut(FaultKind kind, NodeIndex from, NodeIndex to);
  void cut_in_two();
  void cut_one_way();
  void crash_one();
  void fail_power();
  void crash_with_counts(NodeIndex node);
  void pause_one();
  void step_clock();
  [[nodiscard]] bool calms_down();
  [[nodiscard]] Micros patience() const;
  [[nodiscard]] NetworkOptions trouble_of_network();

  Options options_;
  Random random_;
  IdealKeys ideal_;
  SerialPool pool_;
  VoteMessages messages_;               // hashed once for all nodes
  std::vector<std::uint32_t> numbers_;  // the identity of each node; twins share one
  std::vector<bool> is_capped_;         // identities whose weight stays below a third together
  std::optional<NodeIndex> forgetful_;  // may lose its record
  std::unique_ptr<consensus::Authenticator> authenticator_;
  std::vector<std::unique_ptr<ValidatorSecrets>> secrets_;
  std::vector<std::unique_ptr<consensus::Signer>> signers_;
  EpochPlan plan_;
  Checker checker_;
  Network network_;
  std::vector<std::unique_ptr<Adversary>> adversaries_;
  std::vector<std::unique_ptr<Node>> nodes_;
  EventQueue<Happening> queue_;
  std::vector<std::optional<std::vector<Happening>>> held_;  // of nodes that are paused
  Micros now_ = 0;
  bool is_chaos_ = false;
  Trace trace_;
  std::uint64_t effects_ = 0;  // of all machines
  Report report_;
  Consequences consequences_{report_.faults};
  bool withholds_votes_ = false;     // some faulty validator
  std::vector<FaultKind> cut_by_;    // of each link, as in Network
  std::map<Hash, Micros> proposed_;  // by honest nodes
  std::vector<Micros> slot_started_;
  std::vector<Slot> slot_of_;  // that each node started last
  std::map<std::pair<Slot, NodeIndex>, PlayedClaim> played_;
  std::map<Slot, std::set<Hash>> certified_;
};

}  // namespace aether::sim

// A node of a cluster: a consensus machine, its disk, its clocks, a stand-in for the ledger, and the requests that
// bring missing blocks. A crash leaves what was synced; a restart begins from it.
#pragma once

#include "aether/cluster/checker.hpp"
#include "aether/cluster/options.hpp"
#include "aether/world/clock.hpp"
#include "aether/world/disk.hpp"

namespace aether::sim {

class Node;

// What happens to a node later.
struct NodeEvent {
  struct Wake {
    Micros at = 0;
  };
  struct RecordSynced {
    std::uint64_t sequence = 0;
  };
  struct FinalSynced {};
  struct BlockStored {
    BlockPointer block;
  };
  struct BlocksFound {  // in the own store
    std::vector<BlockPointer> blocks;
  };
  struct BlockBuilt {
    consensus::Built built;
    Contents contents;
  };
  struct BlockWanted {
    Hash block;
    unsigned tries = 0;
  };

  std::uint64_t life = 0;  // the node's, when it was asked for; of an earlier life it is void
  std::variant<Wake, RecordSynced, FinalSynced, BlockStored, BlocksFound, BlockBuilt, BlockWanted, consensus::Event>
      what;
};

// What a node needs from the world around it.
class Surroundings {
 public:
  virtual ~Surroundings() = default;
  virtual void broadcast(Node& from, const PacketPointer& packet) = 0;
  // The own proposal for the first time: its header alone, or with its data.
  virtual void propose(Node& from, const PacketPointer& header, const PacketPointer& block) = 0;
  virtual void send(NodeIndex from, NodeIndex to, const PacketPointer& packet) = 0;
  virtual void schedule(NodeIndex node, Micros at, NodeEvent event) = 0;
  virtual void saw(const Node& node, const consensus::Effect& effect) = 0;
  // A faulty validator does not send this to the node, though its machine says so.
  virtual void withheld(FaultKind way, NodeIndex from_whom, const Packet& packet) = 0;
  [[nodiscard]] virtual Micros now() const = 0;
  [[nodiscard]] virtual std::size_t size() const = 0;
};

struct NodeContext {
  Options options;
  Surroundings& world;
  EpochPlan& plan;
  Checker& checker;
  consensus::Authenticator& authenticator;
  consensus::Signer& signer;
};

class Node {
 public:
  struct Final {
    Hash block;
    Slot slot = {};
    std::uint64_t time_ms = 0;
    State state = {};
    std::optional<PrecommitCertificate> certificate = {};
    Slot named = {};  // final, by the block's header
  };
  struct Backup {
    consensus::SafetyRecord record;
    Final final;
  };

  Node(NodeIndex index, const NodeContext& context, NodeClock clock, Random random, const Hash& genesis);

  void boot();
  [[nodiscard]] DurableFile<consensus::SafetyRecord>::Crash crash(bool may_lose, bool may_tear);
  void lose_record() { record_.lose(); }
  // While it is down: the disk as it was some time ago, record included, which nobody should do.
  [[nodiscard]] Backup backup() const { return {*record_.content(), *finals_.content()}; }
  void restore(const Backup& older);

  void receive(NodeIndex from, const Packet& packet);
  void handle(NodeEvent event);
  // Goes on from a final block that it was given with its state, as those who were away too long must.
  void adopt(const Final& final);
  void execute_slowly(std::uint64_t factor) { slowness_ = factor; }
  [[nodiscard]] std::uint64_t slowness() const { return slowness_; }

  [[nodiscard]] NodeIndex index() const { return index_; }
  [[nodiscard]] bool is_up() const { return machine_.has_value(); }
  [[nodiscard]] const consensus::Consensus& machine() const { return *machine_; }
  [[nodiscard]] NodeClock& clock() { return clock_; }
  [[nodiscard]] const Address& address() const { return address_; }
  [[nodiscard]] consensus::Signer& signer() const { return context_.signer; }
  [[nodiscard]] Slot final_slot() const { return final_.slot; }
  [[nodiscard]] const Final& final() const { return final_; }
  [[nodiscard]] const consensus::Epoch* epoch_of(Slot slot) const;
  [[nodiscard]] BlockPointer stored(const Hash& block) const;
  [[nodiscard]] const DurableFile<consensus::SafetyRecord>& record() const { return record_; }
  [[nodiscard]] bool has_voted_in_open_slot() const;

 private:
  void step(const consensus::Event& event);
  void carry_out(std::vector<consensus::Effect> effects);
  void arm();
  void later(Micros delay, decltype(NodeEvent::what) what);
  [[nodiscard]] consensus::Now clocks() const;
  [[nodiscard]] const State* state_of(const Hash& block) const;
  void hand_in_stored();
  [[nodiscard]] consensus::Anchor anchor_of(const Final& final) const;

  void on(const consensus::Broadcast& effect);
  void on(const consensus::Persist& effect);
  void on(const consensus::Build& effect);
  void on(const consensus::Validate& effect);
  void on(const consensus::Execute& effect);
  void on(const consensus::Fetch& effect);
  void on(const consensus::Finalize& effect);
  void on(const consensus::Forget& effect);
  void on(const consensus::Accuse& effect);
  void on(const consensus::Alarm& effect);
  void on(const consensus::Blame& effect);
  void on(const consensus::SlotStarted&);

  void header_came(NodeIndex from, const Hash& hash);
  void blocks_came(NodeIndex from, const Blocks& blocks);
  void serve(NodeIndex to, const BlockRequest& request);
  void serve(NodeIndex to, const FinalRequest& request);
  void catch_up(NodeIndex from, Slot seen);
  void tell_data_held(const Hash& hash);
  [[nodiscard]] BlockPointer adopt_own(const Hash& hash);
  [[nodiscard]] NodeIndex random_peer();
  [[nodiscard]] std::vector<BlockPointer> branch(const Hash& block, Slot above) const;

  NodeIndex index_;
  NodeContext context_;
  NodeClock clock_;
  Random random_;
  Address address_;
  std::uint64_t life_ = 0;
  std::uint64_t slowness_ = 1;

  // durable
  DurableFile<consensus::SafetyRecord> record_;
  DurableFile<Final> finals_;
  std::map<Hash, BlockPointer> store_;
  std::map<Slot, Hash> chain_;  // final blocks, as far as they are known

  // lost in a crash
  std::optional<consensus::Consensus> machine_;
  Final final_;
  std::map<Hash, State> overlays_;
  std::map<Hash, BlockPointer> own_;  // proposals that did not leave yet; but for that of the durable record
  std::set<Hash> told_;               // of which the machine knows that the data is held
  std::map<Hash, NodeIndex> wanted_;
  std::vector<NodeEvent::BlockBuilt> built_;
  std::optional<Hash> pushed_;  // the newest own proposal whose data went out
  std::vector<Evidence> evidence_;
  Micros synced_at_ = 0, stored_at_ = 0;
  std::optional<Micros> armed_at_;
  std::uint64_t armed_for_us_ = 0;  // on the steady clock
  Micros caught_up_at_ = 0;
};

}  // namespace aether::sim

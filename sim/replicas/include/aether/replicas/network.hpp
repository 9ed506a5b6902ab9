// A simulated network of whole replicas with the real ledger, under load and under faults. A pure function of its
// options: equal options give equal traces.
#pragma once

#include "aether/cluster/identities.hpp"
#include "aether/replicas/liar.hpp"
#include "aether/replicas/witness.hpp"
#include "aether/world/network.hpp"
#include "aether/world/trace.hpp"

namespace aether::sim {

struct ReplicaOptions {
  std::uint64_t seed = 1;
  std::size_t validators = 4;
  std::size_t followers = 0;  // nodes that are none
  Micros time = 60'000'000;   // under faults, before the calm
  Micros latency_us = 20'000;
  Micros jitter_us = 5'000;
  std::uint64_t slot_ms = 200;
  std::uint64_t delta_us_min = 60'000;
  std::uint64_t epoch_slots = 30;
  Micros transaction_every_us = 20'000;
  NetworkOptions trouble = {};
  // Whether these happen.
  bool crashes = true;
  bool partitions = true;
  bool only_shreds = false;                        // blocks go as shreds, however small they are
  bool prunes = false;                             // nodes keep blocks only from their older snapshot on
  std::uint64_t snapshot_slots = 20'000;           // sync::SyncParams
  std::map<std::size_t, SnapshotLiar> liars = {};  // nodes whose answers about snapshots are altered
  std::map<std::size_t, Misdeeds> faulty = {};     // validators, of less than a third of the weight, and what they do
};

struct ReplicaReport {
  std::optional<std::string> violation;
  std::uint64_t trace = 0;
  std::uint64_t events = 0;
  Micros time = 0;
  Slot final_slot;                 // in the end, of all
  Hash state_root;                 // likewise
  std::uint64_t transactions = 0;  // sent, and final in the end
  std::uint64_t crashes = 0, partitions = 0;
  std::uint64_t restored = 0;  // how often a node went on from a snapshot
  std::uint64_t blames = 0;    // of liars
  MisdeedCounts misdeeds;
  std::uint64_t convictions = 0;  // by evidence in final blocks
};

class ReplicaNetwork final : public ReplicaWorld {
 public:
  explicit ReplicaNetwork(const ReplicaOptions& options);
  ~ReplicaNetwork() override;

  // Faults and load for options.time, then calm until every transaction is final everywhere.
  [[nodiscard]] ReplicaReport run();

  // --- for scripted scenarios
  void start();
  void run_until(Micros until);
  // Runs until `done`, or until `latest`: whether it was done.
  [[nodiscard]] bool run_until(Micros latest, const std::function<bool()>& done);
  void crash(std::size_t node);
  void boot(std::size_t node);
  // Whether nodes on different sides hear each other: side[i] of node i.
  void partition(const std::vector<int>& side);
  void calm();
  void disturb();                        // the faults of the options from now on, until the calm
  [[nodiscard]] ReplicaReport finish();  // calm, until every transaction is final everywhere
  void load();                           // transactions from now on, until the calm
  void send_transaction();
  [[nodiscard]] std::uint64_t sent() const { return transactions_.size(); }
  [[nodiscard]] ReplicaNode& node(std::size_t index) { return *nodes_[index]; }
  [[nodiscard]] Slot lowest_final() const;  // of those that are up
  [[nodiscard]] Slot highest_final() const;
  [[nodiscard]] bool all_final() const;  // every transaction, at every node
  [[nodiscard]] const ReplicaReport& report() const { return report_; }
  // Sees each message before it is sent; false drops it.
  std::function<bool(std::size_t from, std::size_t to, const replica::NetMessage& message)> filter;

  // --- ReplicaWorld
  void broadcast(std::size_t from, const MessagePointer& message) override;
  void send(std::size_t from, std::size_t to, const MessagePointer& message) override;
  void later(std::size_t node, Micros at, std::function<void()> what) override;
  void committed(std::size_t node, const CommittedBlock& block, std::span<const Receipt> receipts) override;
  void restored(std::size_t node, const CommittedBlock& block) override;
  void alarmed(std::size_t node, const replica::Alarm& alarm) override;
  void blamed(std::size_t node, const replica::Blame& blame) override;
  [[nodiscard]] Micros now() const override { return now_; }
  [[nodiscard]] std::size_t size() const override { return nodes_.size(); }

 private:
  struct Client {
    crypto::Seed seed;
    std::uint64_t nonce = 0;
    std::size_t open = 0;  // transactions that are not final everywhere
  };
  struct Pending {
    Transaction transaction;
    std::size_t client = 0;
    std::vector<bool> final;   // at each node
    std::optional<Slot> slot;  // of its block
  };
  struct Expected {  // of a slot, by the first node that committed it
    Hash block;
    Hash state_root;
  };

  void violate(std::string what);
  void now_final(Pending& pending, std::size_t node);
  void transmit(std::size_t from, std::size_t to, const MessagePointer& message, std::optional<Misdeed> misdeed);
  void deliver(std::size_t from, std::size_t to, Micros at, const MessagePointer& message,
               std::optional<Misdeed> misdeed);
  void receive(std::size_t from, std::size_t to, const MessagePointer& message, std::optional<Misdeed> misdeed);
  void make_faulty(std::size_t node, Misdeeds ways);
  void check_memory(std::size_t node);
  [[nodiscard]] bool is_faulty(std::size_t node) const { return faulty_.contains(node); }

  ReplicaOptions options_;
  Random random_;
  Identities identities_;
  SerialPool pool_;
  VoteMessages messages_;
  std::unique_ptr<consensus::Authenticator> authenticator_;
  Genesis genesis_;
  std::vector<std::unique_ptr<ValidatorSecrets>> secrets_;
  std::vector<std::unique_ptr<consensus::Signer>> signers_;
  std::vector<std::unique_ptr<ReplicaNode>> nodes_;
  std::map<std::size_t, FaultyValidator> faulty_;
  std::optional<Witness> witness_;
  Network network_;
  EventQueue<std::function<void()>> queue_;
  Trace trace_;
  Micros now_ = 0;
  std::vector<Client> clients_;
  std::map<Hash, Pending> transactions_;
  std::map<Slot, Expected> chain_;
  ReplicaReport report_;
  bool calm_ = false;
};

}  // namespace aether::sim

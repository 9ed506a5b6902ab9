// The threads of a node: see node.hpp.
#pragma once

#include <atomic>
#include <future>
#include <set>

#include "aether/consensus/authenticator.hpp"
#include "aether/node/node.hpp"
#include "clock_watch.hpp"
#include "gossip.hpp"
#include "inbox.hpp"
#include "keystore_signer.hpp"
#include "log_writer.hpp"
#include "snapshots.hpp"
#include "worker.hpp"

namespace aether::node {

class Node::Engine final : public transport::Handler, public LogWriter::Listener, public Snapshots::Listener {
 public:
  Engine(chain::Chain& chain, std::unique_ptr<KeptSnapshots> kept, Options options, TaskPool& pool,
         const env::Clock& clock);
  ~Engine() override { stop(); }
  Result<void, std::string> start();
  void stop();

  [[nodiscard]] Status status() const;
  [[nodiscard]] const telemetry::DurationHistogram& log_syncs() const { return log_.syncs(); }
  [[nodiscard]] const query::RecentTransactions& taken() const { return taken_; }
  [[nodiscard]] const transport::Network& network() const { return *network_; }
  [[nodiscard]] std::optional<api::GetPeersAnswer> peers() const;  // without a block; none: the node has stopped

  // Of this node's users: what the mempool says of each; none: the node stops, or has too much to do.
  using Verdict = Result<void, mempool::Refusal>;
  [[nodiscard]] std::optional<std::vector<Verdict>> submit(std::vector<IdentifiedTransaction> transactions);
  // KeystoreSigner's; none: the node stops, or only follows.
  [[nodiscard]] std::optional<keystore::Outcome<Registration>> prepare_kes(const crypto::KesPublicKey& registered);
  // Calls `question` on the machine's thread; false when the node stops first.
  [[nodiscard]] bool ask(const std::function<void(const replica::Replica&)>& question) const;

 private:
  // --- network's thread
  void connected(transport::PeerId peer, const crypto::PublicKey& node_key, std::string_view address) override;
  void gone(transport::PeerId peer) override;
  void received(transport::PeerId from, transport::Lane lane, Bytes message, transport::Credit credit) override;
  void gossip(transport::PeerId from, transport::Topic topic, transport::MessageId id, Bytes message) override;
  // --- safety log's thread
  void persisted(std::uint64_t sequence) override { answer(replica::Persisted{sequence}); }
  void failed(const std::string& why) override { fail_with(why); }
  // --- threads of snapshots
  void answered(replica::PeerId to, const replica::NetMessage& message) override;
  void chunk_stored(const Hash& snapshot, std::uint32_t index) override {
    answer(replica::ChunkStored{snapshot, index});
  }
  void restored(const Hash& snapshot, std::shared_ptr<chain::Restore> restore) override {
    inbox_.put(Urgency::answers, {RestoreDone{snapshot, std::move(restore)}});
  }
  void snapshots_failed(const std::string& why) override { fail_with(why); }

  // --- the machine's thread
  void run(replica::Stored stored, std::optional<replica::Restoring> restoring);
  replica::Stored make_replica();
  void go_on_from(RestoreDone& done);
  void step(replica::Event event);
  void handle(Item& item);
  std::uint64_t new_ticket(const Hash& block) { return tickets_[block] = ++last_ticket_; }
  void carry_out(std::vector<replica::Effect> effects);
  void post_to_all(const replica::MessagePointer& message);
  [[nodiscard]] bool is_awaited(const replica::NetMessage& message) const;
  void on(replica::Send& effect);
  void on(replica::Broadcast& effect);
  void on(replica::Gossip& effect);
  void on(replica::Persist& effect);
  void on(replica::StoreBlock& effect);
  void on(replica::DropBlock& effect);
  void on(replica::StoreEvidence& effect);
  void on(const replica::DropEvidence& effect);
  void work_on(const Block& block, std::function<void(const replica::Workers&)> work);
  void on(replica::Judge& effect);
  void on(replica::Execute& effect);
  void on(replica::Commit& effect);
  void on(replica::ServeChain& effect);
  void on(replica::VerifySignatures& effect);
  void on(const replica::ServeSnapshot& effect) { snapshots_.on(effect); }
  void on(const replica::OfferSnapshot& effect) { snapshots_.on(effect); }
  void on(const replica::KeepEpoch& effect) { snapshots_.on(effect); }
  void on(const replica::BeginRestore& effect) { snapshots_.on(effect); }
  void on(const replica::StoreChunk& effect) { snapshots_.on(effect); }
  void on(const replica::AbandonRestore& effect);
  void on(const replica::Restored& effect);
  void on(const replica::CheckpointNeeded& effect);
  void on(const replica::Admitted& effect);
  void on(const replica::Refused& effect);
  void on(const replica::Blame& effect);
  void on(const replica::Alarm& effect);
  void on(const replica::SlotStarted& effect);
  void feed_users();
  [[nodiscard]] bool may_feed_users() const;
  void judged(const Hash& transaction, Verdict verdict);
  void gossip_again();
  void flush_gossip();
  void take(replica::Received received);
  void watch_clock();
  void watch_keys();
  void publish_status();

  // --- any thread
  [[nodiscard]] replica::Tip tip() const;
  [[nodiscard]] consensus::Now now() const;
  void malformed(transport::PeerId from) {
    if (auto* network = reachable_.load()) network->penalize(from, transport::Offence::malformed);
  }
  void put(Urgency urgency, replica::Event event) { inbox_.put(urgency, {std::move(event)}); }
  // Of workers that are idle when a new replica begins.
  void answer(replica::Event event) { inbox_.put(Urgency::answers, {std::move(event), {}, life_}); }
  void answer(const Hash& block, std::uint64_t ticket, replica::Event event) {
    inbox_.put(Urgency::answers, {WorkDone{block, ticket, std::move(event)}});
  }
  void fail_with(const std::string& why);
  const std::shared_ptr<const Bytes>& encoded(const replica::MessagePointer& message);

  chain::Chain& chain_;
  Options options_;
  TaskPool& pool_;
  const env::Clock& clock_;
  replica::Rules rules_;
  SerialPool serial_;  // of the machine's thread: it never waits for a worker's turn
  VoteMessages messages_;
  std::unique_ptr<consensus::Authenticator> authenticator_;
  std::optional<KeystoreSigner> signer_;
  ledger::EpochVerifiers own_verifiers_;  // of the machine's thread
  ledger::EpochVerifiers verifiers_;      // of work_
  LogWriter log_;
  mutable Inbox inbox_;

  // Of the machine's thread.
  std::optional<replica::Replica> replica_;
  std::atomic<std::uint64_t> life_ = 1;  // changed by it alone: the number of the replica
  std::optional<Hash> restored_;         // the snapshot that is put together
  bool needs_checkpoint_ = false;
  ClockWatch clock_watch_;
  std::uint64_t clock_watched_us_ = 0;
  std::optional<std::int64_t> clock_offset_ms_;
  std::int64_t wall_less_steady_ms_ = 0;  // of the own clocks, to see one that was set
  bool is_clock_reported_ = false;
  std::uint64_t keys_watched_us_ = 0;
  std::uint64_t keys_watched_in_ = 0;  // of epochs
  std::map<transport::PeerId, crypto::PublicKey> peers_;
  std::map<Hash, std::uint64_t> tickets_;  // of the blocks whose judgement or execution is awaited
  std::uint64_t last_ticket_ = 0;
  std::vector<LogWriter::Entry> log_entries_;  // of the step that is carried out
  // While a record is being made durable, what nobody awaits stays behind the vote that the record releases: networks
  // keep the order, so what leaves just before a vote delays it.
  std::vector<replica::MessagePointer> behind_;
  std::uint64_t persisting_ = 0;  // the newest record's sequence …
  std::uint64_t persisted_ = 0;   // … and that of the newest durable one
  Hash own_proposal_;             // of the newest record that names one
  GossipJudge gossip_judge_;
  GossipBatch gossip_batch_;
  // What users sent and is in no final block yet, by when it is published again, in µs: gossip can be lost, as when
  // nobody is connected.
  struct Unsettled {
    Hash transaction;
    std::uint64_t interval_us = 0;
  };
  std::multimap<std::uint64_t, Unsettled> unsettled_;
  // What users sent together, until all of it is judged; with the last that names it, whoever waits learns of the end.
  struct Judging {
    std::vector<Verdict> verdicts;
    std::size_t left = 0;
    std::promise<std::vector<Verdict>> answer;
  };
  struct Place {
    std::shared_ptr<Judging> of;
    std::size_t index = 0;
  };
  struct Unjudged {
    IdentifiedTransaction one;
    Place place;
  };
  std::deque<Unjudged> users_;            // wait until the mempool takes more of this node's users
  std::multimap<Hash, Place> submitted_;  // the mempool judges them
  Hash head_;
  std::shared_ptr<const Header> head_header_;  // none: head_ is final
  replica::MessagePointer encoded_message_;    // what encoded() made last
  std::shared_ptr<const Bytes> encoded_bytes_;

  mutable std::mutex mutex_;
  Status status_;                                   // by mutex_
  std::map<transport::PeerId, Inbox::Time> since_;  // by mutex_: when each peer was connected
  query::RecentTransactions taken_;
  std::atomic<std::uint64_t> durable_{0};  // the slot of the chain's tip
  std::atomic<std::size_t> submitting_ = 0;
  std::atomic<std::size_t> serving_ = 0;
  std::atomic<std::uint64_t> round_trip_us_ = 0;  // the median of peers
  std::atomic<bool> has_failed_ = false;
  std::atomic<bool> stops_ = false;

  std::shared_ptr<transport::Network> network_;           // by mutex_ for threads of users
  std::atomic<transport::Network*> reachable_ = nullptr;  // for the network's own thread: null until start() has it
  Snapshots snapshots_;
  Worker work_, verify_, commit_, serve_;  // serve_ decodes large messages too
  std::thread thread_;
};

}  // namespace aether::node

// A node of a chain of validators: core/replica in the world. It carries messages over host/transport, keeps what must
// be durable (safety_log.hpp, host/chain), runs judgements and executions, and answers JSON-RPC. It decides nothing.
//
//   network ──▶ inbox ──▶ replica ──effects──▶ network
//   workers ──▶   │                   ├──▶ safety log: votes and blocks that are not final, one sync for all that waits
//   users ────────┘                   ├──▶ work: judge, execute          ├──▶ verify: signatures of transactions
//                                     └──▶ commit: final blocks          └──▶ serve: blocks that peers ask for
//
// Each box is a thread. The replica's never waits for a disk, a socket or a long computation.
#pragma once

#include <functional>
#include <memory>

#include "aether/env/clock.hpp"
#include "aether/keystore/validator.hpp"
#include "aether/light/light_client.hpp"
#include "aether/mempool/mempool.hpp"
#include "aether/node/kes_status.hpp"
#include "aether/node/safety_log.hpp"
#include "aether/query/chain_queries.hpp"
#include "aether/transport/network.hpp"

namespace aether::node {

struct Options {
  SafetyLog log;
  transport::Options network;                    // its genesis and subscriptions are filled in
  std::optional<keystore::Validator> validator;  // none: the node follows
  std::uint64_t delta_us_min = 400'000;          // consensus::Params
  mempool::Bounds mempool = {};
  env::Path home = {};                               // where snapshots are kept (home.hpp)
  std::uint64_t keep_blocks = 0;                     // the newest ones, with receipts; 0: all
  std::uint64_t snapshot_slots = 20'000;             // sync::SyncParams
  std::optional<light::Checkpoint> checkpoint = {};  // replica::Config
  // Called once, from any thread, when the node cannot go on: it has stopped speaking.
  std::function<void(const std::string& why)> on_failure = {};
};

// Of one moment.
struct Status {
  Slot slot;        // in which the node is
  Slot final_slot;  // durable here
  std::uint32_t peers = 0;
  std::uint32_t pending = 0;              // transactions
  std::optional<Address> validator = {};  // none: it follows
  std::optional<KesStatus> kes = {};      // of a validator
  bool is_behind = false;                 // it fetches blocks
  bool is_silent = false;  // a validator that may not vote: it lost its safety record, or one of its votes
  bool has_stopped = false;
  bool needs_checkpoint = false;  // kCheckpointNeeded
  // What is to be added to this machine's clock to have the validators' (src/clock_watch.hpp); none: not known.
  std::optional<std::int64_t> clock_offset_ms = {};
  std::size_t chunks_stored = 0;  // of the snapshot that is restored
  std::size_t chunks = 0;         // 0: none is
  std::uint64_t delta_us = 0;
  std::optional<query::Unfinal> head;  // the newest block that was executed here, where it is not final
};

// A node is ready while its newest final block is younger than this, or than kFreshSlots slots.
inline constexpr std::uint64_t kFreshMs = 30'000;
inline constexpr std::uint64_t kFreshSlots = 20;

inline constexpr std::string_view kCheckpointNeeded =
    "what this node knows of the chain is older than its validators answer for, and it believes nobody: get a "
    "checkpoint from somebody you trust (`aetherd checkpoint`), and start with `aetherd run --checkpoint FILE`";

// A clock that is off by more than this is reported: others wait with what comes from so far ahead.
inline constexpr std::int64_t kClockOffsetMaxMs = 500;
[[nodiscard]] std::string clock_text(std::int64_t offset_ms);

// What others may begin to trust the chain by, who ask its owner: its tip.
[[nodiscard]] light::Checkpoint checkpoint_of(const chain::Chain& chain);

class Node final : public query::ChainQueries {
 public:
  // The error says what is wrong and what to do. Chain, pool and clock must outlive the node.
  [[nodiscard]] static Result<std::unique_ptr<Node>, std::string> start(chain::Chain& chain, Options options,
                                                                        TaskPool& pool, const env::Clock& clock);
  ~Node() override;
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;
  // Ends everything; what is durable stays. More than once is fine.
  void stop();

  [[nodiscard]] Status status() const;
  // What registers the validator's next KES key, which is made where there is none, while the chain counts
  // `registered`. It signs from the epoch on from which the chain counts it, and then the old one is erased.
  [[nodiscard]] api::Answer<Registration> prepare_kes(const crypto::KesPublicKey& registered);
  [[nodiscard]] const telemetry::DurationHistogram& log_syncs() const;  // of the safety log
  [[nodiscard]] const transport::Network& network() const;

  using query::ChainQueries::handle;
  api::Answer<api::SendRawTransactionAnswer> handle(const api::SendRawTransaction& request) override;
  api::Answer<api::SendRawTransactionsAnswer> handle(const api::SendRawTransactions& request) override;
  api::Answer<api::GetPeersAnswer> handle(const api::GetPeers& request) override;

 protected:
  [[nodiscard]] query::Running running() const override;
  [[nodiscard]] std::optional<Transaction> waiting(const Hash& transaction) const override;
  [[nodiscard]] query::RecentTransactions::Behind taken(const std::optional<std::uint64_t>& count) const override;

 private:
  class Engine;
  // The id of each that was taken.
  [[nodiscard]] api::Answer<std::vector<api::Answer<Hash>>> send(std::span<const api::TransactionBytes> transactions);
  Node(chain::Chain& chain, std::unique_ptr<Engine> engine, const env::Clock& clock);

  const chain::Chain& chain_;
  const env::Clock& clock_;
  std::unique_ptr<Engine> engine_;
};

}  // namespace aether::node

// Networks of whole nodes in one process, over loopback: real keys, sockets, files.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <deque>
#include <thread>

#include "aether/env/thread_pool.hpp"
#include "aether/node/home.hpp"
#include "aether/telemetry/log.hpp"

namespace aether::node {

inline constexpr ChainId kChain{77};
inline constexpr keystore::KdfCost kCheap{1, 8 * 1024};

inline crypto::Seed user_seed(std::uint8_t user) {
  std::array<std::uint8_t, 32> bytes{};
  bytes[0] = user;
  bytes[31] = 1;
  return crypto::Seed(bytes);
}
inline Address user_address(std::uint8_t user) { return address_of(crypto::ed25519_public_key(user_seed(user))); }

inline Transaction transfer(std::uint8_t from, std::uint8_t to, Amount amount, std::uint64_t nonce) {
  const crypto::Seed seed = user_seed(from);
  TransactionBody body;
  body.chain_id = kChain;
  body.valid_until = Slot{100'000};
  body.nonce = nonce;
  body.sender = crypto::ed25519_public_key(seed);
  body.outputs.push_back({user_address(to), Asset::swr, amount, OutputKind::account, std::nullopt});
  body.gas_limit = Gas{10'000};
  body.max_fee = kAmountUnit;
  return sign(std::move(body), seed);
}

// Waits for what other threads do. The deadline only ends a hang.
template <class Condition>
bool eventually(Condition condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

struct ClusterOptions {
  std::uint64_t slot_ms = 20;
  std::uint64_t epoch_slots = 43'200;
  std::uint64_t genesis_time_ms = 1'700'000'000'000;
  std::uint64_t keep_blocks = 0;
  std::uint64_t snapshot_slots = 20'000;
};

class Cluster {
 public:
  explicit Cluster(std::size_t validators, std::size_t followers = 0, const ClusterOptions& options = {}) {
    telemetry::set_level(telemetry::Level::error);
    genesis_.chain_id = kChain;
    genesis_.time_ms = options.genesis_time_ms;
    genesis_.params.block.slot_ms = options.slot_ms;
    genesis_.params.block.epoch_slots = options.epoch_slots;
    for (std::uint8_t user = 0; user < 4; ++user)
      genesis_.accounts.insert({user_address(user), {1'000'000 * kAmountUnit, 0}});
    BftGenesis bft;
    const keystore::SecretBytes password(as_bytes("test"));
    EXPECT_TRUE(env::write_file_atomically(path("password"), as_bytes("test\n"), {.mode = 0600}));
    for (std::size_t i = 0; i < validators; ++i) {
      std::array<std::uint8_t, 32> entropy{};
      entropy[0] = static_cast<std::uint8_t>(i + 1);
      const auto made = keystore::make_validator(
          path("keys", i), {kChain, user_address(static_cast<std::uint8_t>(100 + i)), Secret<32>(entropy), kCheap},
          password);
      EXPECT_TRUE(made) << made.error().message;
      bft.validators.insert({made->registration, 1'000 * kAmountUnit});
    }
    genesis_.sealer = std::move(bft);
    nodes_.resize(validators + followers);
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      config::NodeConfig config;
      config.consensus_delta_ms = 20;
      config.chain_keep_blocks = options.keep_blocks;
      config.sync_snapshot_slots = options.snapshot_slots;
      if (i < validators) {
        config.validator_keys = path("keys", i).string();
        config.validator_password_file = path("password").string();
      }
      const auto made = make_home(path("home", i), genesis_, config);
      EXPECT_TRUE(made) << made.error();
    }
  }
  ~Cluster() {
    for (std::size_t i = 0; i < nodes_.size(); ++i) stop(i);
  }

  std::set<std::size_t> tcp;                             // who is reached by TCP alone
  std::map<std::size_t, light::Checkpoint> checkpoints;  // what each trusts
  std::map<std::size_t, std::int64_t> clock_shifts_ms;   // of each one's clock
  std::vector<std::string> others;                       // addresses that all connect to, besides
  std::size_t unverified_per_peer_max = mempool::Bounds{}.unverified_per_peer_max;

  std::size_t size() const { return nodes_.size(); }
  env::Path home(std::size_t i) const { return path("home", i); }
  Node& node(std::size_t i) { return *nodes_[i].node; }
  const chain::Chain& chain(std::size_t i) const { return *nodes_[i].home->chain; }
  bool is_up(std::size_t i) const { return nodes_[i].node != nullptr; }

  // Connected to those that run.
  void start(std::size_t i) {
    Running& one = nodes_[i];
    std::vector<config::Setting> settings;
    const std::string fresh = tcp.contains(i) ? "/ip4/127.0.0.1/tcp/0" : "/ip4/127.0.0.1/udp/0/quic-v1";
    settings.push_back({"network.listen", one.address.empty() ? fresh : one.address});
    std::string peers;
    for (const std::string& other : others) peers += (peers.empty() ? "" : ",") + other;
    for (const Running& other : nodes_)
      if (&other != &one && !other.address.empty()) peers += (peers.empty() ? "" : ",") + other.address;
    settings.push_back({"network.peers", peers});
    auto home = open_home(this->home(i), settings, pool_);
    ASSERT_TRUE(home) << home.error();
    one.home.emplace(std::move(*home));
    if (checkpoints.contains(i)) one.home->options.checkpoint = checkpoints.at(i);
    one.home->options.mempool.unverified_per_peer_max = unverified_per_peer_max;
    one.home->options.on_failure = [i](const std::string& why) { ADD_FAILURE() << "node " << i << ": " << why; };
    one.clock.shift_ms = clock_shifts_ms[i];
    auto node = Node::start(*one.home->chain, std::move(one.home->options), pool_, one.clock);
    ASSERT_TRUE(node) << node.error();
    one.node = std::move(*node);
    const std::string address = one.node->network().listen_addresses().front();
    one.address = address.substr(0, address.find("/p2p/"));
  }
  void start_all() {
    for (std::size_t i = 0; i < size(); ++i) start(i);
  }
  // Of a node that runs: what it takes for the time is shifted by so much from now on.
  void set_clock(std::size_t i, std::int64_t shift_ms) {
    clock_shifts_ms[i] = shift_ms;
    nodes_[i].clock.shift_ms = shift_ms;
  }
  void stop(std::size_t i) {
    nodes_[i].node.reset();
    nodes_[i].home.reset();
  }

  void send(std::size_t i, const Transaction& transaction) {
    const auto answer = node(i).handle(api::SendRawTransaction{codec::encode(transaction)});
    EXPECT_TRUE(answer) << (answer ? "" : answer.error().message);
  }
  Slot final_slot(std::size_t i) const { return chain(i).snapshot()->tip()->slot; }
  Slot kept_from(std::size_t i) const { return chain(i).snapshot()->kept_from(); }
  const Genesis& genesis() const { return genesis_; }
  // Where each is, for a failure's message.
  std::string text() const {
    std::string out;
    for (std::size_t i = 0; i < size(); ++i) {
      if (!is_up(i)) continue;
      const Status status = nodes_[i].node->status();
      out += "node " + std::to_string(i) + ": slot " + std::to_string(status.slot.raw()) + ", final " +
             std::to_string(status.final_slot.raw()) + ", peers " + std::to_string(status.peers) + ", pending " +
             std::to_string(status.pending) + (status.is_behind ? ", behind" : "") + ", chunks " +
             std::to_string(status.chunks_stored) + "/" + std::to_string(status.chunks) + "\n";
    }
    return out;
  }
  // In a final block of every node that runs.
  bool is_final(const Transaction& transaction) const {
    const Hash id = transaction_id(transaction.body);
    for (std::size_t i = 0; i < size(); ++i)
      if (is_up(i) && !chain(i).snapshot()->transaction(id)) return false;
    return true;
  }
  // One chain: the same block and state in each slot that several nodes have.
  void expect_one_chain() const {
    std::map<Slot, std::pair<Hash, Hash>> seen;
    for (std::size_t i = 0; i < size(); ++i) {
      if (!is_up(i)) continue;
      const auto snapshot = chain(i).snapshot();
      for (std::uint64_t slot = snapshot->kept_from().raw(); slot <= snapshot->tip()->slot.raw(); ++slot) {
        const auto record = snapshot->record(Slot{slot});
        ASSERT_TRUE(record);
        const auto found = seen.emplace(Slot{slot}, std::pair(record->hash, record->state_root)).first;
        ASSERT_EQ(found->second, std::pair(record->hash, record->state_root)) << "node " << i << ", slot " << slot;
      }
    }
  }

 private:
  struct ShiftedClock final : env::Clock {
    std::atomic<std::int64_t> shift_ms = 0;
    std::uint64_t wall_ms() const override {
      return env::SystemClock().wall_ms() + static_cast<std::uint64_t>(shift_ms);
    }
    std::uint64_t monotonic_ms() const override { return env::SystemClock().monotonic_ms(); }
  };
  struct Running {
    ShiftedClock clock;
    std::optional<Home> home;
    std::unique_ptr<Node> node;
    std::string address;  // as it was first; empty before
  };
  env::Path path(std::string_view name) const { return directory_.path() / name; }
  env::Path path(std::string_view name, std::size_t i) const { return path(std::string(name) + std::to_string(i)); }

  env::TempDir directory_ = std::move(*env::TempDir::create());
  env::ThreadPool pool_;
  Genesis genesis_;
  std::deque<Running> nodes_;  // which stay where they are
};

// Transfers from different users, to any nodes that run.
struct Load {
  Cluster& cluster;
  std::vector<Transaction> sent = {};
  std::uint64_t nonce = 0;
  std::set<std::pair<Hash, std::size_t>> seen = {};  // final, at which node
  std::map<Hash, Slot> slots = {};                   // of those that some node has seen

  void send(std::size_t count) {
    std::vector<std::size_t> up;
    for (std::size_t i = 0; i < cluster.size(); ++i)
      if (cluster.is_up(i)) up.push_back(i);
    for (std::size_t n = 0; n < count; ++n) {
      ++nonce;
      sent.push_back(transfer(static_cast<std::uint8_t>(nonce % 3), 3, nonce, nonce));
      cluster.send(up[n % up.size()], sent.back());
    }
  }
  // Each was in a final block of each node that runs, some time: old blocks may be pruned. Or below a snapshot from
  // which the node went on, maybe not the first; expect_one_chain() tells whether its state is that of the others.
  bool all_final() {
    bool out = true;
    for (const Transaction& tx : sent)
      for (std::size_t i = 0; i < cluster.size(); ++i) {
        const std::pair key(transaction_id(tx.body), i);
        if (!cluster.is_up(i) || seen.contains(key)) continue;
        const auto snapshot = cluster.chain(i).snapshot();
        const auto slot = slots.find(key.first);
        if (const auto place = snapshot->transaction(key.first)) {
          slots.emplace(key.first, place->slot);
          seen.insert(key);
        } else if (slot != slots.end() && slot->second < snapshot->kept_from()) {
          seen.insert(key);
        } else {
          out = false;
        }
      }
    return out;
  }
};

}  // namespace aether::node

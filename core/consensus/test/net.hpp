// A small network of machines with real keys: messages take a fixed time, disks and execution take none, and a test may
// drop, delay or add what it likes. The simulator (sim/) does all of that at random; here a test says each step.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <queue>

#include "../../types/test/validators.hpp"
#include "aether/consensus/consensus.hpp"

namespace aether::consensus::testing {

using aether::testing::kChain;
using aether::testing::secret;
using aether::testing::validator_secrets;
using aether::testing::Validators;

inline Outcome outcome_of(const Hash& block) {
  return {
      crypto::tagged_hash("test/state", block.view()), crypto::tagged_hash("test/receipts", block.view()), Gas{7}, {}};
}

struct Node {
  VoteMessages messages;
  std::unique_ptr<Signer> signer;
  std::unique_ptr<Authenticator> authenticator;
  std::unique_ptr<Consensus> machine;
  SafetyRecord durable;
  std::vector<Hash> final_chain;
  std::vector<Evidence> accusations;
  std::vector<Alarm> alarms;
  std::vector<Blame> blames;
  std::vector<Slot> slots;  // started
  std::vector<Build> builds;
  bool up = true;
};

class Net {
 public:
  using Filter = std::function<bool(std::size_t from, std::size_t to, const Message&)>;  // false: lost

  explicit Net(std::vector<u128> weights, Params params = quick())
      : params_(params), validators_(weights, 0), secrets_(secrets(weights.size())) {
    genesis_ = crypto::tagged_hash("test/genesis", {});
    epoch_ = {0, crypto::tagged_hash("test/randomness", {}), std::make_shared<ValidatorSet>(validators_.set())};
    nodes.resize(weights.size());
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      Node& node = nodes[i];
      const Address address = validators_.set().at(static_cast<ValidatorIndex>(i)).address;
      node.signer = key_signer(address, secrets_.at(address), node.messages);
      node.durable = first_record(params_.chain_id);
    }
  }

  static Params quick() {
    Params params;
    params.chain_id = kChain;
    params.slot_ms = 0;
    params.delta_us_min = 100'000;
    return params;
  }

  void start() {
    for (std::size_t i = 0; i < nodes.size(); ++i) boot(i);
  }
  // From the durable record, with nothing else but genesis.
  void boot(std::size_t i, bool with_record = true) {
    Node& node = nodes[i];
    node.up = true;
    node.authenticator = key_authenticator(params_.chain_id, pool_, node.messages);
    node.machine =
        std::make_unique<Consensus>(params_, anchor(), with_record ? std::optional(node.durable) : std::nullopt,
                                    *node.authenticator, node.signer.get());
    node.final_chain = {};
    carry_out(i, node.machine->start(clock(i)));
  }
  void crash(std::size_t i) {
    nodes[i].up = false;
    nodes[i].machine = nullptr;
  }

  void run_until(std::uint64_t until_us) {
    while (true) {
      std::uint64_t due = until_us;
      std::optional<std::size_t> timer;
      for (std::size_t i = 0; i < nodes.size(); ++i)
        if (nodes[i].up && nodes[i].machine->next_timer() < due) {
          due = nodes[i].machine->next_timer();
          timer = i;
        }
      if (!queue_.empty() && queue_.top().at_us <= due) {
        const Delivery delivery = queue_.top();
        queue_.pop();
        now_us = std::max(now_us, delivery.at_us);
        step(delivery.to, delivery.event);
      } else if (timer) {
        now_us = std::max(now_us, due);
        step(*timer, Timer{});
      } else {
        now_us = until_us;
        return;
      }
    }
  }
  void run_for(std::uint64_t us) { run_until(now_us + us); }

  void step(std::size_t i, const Event& event) {
    if (!nodes[i].up || nodes[i].machine->stopped()) return;
    carry_out(i, nodes[i].machine->step(event, clock(i)));
  }
  void post(std::size_t to, Event event, std::uint64_t after_us) {
    queue_.push({now_us + after_us, order_++, to, std::move(event)});
  }

  const ValidatorSet& set() const { return validators_.set(); }
  const Validators& validators() const { return validators_; }
  const Epoch& epoch() const { return epoch_; }
  const Hash& genesis() const { return genesis_; }
  const Params& params() const { return params_; }
  const std::map<Hash, Header>& headers() const { return headers_; }
  Anchor anchor() const {
    Anchor anchor;
    anchor.block = genesis_;
    anchor.outcome = outcome_of(genesis_);
    anchor.epochs = {epoch_};
    return anchor;
  }

  std::vector<Node> nodes;
  std::uint64_t now_us = 1'000'000;
  std::uint64_t delay_us = 50'000;
  Filter filter = [](std::size_t, std::size_t, const Message&) { return true; };
  std::function<void(std::size_t from, const Message&)> heard = [](std::size_t, const Message&) {};
  std::function<bool(const Hash&)> judge = [](const Hash&) { return true; };
  std::function<Outcome(std::size_t, const Hash&)> execute = [](std::size_t, const Hash& block) {
    return outcome_of(block);
  };

 private:
  struct Delivery {
    std::uint64_t at_us;
    std::uint64_t order;
    std::size_t to;
    Event event;
    bool operator<(const Delivery& other) const {
      return std::pair(at_us, order) > std::pair(other.at_us, other.order);
    }
  };

  static std::map<Address, ValidatorSecrets> secrets(std::size_t count) {
    std::map<Address, ValidatorSecrets> out;
    for (std::uint32_t i = 0; i < count; ++i)
      out.emplace(address_of(crypto::ed25519_public_key(secret(i, 9))), validator_secrets(i));
    return out;
  }

  Now clock(std::size_t) const { return {now_us, 1'700'000'000'000 + now_us / 1'000}; }

  void carry_out(std::size_t i, const std::vector<Effect>& effects) {
    for (const Effect& effect : effects) std::visit([&](const auto& e) { on(i, e); }, effect);
  }
  void on(std::size_t i, const Broadcast& e) {
    if (const auto* header = std::get_if<Header>(&e.message)) headers_.emplace(block_hash(header->body), *header);
    heard(i, e.message);
    for (std::size_t to = 0; to < nodes.size(); ++to) {
      if (to == i || !filter(i, to, e.message)) continue;
      post(to, Received{i, e.message}, delay_us);
      if (const auto* header = std::get_if<Header>(&e.message)) post(to, DataHeld{block_hash(header->body)}, delay_us);
    }
  }
  void on(std::size_t i, const Persist& e) {
    nodes[i].durable = e.record;
    post(i, SafetyPersisted{e.sequence}, 0);
  }
  void on(std::size_t i, const Build& e) {
    nodes[i].builds.push_back(e);
    const auto content = crypto::tagged_hash("test/content", Bytes{static_cast<std::uint8_t>(i)});
    post(i, Built{e.slot, e.parent, content, content, content}, 0);
  }
  void on(std::size_t i, const Validate& e) { post(i, Validated{e.block, judge(e.block)}, 0); }
  void on(std::size_t i, const Execute& e) { post(i, Executed{e.block, execute(i, e.block)}, 0); }
  void on(std::size_t i, const Fetch& e) {
    std::vector<Header> chain;
    for (auto at = headers_.find(e.block); at != headers_.end() && at->second.body.slot > e.above;
         at = headers_.find(at->second.body.parent_hash))
      chain.push_back(at->second);
    for (auto header = chain.rbegin(); header != chain.rend(); ++header) {
      post(i, Received{(i + 1) % nodes.size(), *header}, 2 * delay_us);
      post(i, DataHeld{block_hash(header->body)}, 2 * delay_us);
    }
  }
  void on(std::size_t i, const Finalize& e) {
    auto& chain = nodes[i].final_chain;
    chain.insert(chain.end(), e.blocks.begin(), e.blocks.end());
  }
  void on(std::size_t, const Forget&) {}
  void on(std::size_t i, const Accuse& e) { nodes[i].accusations.push_back(e.evidence); }
  void on(std::size_t i, const Blame& e) { nodes[i].blames.push_back(e); }
  void on(std::size_t i, const Alarm& e) { nodes[i].alarms.push_back(e); }
  void on(std::size_t i, const SlotStarted& e) { nodes[i].slots.push_back(e.slot); }

  Params params_;
  Validators validators_;
  std::map<Address, ValidatorSecrets> secrets_;
  SerialPool pool_;
  Hash genesis_;
  Epoch epoch_;
  std::priority_queue<Delivery> queue_;
  std::uint64_t order_ = 0;
  std::map<Hash, Header> headers_;
};

// The nodes' final chains are prefixes of one another; the shortest is returned.
inline std::size_t agreed_length(const Net& net) {
  std::size_t shortest = ~std::size_t{0};
  const std::vector<Hash>* longest = nullptr;
  for (const Node& node : net.nodes)
    if (longest == nullptr || node.final_chain.size() > longest->size()) longest = &node.final_chain;
  for (const Node& node : net.nodes) {
    if (!node.up) continue;
    shortest = std::min(shortest, node.final_chain.size());
    EXPECT_TRUE(std::equal(node.final_chain.begin(), node.final_chain.end(), longest->begin()));
  }
  return shortest;
}

}  // namespace aether::consensus::testing

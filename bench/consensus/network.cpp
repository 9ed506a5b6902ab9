#include "network.hpp"

#include "aether/env/cpu.hpp"

namespace aether::bench {

using namespace consensus;

namespace {

constexpr u128 kWeight = 1'000;

Outcome outcome_of(const Hash& block) {
  return {crypto::tagged_hash("bench/state", block.view()), crypto::tagged_hash("bench/receipts", block.view()), Gas{0},
          std::nullopt};
}
Hash genesis() { return crypto::tagged_hash("bench/genesis", {}); }

// With the secrets that it signs with.
class OwnedSigner final : public Signer {
 public:
  OwnedSigner(const Address& address, std::uint32_t number, VoteMessages& messages)
      : secrets_(sim::Identities::secrets(number)), signer_(key_signer(address, secrets_, messages)) {}

  Address address() const override { return signer_->address(); }
  Vote sign_vote(const VoteBody& body, ValidatorIndex index) override { return signer_->sign_vote(body, index); }
  Claim make_claim(const Lottery& lottery, ValidatorIndex index) override {
    return signer_->make_claim(lottery, index);
  }
  std::optional<Header> seal(HeaderBody body, const Validator& me) override {
    return signer_->seal(std::move(body), me);
  }

 private:
  ValidatorSecrets secrets_;
  std::unique_ptr<Signer> signer_;
};

}  // namespace

Chain::Chain(const Options& options) : options_(options), numbers_(options.validators) {
  sim::Identities identities;
  std::vector<sim::Member> members;
  for (std::uint32_t number = 0; number < options.validators; ++number) members.push_back({number, kWeight});
  epoch_ = {0, crypto::tagged_hash("bench/randomness", {}), sim::make_set(identities, 0, members, options.real_keys)};
  for (std::uint32_t number = 0; number < options.validators; ++number)
    for (std::size_t place = 0; place < options.validators; ++place)
      if (set().at(static_cast<ValidatorIndex>(place)).address ==
          identities.validator(number, options.real_keys).address)
        numbers_[place] = number;
}

std::unique_ptr<Authenticator> Chain::authenticator(VoteMessages& messages) {
  if (options_.real_keys) return key_authenticator(sim::kChain, pool_, messages, env::cpu_features());
  return std::make_unique<sim::IdealAuthenticator>(ideal_);
}

std::unique_ptr<Signer> Chain::signer(std::size_t validator, VoteMessages& messages) const {
  const Address& address = set().at(static_cast<ValidatorIndex>(validator)).address;
  if (options_.real_keys) return std::make_unique<OwnedSigner>(address, numbers_[validator], messages);
  return std::make_unique<sim::IdealSigner>(ideal_, address);
}

// Unpaced: a slot ends with its C1.
Consensus Chain::machine(Authenticator& authenticator, Signer& signer) const {
  const Params params{.chain_id = sim::kChain, .slot_ms = 0, .delta_us_min = 2 * options_.latency_us};
  Anchor anchor;
  anchor.block = genesis();
  anchor.outcome = outcome_of(anchor.block);
  anchor.epochs = {epoch_};
  return {params, std::move(anchor), first_record(sim::kChain), authenticator, &signer};
}

Network::Network(Chain& chain) : chain_(chain), messages_(chain.options().validators) {
  for (std::size_t i = 0; i < chain.options().validators; ++i) {
    authenticators_.push_back(chain.authenticator(messages_[i]));
    signers_.push_back(chain.signer(i, messages_[i]));
    machines_.push_back(chain.machine(*authenticators_[i], *signers_[i]));
  }
  armed_.resize(machines_.size());
  for (std::size_t i = 0; i < machines_.size(); ++i) {
    const std::vector<Effect> effects = machines_[i].start(clock());
    carry_out(i, effects);
  }
}

Now Network::clock() const { return {now_us_, 1'700'000'000'000 + now_us_ / 1'000}; }

void Network::run(std::uint64_t slots) {
  while (final_slots() < slots) {
    auto [at, delivery] = queue_.pop();
    now_us_ = at;
    if (delivery.event) {
      step(delivery.to, *delivery.event);
    } else if (armed_[delivery.to] == at) {
      armed_[delivery.to] = 0;
      step(delivery.to, Timer{});
    }
  }
}

Recording Network::record(std::uint64_t slots) {
  Recording recording{.began = clock(), .steps = {}, .final_slot = {}, .final_block = {}};
  recording_ = &recording;
  run(slots);
  recording_ = nullptr;
  recording.final_slot = machines_[0].final_slot();
  recording.final_block = machines_[0].final_block();
  return recording;
}

std::uint64_t Network::final_slots() const {
  return std::ranges::min_element(machines_, {}, &Consensus::final_slot)->final_slot().raw();
}

void Network::step(std::size_t node, const Event& event) {
  if (recording_ != nullptr && node == 0) recording_->steps.push_back({event, clock()});
  carry_out(node, machines_[node].step(event, clock()));
}

void Network::arm(std::size_t node) {
  const std::uint64_t due = machines_[node].next_timer();
  if (due == ~std::uint64_t{0} || due == armed_[node]) return;
  armed_[node] = std::max(due, now_us_ + 1);
  queue_.push(armed_[node], {node, nullptr});
}

void Network::answer(std::size_t from, Event event) {
  queue_.push(now_us_, {from, std::make_shared<const Event>(std::move(event))});
}

void Network::broadcast(std::size_t from, const Message& message) {
  const auto received = std::make_shared<const Event>(Received{from, message});
  std::shared_ptr<const Event> data;  // travels with the header
  if (const auto* header = std::get_if<Header>(&message))
    data = std::make_shared<const Event>(DataHeld{block_hash(header->body)});
  const Options& options = chain_.options();
  for (std::size_t to = 0; to < machines_.size(); ++to) {
    if (to == from) continue;
    const sim::Micros at =
        now_us_ + random_.between(options.latency_us - options.jitter_us, options.latency_us + options.jitter_us);
    queue_.push(at, {to, received});
    if (data) queue_.push(at, {to, data});
  }
}

void Network::carry_out(std::size_t from, const std::vector<Effect>& effects) {
  for (const Effect& effect : effects) {
    if (const auto* said = std::get_if<Broadcast>(&effect)) {
      broadcast(from, said->message);
    } else if (const auto* persist = std::get_if<Persist>(&effect)) {
      answer(from, SafetyPersisted{persist->sequence});
    } else if (const auto* build = std::get_if<Build>(&effect)) {
      const Hash content = crypto::tagged_hash("bench/content", build->parent.view());
      answer(from, Built{build->slot, build->parent, content, content, content});
    } else if (const auto* validate = std::get_if<Validate>(&effect)) {
      answer(from, Validated{validate->block, true});
    } else if (const auto* execute = std::get_if<Execute>(&effect)) {
      answer(from, Executed{execute->block, outcome_of(execute->block)});
    }
  }
  arm(from);
}

}  // namespace aether::bench

// The validator's KES keys, and what the chain says of them.
#include "aether/ledger/rent.hpp"
#include "aether/types/stake.hpp"
#include "engine.hpp"

namespace aether::node {

namespace {

constexpr std::uint64_t kWatchUs = 1'000'000;

// None: it never was a validator.
std::optional<RegisteredKeys> registered_keys(const storage::Snapshot& chain, const BlockParams& params,
                                              const Address& address) {
  const auto keys = ledger::load<ValidatorKeys>(chain, validator_keys_object(address));
  if (!keys) return std::nullopt;
  RegisteredKeys out{ledger::epoch_of(params, chain.tip()->slot), {}, keys->kes_key, keys->kes_epoch};
  if (const auto set = ledger::load<ValidatorList>(chain, validators_object(out.epoch)))
    for (const Validator& validator : set->validators)
      if (validator.address == address) out.in_set = validator;
  return out;
}

}  // namespace

// At each epoch's first final block, and every second. Reads beside, since it may wait for the disk.
void Node::Engine::watch_keys() {
  if (!signer_) return;
  const std::uint64_t at = now().steady_us;
  const std::uint64_t epoch = ledger::epoch_of(rules_.params.block, Slot{durable_.load()});
  if (epoch == keys_watched_in_ && at - keys_watched_us_ < kWatchUs) return;
  keys_watched_in_ = epoch;
  keys_watched_us_ = at;
  serve_.post([this, address = signer_->address()] {
    const auto keys = registered_keys(*chain_.snapshot(), rules_.params.block, address);
    if (!keys) return;
    inbox_.put(Urgency::others, {Question([this, keys](const replica::Replica&) { signer_->follow(*keys); })});
  });
}

std::optional<keystore::Outcome<Registration>> Node::Engine::prepare_kes(const crypto::KesPublicKey& registered) {
  std::optional<keystore::Outcome<Registration>> out;
  if (!signer_ || !ask([&](const replica::Replica&) { out = signer_->prepare_kes(registered); })) return std::nullopt;
  return out;
}

}  // namespace aether::node

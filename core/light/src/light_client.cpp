#include "aether/light/light_client.hpp"

namespace aether::light {

std::string_view to_string(LightError error) {
  switch (error) {
    case LightError::bad_checkpoint: return "the checkpoint's validators are no sets of its epochs";
    case LightError::other_chain: return "the header is of another chain";
    case LightError::other_kind: return "the header is not sealed by a validator, or of an unknown version";
    case LightError::other_epoch: return "the header names another epoch than its slot's";
    case LightError::other_block: return "the certificate is not of this header";
    case LightError::unknown_validators: return "the validators of the header's epoch are not known yet";
    case LightError::bad_certificate: return "the certificate does not hold";
    case LightError::old_slot: return "the header is not newer than the newest known";
    case LightError::fork: return "two final headers of one slot: the chain has forked";
    case LightError::stopped: return "the client has stopped at a fork";
    case LightError::trust_expired:
      return "the newest known header is too old to go on from; a new checkpoint is needed";
    case LightError::bad_validators: return "the next validators are not what the header's state holds";
    case LightError::bad_proof: return "the proof does not show this under the state root";
  }
  return "unknown";
}

Result<LightClient, LightError> LightClient::make(const LightParams& params, Checkpoint checkpoint) {
  LightClient client(params);
  client.block_ = checkpoint.block;
  client.slot_ = checkpoint.slot;
  client.time_ms_ = checkpoint.time_ms;
  const std::uint64_t epoch = checkpoint.slot.raw() / params.epoch_slots;
  const auto take = [&](ValidatorList list, std::uint64_t of) {
    // Whoever gave the checkpoint vouches for its lists, as a state root would.
    const Hash recorded = value_hash(codec::encode(list));
    auto set = ValidatorSet::recall(std::move(list), recorded);
    if (!set || set->epoch() != of) return false;
    client.sets_.emplace(of, std::make_shared<const ValidatorSet>(std::move(*set)));
    return true;
  };
  if (!take(std::move(checkpoint.validators), epoch)) return fail(LightError::bad_checkpoint);
  if (checkpoint.next && !take(std::move(*checkpoint.next), epoch + 1)) return fail(LightError::bad_checkpoint);
  return client;
}

Result<std::optional<ValidatorSet>, LightError> LightClient::next_set(const FinalHeader& update) const {
  if (!update.next) return std::nullopt;
  const HeaderBody& body = update.header.body;
  const Hash recorded = value_hash(codec::encode(update.next->list));
  const bool is_shown =
      smt::verify(body.parent_state_root, state_key(validators_object(body.epoch + 1)), recorded, update.next->proof);
  if (!is_shown) return fail(LightError::bad_validators);
  auto set = ValidatorSet::recall(update.next->list, recorded);
  if (!set || set->epoch() != body.epoch + 1) return fail(LightError::bad_validators);
  return std::optional(std::move(*set));
}

Result<void, LightError> LightClient::follow(Unverified<FinalHeader> received, std::uint64_t now_ms) {
  if (stopped_) return fail(LightError::stopped);
  const FinalHeader update = std::move(received).unchecked();
  const HeaderBody& body = update.header.body;
  if (body.chain_id != params_.chain_id) return fail(LightError::other_chain);
  if (body.version != 1 || !std::holds_alternative<BftSealer>(body.sealer)) return fail(LightError::other_kind);
  if (body.epoch != body.slot.raw() / params_.epoch_slots) return fail(LightError::other_epoch);
  const Hash hash = block_hash(body);
  if (update.certificate.block != hash || update.certificate.slot != body.slot) return fail(LightError::other_block);
  if (now_ms > time_ms_ && now_ms - time_ms_ > params_.trusting_ms) return fail(LightError::trust_expired);
  if (body.slot < slot_ || (body.slot == slot_ && hash == block_)) return fail(LightError::old_slot);
  const auto set = sets_.find(body.epoch);
  if (set == sets_.end()) return fail(LightError::unknown_validators);

  CertificateVerifier verifier(params_.chain_id, *set->second);
  if (const auto verdict = verifier.verify(Unverified(update.certificate)); !verdict) {
    vote_error_ = verdict.error();
    return fail(LightError::bad_certificate);
  }
  if (body.slot == slot_) {
    stopped_ = true;
    return fail(LightError::fork);
  }
  AETHER_TRY(auto next, next_set(update));

  if (next) sets_.insert_or_assign(body.epoch + 1, std::make_shared<const ValidatorSet>(std::move(*next)));
  sets_.erase(sets_.begin(), sets_.find(body.epoch));
  block_ = hash;
  slot_ = body.slot;
  time_ms_ = body.time_ms;
  state_root_ = body.parent_state_root;
  return {};
}

Result<void, LightError> LightClient::verify_object(const ObjectId& id, const std::optional<Bytes>& bytes,
                                                    const smt::Proof& proof) const {
  std::optional<Hash> recorded;
  if (bytes) recorded = value_hash(*bytes);
  if (!state_root_ || !smt::verify(*state_root_, state_key(id), recorded, proof)) return fail(LightError::bad_proof);
  return {};
}

}  // namespace aether::light

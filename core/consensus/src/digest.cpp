// The digest of all that coming steps depend on.
#include "aether/codec/bcs.hpp"
#include "aether/crypto/sha256.hpp"
#include "machine.hpp"

namespace aether::consensus {

namespace {

constexpr std::string_view kDigestTag = "aether/consensus-digest";

class Digest {
 public:
  template <class T>
  void add(const T& item) {
    if constexpr (std::is_enum_v<T>)
      append(bytes_, codec::encode(static_cast<std::uint64_t>(item)));
    else
      append(bytes_, codec::encode(item));
  }
  template <class T>
  void add_all(const std::vector<T>& items) {
    add(std::uint64_t{items.size()});
    for (const T& item : items) add(item);
  }
  template <class T>
  void add_if(const std::optional<T>& item) {
    add(item.has_value());
    if (item) add(*item);
  }
  void add_draw(const Draw& draw) {
    add(draw.draw);
    add(draw.validator);
  }
  void add_outcome(const Outcome& outcome) {
    add(outcome.state_root);
    add(outcome.receipts_root);
    add(outcome.gas_used);
  }
  // What is over is over, however long ago.
  void add_time(std::uint64_t at_us, std::uint64_t now_us) { add(at_us > now_us ? at_us - now_us : 0); }
  [[nodiscard]] Hash hash() const { return crypto::tagged_hash(kDigestTag, bytes_); }

 private:
  Bytes bytes_;
};

void add_block(Digest& digest, const Block& block) {
  digest.add(block.hash);
  digest.add(block.data_held);
  digest.add(block.executing);
  digest.add(block.verdict);
  digest.add(block.outcome.has_value());
  if (block.outcome) digest.add_outcome(*block.outcome);
}

void add_poll(Digest& digest, const Poll& poll) {
  digest.add(poll.body);
  for (const auto& [signer, pending] : poll.pending) {
    digest.add(pending.vote);
    digest.add(pending.from);
  }
  digest.add(std::uint64_t{poll.counted.size()});
  for (const auto& [signer, vote] : poll.counted) digest.add(signer);
  const ByteView signers = poll.ballot->signers();
  digest.add_all(std::vector<std::uint8_t>(signers.begin(), signers.end()));
  digest.add(poll.certified);
}

void add_slot(Digest& digest, const SlotState& state) {
  for (const auto& [validator, known] : state.claims) digest.add(validator);
  for (const auto& [proposer, hashes] : state.headers) digest.add_all(hashes);
  for (const ValidatorIndex proposer : state.caught) digest.add(proposer);
  for (const auto& [key, poll] : state.polls) add_poll(digest, poll);
  for (const auto& [signer, keys] : state.cast)
    for (const auto& [kind, block] : keys) {
      digest.add(signer);
      digest.add(kind);
      digest.add(block);
    }
  for (const ValidatorIndex signer : state.accused) digest.add(signer);
  digest.add_all(state.prevote_certificates);
  digest.add_all(state.precommit_certificates);
  digest.add_all(state.named);
}

}  // namespace

Hash Consensus::Machine::digest() const {
  Digest digest;
  const std::uint64_t now_us = now.steady_us;
  digest.add(slot);
  digest.add(final.block);
  digest.add_outcome(final.outcome);
  digest.add_if(final.certificate);
  digest.add(final.named_final);
  digest.add(delta_us);
  digest.add(record);
  digest.add(stopped);
  digest.add(silent);
  digest.add_if(silent_until_);
  for (const auto& [hash, block] : blocks) add_block(digest, block);
  for (const auto& [of, state] : slots) {
    digest.add(of);
    add_slot(digest, state);
  }
  for (const auto& [number, epoch] : epochs_) {
    digest.add(number);
    digest.add(epoch.randomness);
    digest.add(epoch.validators->total());
  }
  // A delay counts from the start of the slot, and no delay is longer than the number of validators.
  const Epoch* epoch = epoch_of(slot);
  const std::uint64_t longest_us = (epoch == nullptr ? 0 : epoch->validators->size()) * delta_us;
  digest.add(std::min(now_us - slot_start_us_, longest_us));
  digest.add(next_start_us_.has_value());
  if (next_start_us_) digest.add_time(*next_start_us_, now_us);
  digest.add(order_.has_value());
  if (order_)
    for (const Draw& draw : order_->held()) digest.add_draw(draw);
  for (const auto& [proposer, block] : prevoted_) digest.add(block);
  digest.add_time(repeat_us_, now_us);
  digest.add(repeat_after_us_);
  digest.add(building_);
  digest.add(alarmed_);
  for (const Waiting& waiting : waiting_) {
    digest.add(waiting.sequence - sequence_);
    std::visit([&](const auto& message) { digest.add(message); }, waiting.message);
  }
  digest.add_if(newest_final_);
  for (const auto& [of, block] : final_blocks_) digest.add(block);
  return digest.hash();
}

}  // namespace aether::consensus

// The light client (spec/consensus.md, "Light client"): follows final headers from a checkpoint, and verifies what a
// state holds.
#pragma once

#include <map>
#include <memory>

#include "aether/smt/proof.hpp"
#include "aether/types/certificate.hpp"
#include "aether/types/header.hpp"

namespace aether::light {

struct LightParams {
  ChainId chain_id;
  std::uint64_t epoch_slots = 43'200;
  // How long a final header is enough to go on from: unbonding less two epochs. In ms of the headers' time.
  std::uint64_t trusting_ms = 13ULL * 24 * 3'600 * 1'000;
};

// What a client begins with; from whoever it trusts, once.
struct Checkpoint {
  Hash block;
  Slot slot;
  std::uint64_t time_ms = 0;
  ValidatorList validators;           // of the slot's epoch
  std::optional<ValidatorList> next;  // of the epoch after, which the state has from an epoch's first block on

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("block", self.block);
    visit("slot", self.slot);
    visit("time_ms", self.time_ms);
    visit("validators", self.validators);
    visit("next", self.next);
  }
};

// The set of the next epoch, under the state root that the header beside it names.
struct NextValidators {
  ValidatorList list;
  smt::Proof proof;

  bool operator==(const NextValidators&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("list", self.list);
    visit("proof", self.proof);
  }
};

struct FinalHeader {
  Header header;
  PrecommitCertificate certificate;
  std::optional<NextValidators> next;

  bool operator==(const FinalHeader&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("header", self.header);
    visit("certificate", self.certificate);
    visit("next", self.next);
  }
};

enum class LightError : std::uint8_t {
  bad_checkpoint,  // a set of it is none
  other_chain,
  other_kind,          // no validator's header, or of an unknown version
  other_epoch,         // than its slot's
  other_block,         // the certificate is of another block or slot than the header's
  unknown_validators,  // of the header's epoch: a header of the epoch before must show them first
  bad_certificate,     // VoteError says why: last_vote_error()
  old_slot,            // not above the newest header, which may stand without this one
  fork,                // another final header of a known slot: the client stops
  stopped,             // after a fork
  trust_expired,       // the newest header is older than the trusting period: a new checkpoint is needed
  bad_validators,      // the list of the next epoch is not under the header's state root, or is no set of that epoch
  bad_proof,           // the object is not what the proof shows
};
[[nodiscard]] std::string_view to_string(LightError error);

class LightClient {
 public:
  [[nodiscard]] static Result<LightClient, LightError> make(const LightParams& params, Checkpoint checkpoint);

  // Takes a final header; nothing changes where it is refused, but that a fork stops the client. `now_ms` is the time
  // of whoever asks.
  [[nodiscard]] Result<void, LightError> follow(Unverified<FinalHeader> update, std::uint64_t now_ms);

  // Whether the object has this value (none: does not exist) in the state that the newest header shows.
  [[nodiscard]] Result<void, LightError> verify_object(const ObjectId& id, const std::optional<Bytes>& bytes,
                                                       const smt::Proof& proof) const;

  [[nodiscard]] Slot slot() const { return slot_; }
  [[nodiscard]] const Hash& block() const { return block_; }
  // After the parent of the newest header; none while only the checkpoint is known.
  [[nodiscard]] const std::optional<Hash>& state_root() const { return state_root_; }
  // The newest epoch whose set is known.
  [[nodiscard]] std::uint64_t known_epoch() const { return sets_.rbegin()->first; }
  [[nodiscard]] std::optional<VoteError> last_vote_error() const { return vote_error_; }

 private:
  explicit LightClient(const LightParams& params) : params_(params) {}
  [[nodiscard]] Result<std::optional<ValidatorSet>, LightError> next_set(const FinalHeader& update) const;

  LightParams params_;
  Hash block_;
  Slot slot_;
  std::uint64_t time_ms_ = 0;
  std::optional<Hash> state_root_;
  std::map<std::uint64_t, std::shared_ptr<const ValidatorSet>> sets_;  // of the slot's epoch and the next
  std::optional<VoteError> vote_error_;
  bool stopped_ = false;
};

}  // namespace aether::light

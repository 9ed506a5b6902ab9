// What a block of a chain of validators does to the state besides its transactions (spec/stake.md, spec/consensus.md
// "Sets and randomness", "Offences"): sets, randomness, convictions, attendance. It follows from the state before the
// block and from what the sealed block brings, whatever the transactions do; no transaction writes what it writes.
//
//   first block of an epoch e      validators/(e+1) from the state after e−1; validators/(e−3) goes
//   each block of two thirds of e  its VRF output enters what becomes η of e+1
//   first block of the last third  η of e+1 is settled
//   each block                     offences burn stake; who voted 32 slots before is counted
//   last block of an epoch         the stake of who was away leaks
#pragma once

#include "aether/ledger/program.hpp"
#include "aether/types/evidence.hpp"
#include "aether/types/stake.hpp"

namespace aether::ledger {

// Who voted for a block.
struct Attended {
  Slot slot;
  Hash block;
  Signers signers;  // by the set of the slot's epoch
};

// What the sealed block brings: verified (block_evidence.hpp), and found to hold on the state by Convictions.
struct ConsensusInput {
  Hash parent;
  crypto::VrfOutput output{};      // of the proposer's claim
  std::vector<Attended> attended;  // from certificates and late votes
  std::vector<Facts<Evidence>> offences;
};

struct ConsensusEffects {
  Diff diff;
  Amount burned = 0;  // SWR that stakes lost
};
// `parent` is the state of a chain of validators. That the offences hold on it is asserted.
[[nodiscard]] ConsensusEffects apply_consensus(const StateView& parent, const BlockFacts& facts,
                                               const ConsensusInput& input);

enum class OffenceError : std::uint8_t {
  ahead,    // of a slot after the block's
  too_old,  // of a slot more than two epochs before
  counted,  // all who are convicted were, for this slot and kind
};
[[nodiscard]] std::string_view to_string(OffenceError error);

// The offences of a block, one after the other: once for each validator, slot and kind.
class Convictions {
 public:
  // Does not own `parent`.
  Convictions(const StateView& parent, const BlockFacts& facts)
      : parent_(parent), epoch_slots_(facts.params.block.epoch_slots), slot_(facts.slot) {}

  // Whether somebody would be.
  [[nodiscard]] Result<void, OffenceError> check(const Facts<Evidence>& offence) const;
  // Who is convicted now; or changes nothing.
  [[nodiscard]] Result<std::vector<ValidatorIndex>, OffenceError> add(const Facts<Evidence>& offence);
  // The records of all slots that were added to.
  [[nodiscard]] const std::map<Slot, Offences>& records() const { return records_; }

 private:
  struct Counted {
    Offences record;
    std::vector<ValidatorIndex> convicted;
  };
  [[nodiscard]] Result<Counted, OffenceError> count(const Facts<Evidence>& offence) const;

  const StateView& parent_;
  std::uint64_t epoch_slots_;
  Slot slot_;
  std::map<Slot, Offences> records_;
};

// The randomness before any block of an epoch has entered it, and after one more.
[[nodiscard]] Hash first_mix(const Hash& randomness, std::uint64_t next_epoch);
[[nodiscard]] Hash next_mix(const Hash& mix, const crypto::VrfOutput& output);

// Set and seats of `epoch` from the stakes in `state`, that after the last block of epoch − 2. Where nobody has stake
// who was not convicted, the set of the epoch before goes on.
struct NextSet {
  ValidatorList list;
  Seats seats;
};
[[nodiscard]] NextSet next_set(const StateView& state, std::uint64_t epoch);

// What is fixed of an epoch.
struct EpochFacts {
  std::uint64_t number = 0;
  Hash randomness;  // η
  ValidatorSet validators;
};
// That of the epoch of the state's newest block, of the one before, and from the last third on of the next; none for
// others. Decodes all keys: some 0.1 ms a validator.
[[nodiscard]] std::optional<EpochFacts> epoch_facts(const StateView& state, std::uint64_t number);

}  // namespace aether::ledger

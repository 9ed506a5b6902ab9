// Errors that a test build plants one at a time, to see that the simulator finds each (sim/). In every other build
// planted() is false at compile time and nothing of this remains.
#pragma once

#include <cstdint>

namespace aether {

enum class Planted : std::uint8_t {
  none,
  speak_before_persist,        // votes leave before the record is durable
  quorum_off_by_one,           // 3·weight ≥ 2·total is enough
  foreign_certificate,         // the block in a header's C1 is not compared with the parent
  forget_delay,                // proposals are prevoted at once
  drop_second_header,          // an equivocator's second header is not sent on
  keep_certificate,            // C1 is not sent on
  newest_slot_votes_only,      // votes for the slot before the own are dropped
  forget_proposal,             // the own proposal is not recorded
  duplicate_signer,            // a signer that votes twice counts twice
  prevote_after_precommit,     // in the same slot
  precommit_despite_prevote,   // though another block was prevoted
  precommit_old_slot,          // below the newest slot voted in
  parent_without_certificate,  // builds on a block of the slot before that has no C1
  stale_final,                 // the first block of an epoch may name a C2 of long ago
  ignore_caught,               // blocks of caught proposers are prevoted
  set_depends_on_branch,       // the next epoch is taken from blocks that are not final, and waits for nothing
  reuse_randomness,            // an epoch has the randomness of the one before
  certificate_not_persisted,   // the record lacks the C1 that its votes rest on
  ignore_stale_record,         // own votes that the record does not hold silence nobody
  unverified_certificate,      // a header's certificates are taken as they are
  unchecked_roots,             // the roots in a header are not compared with the parent's outcome
  repeat_nothing,              // what was said is not said again
  delta_stays,                 // Δ does not grow
  // of whole nodes
  whole_block_unchecked,  // a block that came whole need not be cut into its header's shreds
  body_unchecked,         // … nor have the transactions of its header, however it came
  evidence_unverified,    // a pair convicts whom it names, whoever signed
};

#ifdef AETHER_PLANTED_ERRORS
Planted planted_error();  // chosen by the test
inline bool planted(Planted error) { return planted_error() == error; }
#else
constexpr bool planted(Planted) { return false; }
#endif

}  // namespace aether

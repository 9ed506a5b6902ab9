// What goes into the machine and what comes out. Effects are to be carried out in their order.
#pragma once

#include "aether/consensus/order.hpp"
#include "aether/consensus/safety.hpp"
#include "aether/types/evidence.hpp"

namespace aether::consensus {

// Time of the node. Only the steady clock moves the machine; the wall clock is shown in headers, and tells a block of
// the future.
struct Now {
  std::uint64_t steady_us = 0;  // of any origin; never falls
  std::uint64_t wall_ms = 0;    // since 1970
};

// Who a message came from, in the node's own numbering.
using PeerId = std::uint64_t;
inline constexpr PeerId kSelf = ~PeerId{0};

// On the wire between nodes.
using Message = std::variant<Header, Vote, Claim, PrevoteCertificate, PrecommitCertificate>;

// What executing a block left.
struct Outcome {
  Hash state_root;
  Hash receipts_root;
  Gas gas_used;
  // Of the first block of an epoch's last third: the next epoch's set and randomness, which no later block changes.
  std::optional<Epoch> next_epoch;
};

// --- Events --------------------------------------------------------------------------------------------------------

struct Received {
  PeerId from = kSelf;
  Message message;
};
// All bytes of the block are held, and fit its header's roots; they are durable before a record that comes later is.
struct DataHeld {
  Hash block;
};
// The answer to Validate.
struct Validated {
  Hash block;
  bool valid = false;
};
// The answer to Execute.
struct Executed {
  Hash block;
  Outcome outcome;
};
// The answer to Build: the block's data is held, durably.
struct Built {
  Slot slot;
  Hash parent;
  Hash transactions_root;
  Hash evidence_root;
  Hash shred_root;
};
// The answer to Persist.
struct SafetyPersisted {
  std::uint64_t sequence = 0;
};
// Time passed; due at Consensus::next_timer().
struct Timer {};

using Event = std::variant<Received, DataHeld, Validated, Executed, Built, SafetyPersisted, Timer>;

// --- Effects -------------------------------------------------------------------------------------------------------

struct Broadcast {
  Message message;
};
// Make the record durable, and with it the own proposal that it names (header and data), in one step; then answer. A
// record replaces those of lower sequence, and its answer stands for theirs.
struct Persist {
  std::uint64_t sequence = 0;
  SafetyRecord record;
};
// Make the data of a block on `parent`, which was executed; make it durable, then answer. An answer that comes when the
// slot is over is ignored.
struct Build {
  Slot slot;
  std::uint64_t epoch = 0;
  Hash parent;
  bool empty = false;  // too long without finality: no transactions
  codec::List<LateVotes, limits::kLateVotesMax> late_votes;
};
// Judge a block whose data is held and whose parent was executed.
struct Validate {
  Hash block;
  bool empty = false;  // a block with transactions is invalid
};
// Execute a valid block whose parent was executed; keep the result as an overlay under the block's hash.
struct Execute {
  Hash block;
};
// A block with a certificate is missing: get it, and its ancestors in slots above `above`, and hand in their headers,
// oldest first, and their data. Repeated while it is missing.
struct Fetch {
  Hash block;
  Slot slot;
  Slot above;
};
// These are final, oldest first; all were executed. The certificate is of the last.
struct Finalize {
  std::vector<Hash> blocks;
  PrecommitCertificate certificate;
};
// Nothing more is asked about the block, unless its header comes again; what is under way about it must not be
// answered.
struct Forget {
  Hash block;
};
// An offence was seen: the evidence belongs into a block.
struct Accuse {
  Evidence evidence;
};
enum class Fault : std::uint8_t {
  bad_header,       // seal, proof, place or time do not hold
  bad_vote,         // signature
  bad_claim,        // proof, or not eligible
  bad_certificate,  // signature or quorum
};
// The peer sent what no honest node passes on.
struct Blame {
  PeerId peer = kSelf;
  Fault fault = Fault::bad_header;
};
enum class AlarmKind : std::uint8_t {
  refuted,            // a block with C1 that the own execution refutes: the machine has stopped
  conflicting_final,  // a C2 beside the final chain: the machine has stopped
  stale_record,       // own votes are on the network that the record does not hold: silent for an epoch
  epoch_not_final,    // nothing of the epoch's last third is final: the chain waits for that
  kes_expired,        // no key for this epoch's headers
};
struct Alarm {
  AlarmKind kind = AlarmKind::refuted;
  Slot slot;
  Hash block;
};
struct SlotStarted {
  Slot slot;
};

using Effect = std::variant<Broadcast, Persist, Build, Validate, Execute, Fetch, Finalize, Forget, Accuse, Blame, Alarm,
                            SlotStarted>;

}  // namespace aether::consensus

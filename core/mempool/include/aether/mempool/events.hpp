// What goes into the mempool and what comes out. Effects are to be carried out in their order.
#pragma once

#include <span>
#include <variant>
#include <vector>

#include "aether/ledger/code.hpp"
#include "aether/types/transaction.hpp"

namespace aether::mempool {

// Who a transaction came from, in the node's own numbering; its users' programs are a peer like others.
using PeerId = std::uint64_t;

// Why a transaction is not taken although a block might hold it.
enum class Limit : std::uint8_t {
  known,        // it waits already, or its very bytes are being verified
  peer,         // the peer has as many transactions, or bytes, unverified as it may
  unverified,   // all peers together have
  sender,       // as many of the sender wait as may
  replacement,  // one of the sender with this nonce waits, and this one does not pay enough more
  object,       // those that wait fill an object's share of the pool, and none of them is cheaper
  pool,         // those that wait fill the pool, and none of them is cheaper
};
[[nodiscard]] std::string_view to_string(Limit limit);

// The ledger's reason, judged for the block after the head, or the pool's.
using Refusal = std::variant<ledger::Reject, Limit>;

// Whether no honest node passes such a transaction on, whatever its head is.
[[nodiscard]] bool is_fault(const Refusal& refusal);

// --- Events --------------------------------------------------------------------------------------------------------

struct Received {
  PeerId from = 0;
  std::vector<IdentifiedTransaction> transactions;
};
// The answer to VerifySignatures: of each transaction in its order, none where the signature does not hold.
struct Verdicts {
  std::uint64_t batch = 0;
  std::vector<std::optional<VerifiedTransaction>> verdicts;
};
// A block that is not final was executed. Whoever sends it keeps the transactions for the length of the step.
struct BlockAdded {
  Hash block;
  Hash parent;
  Slot slot;
  std::span<const VerifiedTransaction> transactions;
};
// The next block will stand on this one, which was executed, or came as a snapshot.
struct HeadMoved {
  Hash block;
  Slot slot;
};
// The block is final, and so are all its ancestors.
struct BlockFinal {
  Hash block;
  Slot slot;
};
// The block is on no branch any more. One that is below the final block need not be named.
struct BlockForgotten {
  Hash block;
};

using Event = std::variant<Received, Verdicts, BlockAdded, HeadMoved, BlockFinal, BlockForgotten>;

// --- Effects -------------------------------------------------------------------------------------------------------

// One batch is out at a time: what comes meanwhile gathers for the next.
struct VerifySignatures {
  std::uint64_t batch = 0;
  std::vector<IdentifiedTransaction> transactions;
};
// It waits, and may be passed on to others.
struct Admitted {
  PeerId from = 0;
  Hash transaction;
};
struct Refused {
  PeerId from = 0;
  Hash transaction;
  Refusal why;
};
enum class Drop : std::uint8_t {
  settled,     // a final block used its nonce, for it or for another, or moved the window past it
  expired,     // valid_until is before the slot after the head
  evicted,     // it was the cheapest, and a dearer one came
  replaced,    // by a dearer one of its sender and nonce
  cannot_pay,  // the sender spent what its waiting ones would need
};
[[nodiscard]] std::string_view to_string(Drop drop);
// It waits no longer.
struct Dropped {
  Hash transaction;
  Drop why = Drop::settled;
};

using Effect = std::variant<VerifySignatures, Admitted, Refused, Dropped>;

}  // namespace aether::mempool

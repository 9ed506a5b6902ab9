// Which transactions may stand in one block together, one after the other: what a validator checks and what a proposer
// selects by, so that a selected block is valid by construction (protocol section 3, "A block is valid only if").
//
// Budgets of a block: count, bytes, gas (Σ gas_limit), each object's share of both (congestion.hpp), each sender's SWR
// (Σ max_fee) and nonces. The bytes of the dispute lane, bytes_max · dispute_lane_bps rounded down, are open only to
// calls whose Program::is_dispute is true.
#pragma once

#include <map>
#include <vector>

#include "aether/ledger/admission.hpp"
#include "aether/ledger/programs.hpp"

namespace aether::ledger {

// Why a transaction does not stand beside those admitted before: itself, or no room left.
enum class Limit : std::uint8_t { transaction, bytes, gas, count, object_share };

struct Refusal {
  Limit limit = Limit::transaction;
  Reject reject = Reject::too_large;  // when limit is transaction
};

class BlockAdmission {
 public:
  struct Sender {
    Account account;                    // after the parent
    Amount max_fees = 0;                // Σ of those admitted
    std::vector<std::uint64_t> nonces;  // of those admitted, at most two windows
  };

  // Does not own parent, programs and the parameters in `facts`.
  BlockAdmission(const StateView& parent, Programs programs, const BlockFacts& facts)
      : parent_(parent), programs_(programs), facts_(facts), congestion_(parent, facts.params, facts.slot) {}

  // Takes the transaction in, or changes nothing.
  [[nodiscard]] Result<void, Refusal> admit(const VerifiedTransaction& tx);
  // The same for a caller that keeps the senders: `sender` is tx's, with what was admitted of it so far.
  [[nodiscard]] Result<void, Refusal> admit(const VerifiedTransaction& tx, Sender& sender);
  // The same for one that passed preflight().
  [[nodiscard]] Result<void, Refusal> admit_preflighted(const VerifiedTransaction& tx, Sender& sender);
  [[nodiscard]] const std::map<Address, Sender>& senders() const { return senders_; }
  // Of each transaction admitted, in order.
  [[nodiscard]] const std::vector<Multiplier>& multipliers() const { return multipliers_; }
  // What one more transaction of the lane may take: nothing once the block holds as many as it can.
  [[nodiscard]] Room room(bool dispute) const;
  [[nodiscard]] Room room(const ObjectId& shared, bool dispute) const { return congestion_.room(shared, dispute); }
  [[nodiscard]] Multiplier multiplier(const ObjectId& shared) { return congestion_.multiplier(shared); }
  // The congestion that the block leaves, known before it is executed.
  [[nodiscard]] Diff congestion_records() const { return congestion_.records(); }

 private:
  Result<void, Refusal> check_room(const VerifiedTransaction& tx, bool dispute) const;

  const StateView& parent_;
  Programs programs_;
  BlockFacts facts_;
  std::map<Address, Sender> senders_;
  BlockCongestion congestion_;
  std::vector<Multiplier> multipliers_;
  std::uint64_t count_ = 0;
  std::uint64_t bytes_ = 0;
  std::uint64_t ordinary_bytes_ = 0;  // of those that are no disputes
  std::uint64_t gas_ = 0;
};

}  // namespace aether::ledger

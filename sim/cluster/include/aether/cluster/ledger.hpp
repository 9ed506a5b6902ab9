// What stands for the ledger in a cluster: a state whose root chains all that was executed, numbered transactions that
// count once (by the same window of nonces that an account has), and the sets of coming epochs.
#pragma once

#include <functional>

#include "aether/cluster/identities.hpp"
#include "aether/consensus/consensus.hpp"
#include "aether/types/block.hpp"

namespace aether::sim {

using TransactionNumber = std::uint64_t;  // from 1

struct Contents {
  std::vector<TransactionNumber> transactions;
  BlockEvidence evidence;
};

[[nodiscard]] Hash transactions_root(const Contents& contents);

// A block as a node stores and serves it. What it holds fits its header; see make_block.
struct StoredBlock {
  Hash hash;
  Header header;
  Contents contents;

  Slot slot() const { return header.body.slot; }
};
using BlockPointer = std::shared_ptr<const StoredBlock>;

// None where the contents are not those that the header names.
[[nodiscard]] BlockPointer make_block(Header header, Contents contents);

struct State {
  static constexpr std::uint64_t kWindow = 256;

  Hash root;
  Hash receipts;
  Gas gas_used;
  TransactionNumber top = 0;
  std::array<std::uint64_t, kWindow / 64> used{};  // bit i: top − i
  Hash vrf_mix;                                    // of the proofs of the epoch's first two thirds
  Hash previous_epoch_root;                        // after the last block of the epoch before
  std::optional<consensus::Epoch> before;          // the epoch before
  consensus::Epoch epoch;                          // of this block's slot
  std::optional<consensus::Epoch> next;            // from the last third on

  [[nodiscard]] bool is_used(TransactionNumber number) const;
  [[nodiscard]] bool can_use(TransactionNumber number) const;
  void use(TransactionNumber number);
};

// Who is in the set of which epoch. Sets are made once and shared.
class EpochPlan {
 public:
  // `members(epoch, seed)`: those of the epoch, where `seed` is the state's root after the last block of epoch − 2.
  using MembersOf = std::function<std::vector<Member>(std::uint64_t epoch, const Hash& seed)>;

  EpochPlan(Identities& identities, std::uint64_t epoch_slots, bool kes, MembersOf members);

  [[nodiscard]] std::uint64_t epoch_slots() const { return epoch_slots_; }
  [[nodiscard]] std::shared_ptr<const ValidatorSet> set_of(std::uint64_t epoch, const Hash& seed);
  [[nodiscard]] State genesis();

  // The state after the block; the block must be valid.
  [[nodiscard]] State execute(const StoredBlock& block, const State& parent);
  [[nodiscard]] bool is_first_of_last_third(Slot slot) const;
  [[nodiscard]] consensus::Outcome outcome(const State& state, Slot slot) const;

 private:
  Identities& identities_;
  std::uint64_t epoch_slots_;
  bool kes_;
  MembersOf members_;
  std::map<std::pair<std::uint64_t, Hash>, std::shared_ptr<const ValidatorSet>> sets_;
};

// By the rules of the ledger alone: no transaction of the branch again, and none at all where it must be empty.
[[nodiscard]] bool is_valid(const StoredBlock& block, const State& parent, bool empty);

}  // namespace aether::sim

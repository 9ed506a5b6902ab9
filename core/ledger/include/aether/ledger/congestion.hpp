// Congestion (spec/fees.md): whoever declares a popular object pays for its heat, and nobody else. An object's users
// may fill a share of a block; above the target of that share, on average, the fee multiplier of the object grows from
// block to block, below it falls. A block's multipliers follow from its parent's state alone.
//
// Heat comes from what a transaction reserves, its bytes and its gas limit, since that is what keeps others out. So it
// is known from the admission of a block, before any of it is executed.
#pragma once

#include "aether/ledger/state_view.hpp"
#include "aether/params/chain_params.hpp"
#include "aether/types/transaction.hpp"

namespace aether::ledger {

// Of a fee, in millionths; never below kMultiplierAtRest.
using Multiplier = Strong<struct MultiplierTag, std::uint64_t>;
inline constexpr Multiplier kMultiplierAtRest{1'000'000};
inline constexpr Multiplier kMultiplierHighest{kCongestionMultiplierMax * kMultiplierAtRest.raw()};

// A full share, in millionths.
inline constexpr std::uint32_t kFullShare = 1'000'000;

// What the state keeps of an object that is not at rest. At rest are multiplier 1 and an average below a quarter of the
// target: one block above the target makes a record, and only records that nobody touches again outlive their heat.
struct Congestion {
  std::uint8_t version = 1;
  Slot slot;                                  // the newest block counted in
  std::uint32_t average = 0;                  // of the share used, in millionths; a block weighs a quarter
  Multiplier multiplier = kMultiplierAtRest;  // of the block after `slot`

  bool operator==(const Congestion&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("version", self.version);
    visit("slot", self.slot);
    visit("average", self.average);
    visit("multiplier", self.multiplier);
  }
};

[[nodiscard]] ObjectId congestion_object(const ObjectId& object);

// After one more block, which used `used` millionths of the share (at most kFullShare).
[[nodiscard]] Congestion after_block(const CongestionParams& params, const Congestion& before, std::uint32_t used);
// As it is for the block `slot`, above before.slot, when no block in between used the object. Takes at most some five
// hundred steps, however many slots passed.
[[nodiscard]] Congestion idle_until(const CongestionParams& params, const Congestion& before, Slot slot);
[[nodiscard]] bool is_at_rest(const Congestion& congestion);

// What the users of one object may fill of a block, Σ bytes and Σ gas_limit. Dispute instructions have a second share
// of that size to themselves: nobody crowds them out of the job they are about.
[[nodiscard]] std::uint64_t object_bytes_max(const ChainParams& params);
[[nodiscard]] std::uint64_t object_gas_max(const ChainParams& params);

// Whether transactions contend for a declared object: not for the sender's own account, which is implicit, nor for
// code, which never changes, nor for uploads, which are their sender's alone.
[[nodiscard]] bool is_shared(const VerifiedTransaction& tx, const ObjectId& declared);
[[nodiscard]] bool declares_shared(const VerifiedTransaction& tx);

template <class Visit>
void for_each_shared(const VerifiedTransaction& tx, const AccessSet& set, Visit visit) {
  for (const ObjectId& id : set)
    if (is_shared(tx, id)) visit(id);
}

// What is left of a block or of an object's share: bytes, and steps of gas.
struct Room {
  std::uint64_t bytes = 0;
  std::uint64_t gas = 0;

  bool operator==(const Room&) const = default;
};

// The load of one block on the objects that its transactions declare. Does not own parent and parameters.
class BlockCongestion {
 public:
  BlockCongestion(const StateView& parent, const ChainParams& params, Slot slot)
      : parent_(parent), params_(params), slot_(slot) {}

  // That of the hottest shared object declared, or also in the sets; the block's own load does not change it.
  [[nodiscard]] Multiplier multiplier(const VerifiedTransaction& tx);
  [[nodiscard]] Multiplier multiplier(const VerifiedTransaction& tx, const AccessSet& reads, const AccessSet& writes);
  [[nodiscard]] Multiplier multiplier(const ObjectId& id) { return object(id).before.multiplier; }

  [[nodiscard]] Room room(const ObjectId& id, bool dispute) const;
  // Whether the share of each object that the transaction declares has room for it.
  [[nodiscard]] bool has_room(const VerifiedTransaction& tx, bool dispute) const;
  void add(const VerifiedTransaction& tx, bool dispute);

  // The records that the block leaves: written, or erased where the object came to rest.
  [[nodiscard]] Diff records() const;

 private:
  struct Load {
    std::uint64_t bytes = 0;
    std::uint64_t gas = 0;
  };
  struct Object {
    Congestion before;  // for this block
    bool stored = false;
    Load ordinary;
    Load disputes;
  };
  Object& object(const ObjectId& id);
  std::uint32_t used(const Object& object) const;

  const StateView& parent_;
  const ChainParams& params_;
  Slot slot_;
  std::map<ObjectId, Object> objects_;
};

}  // namespace aether::ledger

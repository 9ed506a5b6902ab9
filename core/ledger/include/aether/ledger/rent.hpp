// Rent of stored state (spec/rent.md). Whoever writes a UTxO, an upload, code, a contract or an entry of a contract's
// storage leaves a deposit with it. One that covers RentParams::exempt_epochs is only held; from a smaller one the rent
// of each epoch is drawn, when somebody touches the object. An object whose deposit is used up may be pruned: its hash
// and the value that it held stay, and its bytes, shown again, restore it.
//
// A record stands beside each rented object, under a key of its own, so that encodings of values know nothing of rent,
// and what an object owes follows from its record alone. It is read and written only with its object: whoever may write
// the object may write the record, and nobody else.
#pragma once

#include <variant>

#include "aether/ledger/state_view.hpp"
#include "aether/params/chain_params.hpp"

namespace aether::ledger {

[[nodiscard]] constexpr std::uint64_t epoch_of(const BlockParams& params, Slot slot) {
  return slot.raw() / params.epoch_slots;
}

// Of an object that is there.
struct Deposit {
  Address payer;            // to whom it returns
  Amount amount = 0;        // in SWR
  std::uint64_t since = 0;  // the first epoch whose rent is not drawn
  std::uint32_t bytes = 0;  // of the object's value

  bool operator==(const Deposit&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("payer", self.payer);
    visit("amount", self.amount);
    visit("since", self.since);
    visit("bytes", self.bytes);
  }
};

// What is left of an object that was pruned.
struct Pruned {
  Hash value;               // value_hash of its bytes
  std::uint32_t bytes = 0;  // how many these were
  Balance held;             // by it for others, and now by this record

  bool operator==(const Pruned&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("value", self.value);
    visit("bytes", self.bytes);
    visit("held", self.held);
  }
};

struct Rent {
  std::uint8_t version = 1;
  std::variant<Deposit, Pruned> state;

  bool operator==(const Rent&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("version", self.version);
    visit("state", self.state);
  }
};

// The domain is in the key: who could name one record by two objects could touch it out of the order of either.
[[nodiscard]] inline ObjectId rent_object(const ObjectId& object) { return {Domain::rent, state_key(object)}; }

// UTxOs, uploads, code, contracts, storage; none where rent is off. What bounds the others is in spec/rent.md.
[[nodiscard]] bool is_rented(const RentParams& params, Domain domain);

// For an object whose value has so many bytes.
[[nodiscard]] Amount rent_per_epoch(const RentParams& params, std::size_t value_bytes);
[[nodiscard]] Amount deposit_for(const RentParams& params, std::size_t value_bytes);

// A deposit in an epoch, not before its `since`.
struct Standing {
  Amount drawn = 0;  // rent of the epochs since `since` that are over, or what there is of it
  Amount left = 0;
  bool exempt = false;
  bool exhausted = false;  // `left` does not pay for the epoch, once it is over
};
[[nodiscard]] Standing standing(const RentParams& params, const Deposit& deposit, std::uint64_t epoch);
// The first epoch in which it is exhausted; none while it is exempt, or when that is above 2^64 − 1.
[[nodiscard]] std::optional<std::uint64_t> exhausted_from(const RentParams& params, const Deposit& deposit);

// What happens to a deposit: before + debit = after + refund + burn + fee.
struct RentChange {
  std::optional<Deposit> after;
  Amount debit = 0;   // from the sender
  Amount refund = 0;  // to the payer before
  Amount burn = 0;    // rent drawn
  Amount fee = 0;     // to the sender, out of the rent drawn
};
// The object is written, and its value has `value_bytes` then; or it is gone, for none. The deposit that remains is at
// least deposit_for: what lacks the sender adds where it is the payer, else it takes the deposit over and the payer
// before gets back what is left.
[[nodiscard]] RentChange write_change(const RentParams& params, std::uint64_t epoch, const Address& sender,
                                      const std::optional<Deposit>& before, std::optional<std::size_t> value_bytes);
// The sender raises the deposit to `amount`, as its payer from then on. None unless that is above what is left, and no
// less than deposit_for.
[[nodiscard]] std::optional<RentChange> fund_change(const RentParams& params, std::uint64_t epoch,
                                                    const Address& sender, const Deposit& before, Amount amount);
// The object is pruned, for a fee of one epoch's rent at most. None unless it is exhausted.
[[nodiscard]] std::optional<RentChange> prune_change(const RentParams& params, std::uint64_t epoch,
                                                     const Deposit& before);

}  // namespace aether::ledger

namespace aether::codec {
template <>
inline constexpr auto variant_names<std::variant<ledger::Deposit, ledger::Pruned>> =
    std::array<std::string_view, 2>{"deposit", "pruned"};
}  // namespace aether::codec

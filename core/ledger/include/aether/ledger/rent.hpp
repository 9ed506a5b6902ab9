// Rent of stored state (spec/fees.md): for each UTxO, upload, code, contract and entry of a contract's storage a
// deposit lies in the state, which covers the rent of RentParams::deposit_epochs for its bytes and exempts it from
// rent. It comes back to its payer when the object goes or shrinks.
//
// A record stands beside each rented object, under a key of its own, so that encodings of values know nothing of rent.
// It is read and written only with its object: whoever may write the object may write the record, and nobody else.
#pragma once

#include "aether/ledger/state_view.hpp"
#include "aether/params/chain_params.hpp"

namespace aether::ledger {

struct Rent {
  std::uint8_t version = 1;
  Address payer;
  Amount deposit = 0;  // in SWR

  bool operator==(const Rent&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("version", self.version);
    visit("payer", self.payer);
    visit("deposit", self.deposit);
  }
};

// The key is that of the object: keys of rented domains are hashes under tags of their own, and never meet.
[[nodiscard]] constexpr ObjectId rent_object(const ObjectId& object) { return {Domain::rent, object.key}; }

// UTxOs, uploads, code, contracts, storage; none where rent is off. What bounds the others is in spec/fees.md.
[[nodiscard]] bool is_rented(const RentParams& params, Domain domain);

// For an object whose value has so many bytes.
[[nodiscard]] Amount deposit_for(const RentParams& params, std::size_t value_bytes);

// What the change of one object does: deposit after = before + debit − refund.
struct RentChange {
  std::optional<Rent> after;  // none: no record
  Amount debit = 0;           // from the sender
  Amount refund = 0;          // to the payer of the record before
};
// `value_bytes` is the size of the value after, none where the object is gone. Whoever makes the object grow takes the
// deposit over: the payer before gets all of it back.
[[nodiscard]] RentChange rent_change(const RentParams& params, const Address& sender, const std::optional<Rent>& before,
                                     std::optional<std::size_t> value_bytes);

}  // namespace aether::ledger

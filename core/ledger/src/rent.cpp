#include "aether/ledger/rent.hpp"

namespace aether::ledger {
namespace {

// Of an object beside its value: its id and its record's in the store, the record, and their two leaves in the tree.
constexpr std::uint64_t kFrameBytes = 192;

}  // namespace

bool is_rented(const RentParams& params, Domain domain) {
  if (params.per_byte_epoch == 0) return false;
  return domain == Domain::utxo || domain == Domain::upload || domain == Domain::code || domain == Domain::contract ||
         domain == Domain::storage;
}

// Below 2^81 by the bounds of the parameters.
Amount deposit_for(const RentParams& params, std::size_t value_bytes) {
  return params.per_byte_epoch * params.deposit_epochs * (value_bytes + kFrameBytes);
}

RentChange rent_change(const RentParams& params, const Address& sender, const std::optional<Rent>& before,
                       std::optional<std::size_t> value_bytes) {
  const Amount held = before ? before->deposit : 0;
  if (!value_bytes) return {std::nullopt, 0, held};
  const Amount needed = deposit_for(params, *value_bytes);
  if (before && needed <= held) return {Rent{1, before->payer, needed}, 0, held - needed};
  if (before && before->payer == sender) return {Rent{1, sender, needed}, needed - held, 0};
  return {Rent{1, sender, needed}, needed, held};
}

}  // namespace aether::ledger

// UTxOs as state objects (protocol section 3). An id is a tagged hash of the transaction that made it and the place of
// the output in it, so no two outputs ever share one, and a spent one never comes back.
#pragma once

#include "aether/types/transaction.hpp"

namespace aether {

inline constexpr std::string_view kUtxoTag = "aether/utxo";

struct Utxo {
  std::uint8_t version = 1;
  Address owner = {};
  Asset asset = Asset::swr;
  Amount amount = 0;
  std::optional<OutputScript> script = std::nullopt;

  bool operator==(const Utxo&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("version", self.version);
    visit("owner", self.owner);
    visit("asset", self.asset);
    visit("amount", self.amount);
    visit("script", self.script);
  }
};

// H("aether/utxo", transaction id ‖ index as u32): what an input names. `index` counts all outputs of the transaction,
// those to accounts too.
[[nodiscard]] Hash utxo_id(const Hash& transaction, std::uint32_t index);

inline ObjectId utxo_object(const Hash& id) { return {Domain::utxo, id}; }

// What an output of OutputKind::utxo leaves in the state.
[[nodiscard]] Utxo utxo_of(const TransactionOutput& output);

}  // namespace aether

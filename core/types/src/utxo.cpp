#include "aether/types/utxo.hpp"

#include "aether/crypto/sha256.hpp"

namespace aether {
namespace {

struct UtxoPlace {
  Hash transaction;
  std::uint32_t index = 0;

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("transaction", self.transaction);
    visit("index", self.index);
  }
};

}  // namespace

Hash utxo_id(const Hash& transaction, std::uint32_t index) {
  return crypto::tagged_hash(kUtxoTag, codec::encode(UtxoPlace{transaction, index}));
}

Utxo utxo_of(const TransactionOutput& output) {
  AETHER_ASSERT(output.kind == OutputKind::utxo);
  return {.owner = output.owner, .asset = output.asset, .amount = output.amount, .script = output.script};
}

}  // namespace aether

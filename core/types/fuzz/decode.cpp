// Every type that comes from outside: accepted bytes re-encode to themselves, and nothing else is accepted. What has a
// verifier goes through it.
#include "aether/base/result.hpp"
#include "aether/types/block.hpp"
#include "aether/types/genesis.hpp"
#include "aether/types/registration.hpp"
#include "aether/types/shred.hpp"
#include "aether/types/utxo.hpp"

namespace {

using namespace aether;

template <class T>
std::optional<T> round_trip(ByteView bytes) {
  auto content = codec::decode<T>(bytes);
  if (!content) return std::nullopt;
  const Bytes again = codec::encode(*content);
  AETHER_ASSERT(std::equal(again.begin(), again.end(), bytes.begin(), bytes.end()));
  return std::move(*content);
}

template <class T>
void only_round_trip(ByteView bytes) {
  static_cast<void>(round_trip<T>(bytes));
}

void transaction(ByteView bytes) {
  if (auto content = round_trip<Transaction>(bytes))
    if (const auto verified = verify(*content)) AETHER_ASSERT(verified->byte_size() == bytes.size());
}

void block(ByteView bytes) {
  if (const auto content = round_trip<Block>(bytes)) {
    static_cast<void>(verify_seal(content->header));
    static_cast<void>(recall(*content, block_hash(content->header.body)));
  }
}

void registration(ByteView bytes) {
  if (const auto content = round_trip<Registration>(bytes))
    static_cast<void>(verify_registration(*content, content->chain_id));
}

constexpr void (*kChecks[])(ByteView) = {
    transaction,
    block,
    only_round_trip<Header>,
    only_round_trip<Receipt>,
    only_round_trip<Genesis>,
    only_round_trip<Account>,
    only_round_trip<Supply>,
    only_round_trip<ObjectId>,
    only_round_trip<Utxo>,
    only_round_trip<Shred>,
    registration,
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  kChecks[data[0] % std::size(kChecks)](ByteView(data + 1, size - 1));
  return 0;
}

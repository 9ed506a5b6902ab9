// Every type that comes from outside: accepted bytes re-encode to themselves, and nothing else is accepted.
#include "aether/base/result.hpp"
#include "aether/types/block.hpp"
#include "aether/types/genesis.hpp"

namespace {

template <class T>
void round_trip(aether::ByteView bytes) {
  const auto value = aether::codec::decode<T>(bytes);
  if (!value) return;
  const aether::Bytes again = aether::codec::encode(*value);
  AETHER_ASSERT(std::equal(again.begin(), again.end(), bytes.begin(), bytes.end()));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const aether::ByteView bytes(data + 1, size - 1);
  switch (data[0] % 8) {
    case 0: round_trip<aether::Transaction>(bytes); break;
    case 1: round_trip<aether::Block>(bytes); break;
    case 2: round_trip<aether::Header>(bytes); break;
    case 3: round_trip<aether::Receipt>(bytes); break;
    case 4: round_trip<aether::Genesis>(bytes); break;
    case 5: round_trip<aether::Account>(bytes); break;
    case 6: round_trip<aether::Supply>(bytes); break;
    default: round_trip<aether::ObjectId>(bytes); break;
  }
  return 0;
}

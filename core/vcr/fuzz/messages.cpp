// Every decoder of vcr: what is accepted encodes back to the same bytes.
#include "aether/vcr/descent.hpp"
#include "aether/vcr/proof.hpp"
#include "aether/vcr/receipt.hpp"

namespace {

template <class T>
void round_trip(aether::ByteView bytes) {
  const auto value = aether::codec::decode<T>(bytes);
  if (value) AETHER_ASSERT(std::ranges::equal(aether::codec::encode(*value), bytes));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const aether::ByteView bytes{data + 1, size - 1};
  switch (data[0] % 5) {
    case 0: round_trip<aether::vcr::Vcr>(bytes); break;
    case 1: round_trip<aether::vcr::StepProof>(bytes); break;
    case 2: round_trip<aether::vcr::DescentState>(bytes); break;
    case 3: round_trip<aether::vcr::Reveal>(bytes); break;
    default: round_trip<aether::vcr::Step>(bytes);
  }
  return 0;
}

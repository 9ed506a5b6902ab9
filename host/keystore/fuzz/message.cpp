// Any accepted signature encodes to itself, and judging it does not fail.
#include "aether/keystore/message.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const aether::ByteView bytes(data, size);
  if (const auto signature = aether::codec::decode<aether::keystore::MessageSignature>(bytes)) {
    AETHER_ASSERT(std::ranges::equal(aether::codec::encode(*signature), bytes));
    (void)aether::keystore::verify_message(*signature, bytes);
  }
  return 0;
}

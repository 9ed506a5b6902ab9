// Any bytes as a message between replicas, or as a block's body: the decoders are strict, and the kind is the first
// byte.
#include "aether/replica/wire.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace aether;
  const ByteView bytes(data, size);
  const auto is_canonical = [&](const auto& decoded) {
    const Bytes again = codec::encode(decoded);
    return std::equal(again.begin(), again.end(), bytes.begin(), bytes.end());
  };
  if (const auto message = codec::decode<replica::NetMessage>(bytes))
    AETHER_ASSERT(is_canonical(*message) && message->index() == data[0]);
  if (const auto body = codec::decode<replica::Body>(bytes)) {
    AETHER_ASSERT(is_canonical(*body));
    static_cast<void>(replica::fits({}, *body));
  }
  return 0;
}

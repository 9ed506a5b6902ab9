// A tokenizer that is read takes any text apart and together again.
#include "aether/models/tokenizer_json.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const aether::ByteView bytes(data, size);
  if (const auto tokenizer = aether::models::tokenizer_from_json(aether::as_text(bytes)))
    AETHER_ASSERT(tokenizer->decode(tokenizer->encode(bytes)) == aether::Bytes(data, data + size));
  return 0;
}

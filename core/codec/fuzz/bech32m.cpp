// What decodes encodes to the same text in lower case; what symbols read as bytes are these bytes' symbols.
#include "aether/codec/bech32m.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace aether;
  const std::string_view text = as_text({data, size});
  if (const auto decoded = codec::bech32m_decode(text)) {
    const auto again = codec::bech32m_encode(decoded->prefix, decoded->symbols);
    AETHER_ASSERT(again && codec::bech32m_decode(*again) == decoded);
    AETHER_ASSERT(again->size() == text.size());
    if (const auto bytes = codec::bytes_from_symbols(decoded->symbols))
      AETHER_ASSERT(codec::symbols_from_bytes(*bytes) == decoded->symbols);
  }
  if (const auto encoded = codec::bech32m_encode("aeth", {data, size}))
    AETHER_ASSERT(codec::bech32m_decode(*encoded).has_value());
  return 0;
}

// Addresses and amounts as text: what is accepted has one value, and that value's text gives it again.
#include "aether/base/result.hpp"
#include "aether/types/address.hpp"
#include "aether/types/asset.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = aether::as_text({data, size});
  if (const auto address = aether::address_from_text(text)) {
    const auto again = aether::address_from_text(aether::to_text(*address));
    AETHER_ASSERT(again && *again == *address);
  }
  if (const auto amount = aether::amount_from_text(text))
    AETHER_ASSERT(aether::amount_from_text(aether::amount_to_text(*amount)) == amount);
  if (const auto number = aether::from_decimal(text)) AETHER_ASSERT(aether::to_decimal(*number) == text);
  if (const auto bytes = aether::from_hex(text)) AETHER_ASSERT(aether::from_hex(aether::to_hex(*bytes)) == bytes);
  return 0;
}

#include "aether/client/url.hpp"
#include "aether/base/bytes.hpp"

// What is accepted is written back and read again as the same place.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto url = aether::client::parse_url(aether::as_text({data, size}));
  if (!url) return 0;
  const std::string text = aether::client::to_text(*url);
  if (text.size() > aether::client::kUrlBytesMax) return 0;
  const auto again = aether::client::parse_url(text);
  AETHER_ASSERT(again.has_value() && *again == *url);
  return 0;
}

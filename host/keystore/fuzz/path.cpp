// Any accepted path is the text of its indices.
#include "aether/keystore/slip10.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = aether::as_text({data, size});
  if (const auto path = aether::keystore::path_from_text(text)) AETHER_ASSERT(aether::keystore::to_text(*path) == text);
  return 0;
}

// An accepted path is the one text of its address.
#include "aether/mesh/trace_address.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace aether;
  const std::string_view text = as_text({data, size});
  const auto address = mesh::trace_address_from_path(text);
  if (address) AETHER_ASSERT(mesh::to_path(*address) == text);
  return 0;
}

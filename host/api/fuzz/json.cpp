#include "aether/api/json_reader.hpp"
#include "aether/types/genesis.hpp"

namespace {

// What is accepted is written, read and written again without a change.
template <class T>
void check(std::string_view text) {
  const auto value = aether::api::from_json_text<T>(text, 1 << 20);
  if (!value) return;
  const std::string once = aether::api::to_json_text(*value);
  const auto again = aether::api::from_json_text<T>(once, 1 << 24);
  AETHER_ASSERT(again.has_value());
  AETHER_ASSERT(aether::api::to_json_text(*again) == once);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = aether::as_text({data, size});
  check<aether::Transaction>(text);
  check<aether::Genesis>(text);
  return 0;
}

// What is accepted is written, read and written again without a change, and its check ends with a judgement.
#include "aether/receipts/check.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace aether;
  const auto file = receipts::from_text(as_text({data, size}));
  if (!file) return 0;
  const auto again = receipts::from_text(receipts::to_text(*file));
  AETHER_ASSERT(again && *again == *file);
  (void)receipts::check_fields(*file, file->model);
  return 0;
}

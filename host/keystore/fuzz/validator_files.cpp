// Any accepted text of validator.key or kes.key is the text of what it was read as.
#include "../src/kes_file.hpp"
#include "../src/validator_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace aether::keystore;
  const std::string_view text = aether::as_text({data, size});
  if (const auto file = validator_file_from_text(text))
    AETHER_ASSERT(file->sealed.head == validator_head_text(file->head) && sealed_file_text(file->sealed) == text);
  if (const auto file = sealed_kes_from_text(text))
    AETHER_ASSERT(file->sealed.head == kes_head_text(file->head) && sealed_file_text(file->sealed) == text);
  return 0;
}

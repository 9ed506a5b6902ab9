// Any accepted text is the text of what it was read as.
#include "../src/key_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = aether::as_text({data, size});
  if (const auto file = aether::keystore::key_file_from_text(text))
    AETHER_ASSERT(file->sealed.head == aether::keystore::key_head_text(file->head) &&
                  aether::keystore::sealed_file_text(file->sealed) == text);
  return 0;
}

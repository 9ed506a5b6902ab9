// Any accepted text has the words of its entropy. Any text either has a seed or is not UTF-8.
#include "aether/keystore/mnemonic.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace aether;
  const std::string_view text = as_text({data, size});
  if (const auto entropy = keystore::entropy_from_mnemonic(text)) {
    const auto words = keystore::mnemonic_from_entropy(entropy->view());
    AETHER_ASSERT(words);
    const auto again = keystore::entropy_from_mnemonic(words->text());
    AETHER_ASSERT(again && std::ranges::equal(again->view(), entropy->view()));
  }
  const auto seed = keystore::mnemonic_to_seed(text, text);
  AETHER_ASSERT(seed || seed.error().kind == keystore::MnemonicErrorKind::not_utf8);
  return 0;
}

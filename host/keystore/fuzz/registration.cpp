// Any accepted registration is read again from its own text, and judging it does not fail.
#include "aether/keystore/registration_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace aether;
  const auto read = keystore::registration_from_text(as_text({data, size}));
  if (!read) return 0;
  const Registration& registration = read->unchecked();
  const auto again = keystore::registration_from_text(keystore::registration_text(registration));
  AETHER_ASSERT(again && again->unchecked() == registration);
  (void)verify_registration(*read, registration.chain_id);
  return 0;
}

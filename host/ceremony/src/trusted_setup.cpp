// The assembler takes the file in as it is; AETHER_KZG_CEREMONY is its path (CMakeLists.txt).
#include "aether/ceremony/ceremony.hpp"

asm(".pushsection .rodata\n"
    ".global aether_kzg_trusted_setup\n"
    ".global aether_kzg_trusted_setup_end\n"
    "aether_kzg_trusted_setup:\n"
    ".incbin \"" AETHER_KZG_CEREMONY
    "\"\n"
    "aether_kzg_trusted_setup_end:\n"
    ".popsection\n");

extern "C" {
extern const char aether_kzg_trusted_setup[];
extern const char aether_kzg_trusted_setup_end[];
}

namespace aether::ceremony {

std::string_view kzg_trusted_setup_text() { return {aether_kzg_trusted_setup, aether_kzg_trusted_setup_end}; }

Result<crypto::KzgSettings, crypto::KzgError> load_kzg_settings() {
  return crypto::KzgSettings::load(kzg_trusted_setup_text());
}

}  // namespace aether::ceremony

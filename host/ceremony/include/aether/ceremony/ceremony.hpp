// The result of Ethereum's public KZG ceremony, embedded in the program.
#pragma once

#include <string_view>

#include "aether/crypto/kzg.hpp"

namespace aether::ceremony {

// The text as c-kzg publishes it.
[[nodiscard]] std::string_view kzg_trusted_setup_text();

// Ready for use; takes about a second, so load once and pass it on.
[[nodiscard]] Result<crypto::KzgSettings, crypto::KzgError> load_kzg_settings();

}  // namespace aether::ceremony

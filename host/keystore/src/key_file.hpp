// The text of a key file. Pure: bytes in, fields out. One value has one text.
#pragma once

#include <optional>

#include "aether/keystore/keystore.hpp"

namespace aether::keystore {

struct KeyFile {
  Address address;
  crypto::PublicKey public_key{};
  KdfCost cost;
  std::array<std::uint8_t, 16> salt{};
  std::array<std::uint8_t, 24> nonce{};
  std::array<std::uint8_t, 48> ciphertext{};  // the seed and its tag
};

inline constexpr std::size_t kKeyFileBytesMax = 2048;

// The lines above the ciphertext: the additional data of the AEAD.
[[nodiscard]] std::string key_file_head(const KeyFile& file);
[[nodiscard]] std::string key_file_text(const KeyFile& file);
[[nodiscard]] std::optional<KeyFile> key_file_from_text(std::string_view text);

}  // namespace aether::keystore

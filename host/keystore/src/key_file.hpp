// The text of a key file. Pure: bytes in, fields out. One value has one text.
#pragma once

#include "sealed_file.hpp"

namespace aether::keystore {

// What a key file says in clear.
struct KeyHead {
  Address address;
  crypto::PublicKey public_key{};
  std::optional<std::uint32_t> account;  // of a mnemonic, whose entropy is then the secret; else the secret is the seed
};
[[nodiscard]] std::string key_head_text(const KeyHead& head);

struct KeyFile {
  KeyHead head;
  SealedFile sealed;
};
[[nodiscard]] std::optional<KeyFile> key_file_from_text(std::string_view text);

}  // namespace aether::keystore

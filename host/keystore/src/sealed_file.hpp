// An encrypted file: text of lines, of which the AEAD covers all above the ciphertext.
//
//   …                     the head: what the file is, and what it says of its secret
//   argon2id OPERATIONS MEMORY_BYTES
//   salt HEX
//   nonce HEX
//   ciphertext HEX        XChaCha20-Poly1305 under Argon2id of the password
//   checksum HEX          first 8 bytes of H("aether/key-file", lines above): tells damage from a wrong password
//
// One value has one text.
#pragma once

#include <optional>

#include "aether/keystore/keystore.hpp"

namespace aether::keystore {

struct SealedFile {
  std::string head;  // whole lines
  KdfCost cost;
  std::array<std::uint8_t, 16> salt{};
  std::array<std::uint8_t, 24> nonce{};
  Bytes ciphertext;  // the secret and its tag
};

inline constexpr std::size_t kSealedTagBytes = 16;
inline constexpr std::size_t kSealedFileBytesMax = 4096;

[[nodiscard]] std::string sealed_file_text(const SealedFile& file);
[[nodiscard]] std::optional<SealedFile> sealed_file_from_text(std::string_view text);

// What Argon2id makes of a password. Kept, it seals a file that changes often without the password and its cost; each
// sealing has a nonce of its own.
struct SealingKey {
  KdfCost cost;
  std::array<std::uint8_t, 16> salt{};
  Secret<32> key;
};
[[nodiscard]] Outcome<SealingKey> sealing_key(const SecretBytes& password, KdfCost cost);
[[nodiscard]] Outcome<SealingKey> sealing_key(const SecretBytes& password, const SealedFile& file);

[[nodiscard]] SealedFile seal(std::string head, ByteView secret, const SealingKey& key);
[[nodiscard]] Outcome<SealedFile> seal(std::string head, ByteView secret, const SecretBytes& password, KdfCost cost);
// `path` is for the error.
[[nodiscard]] Outcome<SecretBytes> unseal(const SealedFile& file, const SealingKey& key, const env::Path& path);
[[nodiscard]] Outcome<SecretBytes> unseal(const SealedFile& file, const SecretBytes& password, const env::Path& path);

// The text of a file of secrets: one that others may read, or is too large to be one, is refused. `absent` is the
// error's message when there is none, and `kind` of which it is otherwise: "key file".
[[nodiscard]] Outcome<std::string> read_private_file(const env::Path& path, std::string_view absent);
[[nodiscard]] std::unexpected<Error> damaged(const env::Path& path, std::string_view kind);

// Takes "KEY VALUE\n" off the front.
[[nodiscard]] std::optional<std::string_view> take_line(std::string_view& text, std::string_view key);
template <std::size_t N>
bool take_hex(std::string_view& text, std::string_view key, std::array<std::uint8_t, N>& to) {
  const auto line = take_line(text, key);
  if (!line) return false;
  const auto bytes = from_hex(*line);
  if (!bytes || bytes->size() != N) return false;
  std::copy(bytes->begin(), bytes->end(), to.begin());
  return true;
}

}  // namespace aether::keystore

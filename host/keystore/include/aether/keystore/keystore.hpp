// Encrypted key files, NAME.key in a directory. Text; the AEAD covers all lines above the ciphertext:
//
//   aether-key 2          1: without a path, and the secret is the 32-byte seed
//   address aeth1…
//   public_key HEX
//   path m/44'/…          the account of the mnemonic whose entropy is the secret
//   argon2id OPERATIONS MEMORY_BYTES
//   salt HEX
//   nonce HEX
//   ciphertext HEX
//   checksum HEX          first 8 bytes of H("aether/key-file", lines above): tells damage from a wrong password
//
// A key made from a mnemonic keeps its entropy, so that the words can be shown again; who has file and password has all
// accounts of the mnemonic. Both versions are read for ever; another one is refused.
#pragma once

#include <optional>
#include <variant>
#include <vector>

#include "aether/env/file.hpp"
#include "aether/keystore/secret_bytes.hpp"
#include "aether/types/address.hpp"

namespace aether::keystore {

enum class ErrorKind : std::uint8_t {
  bad_name,  // not 1 to 64 of a–z, 0–9, '-', '_'
  empty_password,
  exists,  // a key of that name is there; it stays
  not_found,
  too_open,  // group or others may read the file
  damaged,   // not a key file, or changed since it was written
  wrong_password,
  environment,  // the file system refuses
  // Of a validator's folder (validator.hpp):
  locked,              // another process uses it
  bad_registration,    // registration.json has a proof that does not hold
  other_validator,     // kes.key or registration.json is of another validator.key
  other_registration,  // kes.key is not the key that registration.json names
  past_period,         // the KES key has evolved past this period
  expired,             // a period after the KES key's last
};

struct Error {
  ErrorKind kind = ErrorKind::environment;
  std::string message;  // names the path and what to do
};
template <class T>
using Outcome = Result<T, Error>;

// The first line of a password file, without its line end.
[[nodiscard]] Outcome<SecretBytes> password_from_file(const env::Path& path);

// Cost of Argon2id. The default takes about 0.2 s.
struct KdfCost {
  std::uint64_t operations = 3;
  std::uint64_t memory_bytes = 64 * 1024 * 1024;
};
inline constexpr KdfCost kKdfCostMax{16, 1024 * 1024 * 1024};
// The least: for keys whose password is published, where nothing is gained by a dear derivation.
inline constexpr KdfCost kKdfCostLeast{1, 8 * 1024};

struct KeyInfo {
  std::string name;
  Address address;
  crypto::PublicKey public_key{};
  std::optional<std::uint32_t> account;  // of its mnemonic; none when it was made from a seed
  env::Path path;
};

// A mnemonic's entropy (16, 20, 24, 28 or 32 bytes) and which of its accounts.
struct MnemonicSecret {
  SecretBytes entropy;
  std::uint32_t account = 0;
};
using KeySecret = std::variant<crypto::Seed, MnemonicSecret>;
[[nodiscard]] crypto::Seed seed_of(const KeySecret& secret);

// Writes a key; the directory is made when absent (mode 0700).
[[nodiscard]] Outcome<KeyInfo> import_key(const env::Path& directory, std::string_view name, const KeySecret& secret,
                                          const SecretBytes& password, KdfCost cost = {});

// What the file says of itself, without a password.
[[nodiscard]] Outcome<KeyInfo> inspect_key(const env::Path& path);
[[nodiscard]] Outcome<KeySecret> unlock_secret(const env::Path& path, const SecretBytes& password);
[[nodiscard]] Outcome<crypto::Seed> unlock_key(const env::Path& path, const SecretBytes& password);

// ~/.aether/keys; none when HOME is not set.
[[nodiscard]] std::optional<env::Path> default_directory();

// Every NAME.key of the directory, by name; empty when there is no directory. A damaged file is an error that names it.
[[nodiscard]] Outcome<std::vector<KeyInfo>> list_keys(const env::Path& directory);
[[nodiscard]] Outcome<env::Path> key_path(const env::Path& directory, std::string_view name);

}  // namespace aether::keystore

// Encrypted key files, NAME.key in a directory. Text; the AEAD covers all lines above the ciphertext:
//
//   aether-key 1
//   address aeth1…
//   public_key HEX
//   argon2id OPERATIONS MEMORY_BYTES
//   salt HEX
//   nonce HEX
//   ciphertext HEX
//   checksum HEX          first 8 bytes of H("aether/key-file", lines above): tells damage from a wrong password
#pragma once

#include <optional>
#include <vector>

#include "aether/env/file.hpp"
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
};

struct Error {
  ErrorKind kind = ErrorKind::environment;
  std::string message;  // names the path and what to do
};
template <class T>
using Outcome = Result<T, Error>;

// Bytes of any length that are wiped at the end.
class SecretBytes {
 public:
  SecretBytes() = default;
  explicit SecretBytes(ByteView bytes) : bytes_(bytes.begin(), bytes.end()) {}
  SecretBytes(SecretBytes&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}
  SecretBytes& operator=(SecretBytes&& other) noexcept {
    bytes_.swap(other.bytes_);
    return *this;
  }
  ~SecretBytes() { wipe(bytes_); }
  ByteView view() const { return bytes_; }
  bool empty() const { return bytes_.empty(); }

 private:
  Bytes bytes_;
};

// The first line of a password file, without its line end.
[[nodiscard]] Outcome<SecretBytes> password_from_file(const env::Path& path);

// Cost of Argon2id. The default takes about 0.2 s.
struct KdfCost {
  std::uint64_t operations = 3;
  std::uint64_t memory_bytes = 64 * 1024 * 1024;
};
inline constexpr KdfCost kKdfCostMax{16, 1024 * 1024 * 1024};

struct KeyInfo {
  std::string name;
  Address address;
  crypto::PublicKey public_key{};
  env::Path path;
};

// A new key from the system's entropy; the directory is made when absent (mode 0700).
[[nodiscard]] Outcome<KeyInfo> create_key(const env::Path& directory, std::string_view name,
                                          const SecretBytes& password, KdfCost cost = {});
[[nodiscard]] Outcome<KeyInfo> import_key(const env::Path& directory, std::string_view name, const crypto::Seed& seed,
                                          const SecretBytes& password, KdfCost cost = {});

// What the file says of itself, without a password.
[[nodiscard]] Outcome<KeyInfo> inspect_key(const env::Path& path);
[[nodiscard]] Outcome<crypto::Seed> unlock_key(const env::Path& path, const SecretBytes& password);

// ~/.aether/keys; none when HOME is not set.
[[nodiscard]] std::optional<env::Path> default_directory();

// Every NAME.key of the directory, by name; empty when there is no directory. A damaged file is an error that names it.
[[nodiscard]] Outcome<std::vector<KeyInfo>> list_keys(const env::Path& directory);
[[nodiscard]] Outcome<env::Path> key_path(const env::Path& directory, std::string_view name);

}  // namespace aether::keystore

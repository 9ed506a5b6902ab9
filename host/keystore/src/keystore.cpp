#include "aether/keystore/keystore.hpp"

#include <sodium.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>

#include "aether/env/entropy.hpp"
#include "key_file.hpp"

namespace aether::keystore {
namespace {

static_assert(sizeof(KeyFile::salt) == crypto_pwhash_SALTBYTES);
static_assert(sizeof(KeyFile::nonce) == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES);
static_assert(sizeof(KeyFile::ciphertext) == 32 + crypto_aead_xchacha20poly1305_ietf_ABYTES);

constexpr std::string_view kSuffix = ".key";
constexpr std::size_t kPasswordFileBytesMax = 4096;

std::unexpected<Error> error(ErrorKind kind, std::string message) { return fail(Error{kind, std::move(message)}); }

bool good_name(std::string_view name) {
  return !name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

// None when the memory for Argon2id cannot be had.
std::optional<Secret<32>> derive(const KeyFile& file, const SecretBytes& password) {
  Secret<32> key;
  const std::string_view text = as_text(password.view());
  if (crypto_pwhash(key.mutable_view().data(), 32, text.data(), text.size(), file.salt.data(), file.cost.operations,
                    file.cost.memory_bytes, crypto_pwhash_ALG_ARGON2ID13) != 0)
    return std::nullopt;
  return key;
}

Outcome<KeyFile> read_key_file(const env::Path& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0)
    return error(ErrorKind::not_found, "no key at " + path.string() + ": make one with `aetherctl keys new`");
  if ((status.st_mode & 077) != 0)
    return error(ErrorKind::too_open, path.string() + " can be read by others: chmod 600 it");
  const auto bytes = env::read_file(path, kKeyFileBytesMax);
  if (!bytes && bytes.error().kind != env::ErrorKind::too_large)
    return error(ErrorKind::environment, bytes.error().message);
  const auto file = bytes ? key_file_from_text(as_text(*bytes)) : std::nullopt;
  if (!file)
    return error(ErrorKind::damaged, path.string() + " is not a key file or was changed: restore it from a copy");
  return *file;
}

KeyInfo info_of(const KeyFile& file, const env::Path& path) {
  return {path.stem().string(), file.address, file.public_key, path};
}

std::string out_of_memory(const KdfCost& cost) {
  return "no memory for Argon2id (" + std::to_string(cost.memory_bytes >> 20) + " MiB): close other programs";
}

}  // namespace

Outcome<SecretBytes> password_from_file(const env::Path& path) {
  auto bytes = env::read_file(path, kPasswordFileBytesMax);
  if (!bytes) return error(ErrorKind::environment, bytes.error().message);
  const auto end = std::find_if(bytes->begin(), bytes->end(), [](std::uint8_t c) { return c == '\n' || c == '\r'; });
  SecretBytes out(ByteView(bytes->begin(), end));
  wipe(*bytes);
  if (out.empty()) return error(ErrorKind::empty_password, path.string() + " has no password on its first line");
  return out;
}

Outcome<env::Path> key_path(const env::Path& directory, std::string_view name) {
  if (!good_name(name))
    return error(ErrorKind::bad_name,
                 "'" + std::string(name) + "' is not a key name: use 1 to 64 of a-z, 0-9, '-' and '_'");
  return directory / (std::string(name) + std::string(kSuffix));
}

Outcome<KeyInfo> import_key(const env::Path& directory, std::string_view name, const crypto::Seed& seed,
                            const SecretBytes& password, KdfCost cost) {
  AETHER_TRY(const env::Path path, key_path(directory, name));
  if (password.empty()) return error(ErrorKind::empty_password, "a key needs a password that is not empty");
  KeyFile file{.address = {}, .public_key = crypto::ed25519_public_key(seed), .cost = cost};
  file.address = address_of(file.public_key);
  env::fill_random(file.salt);
  env::fill_random(file.nonce);
  const auto key = derive(file, password);
  if (!key) return error(ErrorKind::environment, out_of_memory(cost));
  const std::string head = key_file_head(file);
  const ByteView data = as_bytes(head);
  crypto_aead_xchacha20poly1305_ietf_encrypt(file.ciphertext.data(), nullptr, seed.view().data(), 32, data.data(),
                                             data.size(), nullptr, file.nonce.data(), key->view().data());
  if (const auto made = env::make_directories(directory, 0700); !made)
    return error(ErrorKind::environment, made.error().message);
  const auto written =
      env::write_file_atomically(path, as_bytes(key_file_text(file)), {.mode = 0600, .overwrite = false});
  if (!written && written.error().kind == env::ErrorKind::exists)
    return error(ErrorKind::exists, path.string() + " exists and is kept: choose another name");
  if (!written) return error(ErrorKind::environment, written.error().message);
  return info_of(file, path);
}

Outcome<KeyInfo> create_key(const env::Path& directory, std::string_view name, const SecretBytes& password,
                            KdfCost cost) {
  return import_key(directory, name, env::random_secret<32>(), password, cost);
}

Outcome<KeyInfo> inspect_key(const env::Path& path) {
  AETHER_TRY(const KeyFile file, read_key_file(path));
  return info_of(file, path);
}

Outcome<crypto::Seed> unlock_key(const env::Path& path, const SecretBytes& password) {
  AETHER_TRY(const KeyFile file, read_key_file(path));
  const auto key = derive(file, password);
  if (!key) return error(ErrorKind::environment, out_of_memory(file.cost));
  crypto::Seed seed;
  const std::string head = key_file_head(file);
  const ByteView data = as_bytes(head);
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(seed.mutable_view().data(), nullptr, nullptr, file.ciphertext.data(),
                                                 file.ciphertext.size(), data.data(), data.size(), file.nonce.data(),
                                                 key->view().data()) != 0)
    return error(ErrorKind::wrong_password, "the password does not open " + path.string() + ": try again");
  if (crypto::ed25519_public_key(seed) != file.public_key)
    return error(ErrorKind::damaged, path.string() + " holds another key than it says: restore it from a copy");
  return seed;
}

std::optional<env::Path> default_directory() {
  const char* home = std::getenv("HOME");
  if (home == nullptr || *home == '\0') return std::nullopt;
  return env::Path(home) / ".aether" / "keys";
}

Outcome<std::vector<KeyInfo>> list_keys(const env::Path& directory) {
  std::vector<KeyInfo> out;
  std::error_code code;
  std::filesystem::directory_iterator at(directory, code);
  if (code == std::errc::no_such_file_or_directory) return out;
  for (; !code && at != std::filesystem::directory_iterator(); at.increment(code)) {
    const env::Path& path = at->path();
    if (path.extension() != kSuffix || !good_name(path.stem().string())) continue;
    AETHER_TRY(KeyInfo info, inspect_key(path));
    out.push_back(std::move(info));
  }
  if (code) return error(ErrorKind::environment, "cannot list " + directory.string() + ": " + code.message());
  std::stable_sort(out.begin(), out.end(), [](const KeyInfo& a, const KeyInfo& b) { return a.name < b.name; });
  return out;
}

}  // namespace aether::keystore

#include "aether/keystore/keystore.hpp"

#include <algorithm>
#include <cstdlib>

#include "aether/keystore/account.hpp"
#include "key_file.hpp"

namespace aether::keystore {
namespace {

constexpr std::string_view kSuffix = ".key";
constexpr std::size_t kPasswordFileBytesMax = 4096;

std::unexpected<Error> error(ErrorKind kind, std::string message) { return fail(Error{kind, std::move(message)}); }

bool good_name(std::string_view name) {
  return !name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

Outcome<KeyFile> read_key_file(const env::Path& path) {
  AETHER_TRY(const std::string text,
             read_private_file(path, "no key at " + path.string() + ": make one with `aetherctl keys new`"));
  auto file = key_file_from_text(text);
  if (!file) return damaged(path, "key file");
  return std::move(*file);
}

KeyInfo info_of(const KeyHead& head, const env::Path& path) {
  return {path.stem().string(), head.address, head.public_key, head.account, path};
}

ByteView bytes_of(const KeySecret& secret) {
  if (const auto* mnemonic = std::get_if<MnemonicSecret>(&secret)) return mnemonic->entropy.view();
  return std::get_if<crypto::Seed>(&secret)->view();
}

}  // namespace

Outcome<SecretBytes> password_from_file(const env::Path& path) {
  auto bytes = env::read_file(path, kPasswordFileBytesMax);
  if (!bytes) return error(ErrorKind::environment, bytes.error().message);
  SecretBytes out(std::move(*bytes));
  out.keep_first(std::min(out.text().find_first_of("\r\n"), out.size()));
  if (out.empty()) return error(ErrorKind::empty_password, path.string() + " has no password on its first line");
  return out;
}

Outcome<env::Path> key_path(const env::Path& directory, std::string_view name) {
  if (!good_name(name))
    return error(ErrorKind::bad_name,
                 "'" + std::string(name) + "' is not a key name: use 1 to 64 of a-z, 0-9, '-' and '_'");
  return directory / (std::string(name) + std::string(kSuffix));
}

crypto::Seed seed_of(const KeySecret& secret) {
  if (const auto* mnemonic = std::get_if<MnemonicSecret>(&secret))
    return account_key(mnemonic->entropy.view(), mnemonic->account);
  return std::get_if<crypto::Seed>(&secret)->clone();
}

Outcome<KeyInfo> import_key(const env::Path& directory, std::string_view name, const KeySecret& secret,
                            const SecretBytes& password, KdfCost cost) {
  AETHER_TRY(const env::Path path, key_path(directory, name));
  KeyHead head{.address = {}, .public_key = crypto::ed25519_public_key(seed_of(secret)), .account = {}};
  head.address = address_of(head.public_key);
  if (const auto* mnemonic = std::get_if<MnemonicSecret>(&secret)) head.account = mnemonic->account;
  AETHER_TRY(const SealedFile file, seal(key_head_text(head), bytes_of(secret), password, cost));
  if (const auto made = env::make_directories(directory, 0700); !made)
    return error(ErrorKind::environment, made.error().message);
  const auto written =
      env::write_file_atomically(path, as_bytes(sealed_file_text(file)), {.mode = 0600, .overwrite = false});
  if (!written && written.error().kind == env::ErrorKind::exists)
    return error(ErrorKind::exists, path.string() + " exists and is kept: choose another name");
  if (!written) return error(ErrorKind::environment, written.error().message);
  return info_of(head, path);
}

Outcome<KeyInfo> inspect_key(const env::Path& path) {
  AETHER_TRY(const KeyFile file, read_key_file(path));
  return info_of(file.head, path);
}

Outcome<KeySecret> unlock_secret(const env::Path& path, const SecretBytes& password) {
  AETHER_TRY(const KeyFile file, read_key_file(path));
  AETHER_TRY(SecretBytes bytes, unseal(file.sealed, password, path));
  KeySecret secret;
  if (file.head.account) {
    secret = MnemonicSecret{std::move(bytes), *file.head.account};
  } else {
    secret = crypto::Seed(bytes.view().first<32>());
  }
  if (crypto::ed25519_public_key(seed_of(secret)) != file.head.public_key)
    return error(ErrorKind::damaged, path.string() + " holds another key than it says: restore it from a copy");
  return secret;
}

Outcome<crypto::Seed> unlock_key(const env::Path& path, const SecretBytes& password) {
  AETHER_TRY(const KeySecret secret, unlock_secret(path, password));
  return seed_of(secret);
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

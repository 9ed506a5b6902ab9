#include "aether/devchain/home.hpp"

namespace aether::devchain {
namespace {

constexpr std::string_view kPasswordFile = "dev-password";
constexpr std::string_view kPassword = "development";

template <class T, class E>
HomeOutcome<T> said(Result<T, E> result) {
  if (!result) return fail(std::move(result.error().message));
  if constexpr (std::is_void_v<T>) {
    return {};
  } else {
    return std::move(*result);
  }
}

HomeOutcome<keystore::KeyInfo> write_dev_key(const env::Path& directory, std::string_view name) {
  const crypto::Seed seed = config::dev_seed(name);
  auto written = keystore::import_key(directory, name, seed.clone(), keystore::SecretBytes(as_bytes(kPassword)),
                                      keystore::kKdfCostLeast);
  if (written || written.error().kind != keystore::ErrorKind::exists) return said(std::move(written));
  AETHER_TRY(const auto path, said(keystore::key_path(directory, name)));
  AETHER_TRY(auto there, said(keystore::inspect_key(path)));
  if (there.public_key == crypto::ed25519_public_key(seed)) return there;
  return fail(path.string() + " is another key of that name: name another directory");
}

}  // namespace

HomeOutcome<crypto::Seed> sealer_seed(const Genesis& genesis, const env::Path& key_file,
                                      const env::Path& password_file) {
  if (!std::holds_alternative<DevSealer>(genesis.sealer))
    return fail("genesis names validators; a chain in one process needs sealer.kind = \"dev\"");
  crypto::Seed seed = config::dev_sealer_seed();
  if (!key_file.empty()) {
    AETHER_TRY(const auto password, said(keystore::password_from_file(password_file)));
    AETHER_TRY(seed, said(keystore::unlock_key(key_file, password)));
  }
  if (genesis.sealer == GenesisSealer{DevSealer{crypto::ed25519_public_key(seed)}}) return seed;
  return fail(key_file.empty() ? "genesis names a sealer of its own: give its key with --sealer-key"
                               : key_file.string() + " is not the key of the sealer that genesis names");
}

HomeOutcome<std::vector<keystore::KeyInfo>> write_dev_keys(const env::Path& directory) {
  std::vector<keystore::KeyInfo> out;
  for (const auto name : config::kDevKeys) {
    AETHER_TRY(auto key, write_dev_key(directory, name));
    out.push_back(std::move(key));
  }
  const std::string text = std::string(kPassword) + "\n";
  AETHER_CHECK(said(env::write_file_atomically(directory / kPasswordFile, as_bytes(text), {.mode = 0600})));
  return out;
}

}  // namespace aether::devchain

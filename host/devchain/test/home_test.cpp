#include "aether/devchain/home.hpp"

#include <gtest/gtest.h>

#include "aether/env/entropy.hpp"

namespace aether::devchain {
namespace {

Genesis genesis_with(std::uint64_t chain_id) { return config::dev_genesis({.chain_id = ChainId{chain_id}}); }

TEST(Home, DevKeysOpenWithTheirPublishedPasswordAndAreWrittenOnce) {
  const auto dir = env::TempDir::create();
  const auto written = write_dev_keys(dir->path());
  ASSERT_TRUE(written) << written.error();
  ASSERT_EQ(written->size(), config::kDevKeys.size());
  const auto password = keystore::password_from_file(dir->path() / "dev-password");
  ASSERT_TRUE(password);
  for (const auto& key : *written) {
    const auto seed = keystore::unlock_key(key.path, *password);
    ASSERT_TRUE(seed);
    EXPECT_EQ(crypto::ed25519_public_key(*seed), crypto::ed25519_public_key(config::dev_seed(key.name)));
  }
  const auto before = env::read_file(written->front().path, 4'096);
  EXPECT_TRUE(write_dev_keys(dir->path()));
  EXPECT_EQ(*env::read_file(written->front().path, 4'096), *before);
}

TEST(Home, AnotherKeyOfADevKeysNameIsKept) {
  const auto dir = env::TempDir::create();
  const keystore::SecretBytes password(as_bytes("x"));
  const auto own =
      keystore::import_key(dir->path(), config::kDevKeys[1], env::random_secret<32>(), password, {1, 8'192});
  ASSERT_TRUE(own);
  EXPECT_FALSE(write_dev_keys(dir->path()));
  EXPECT_EQ(keystore::inspect_key(own->path)->address, own->address);
}

TEST(Home, TheSealerIsThePublishedOneOrTheKeyThatGenesisNames) {
  EXPECT_TRUE(sealer_seed(genesis_with(1), {}, {}));
  const auto dir = env::TempDir::create();
  const env::Path password_file = dir->path() / "password";
  ASSERT_TRUE(env::write_file_atomically(password_file, as_bytes("secret\n")));
  const auto password = keystore::password_from_file(password_file);
  const auto key = keystore::import_key(dir->path(), "sealer", env::random_secret<32>(), *password, {1, 8'192});
  ASSERT_TRUE(key);
  const Genesis own = config::dev_genesis({.sealer = key->public_key});
  EXPECT_FALSE(sealer_seed(own, {}, {}));
  Genesis of_validators = genesis_with(1);
  of_validators.sealer = BftGenesis{};
  EXPECT_FALSE(sealer_seed(of_validators, {}, {}));
  EXPECT_FALSE(sealer_seed(genesis_with(1), key->path, password_file));
  EXPECT_FALSE(sealer_seed(own, key->path, dir->path() / "absent"));
  const auto seed = sealer_seed(own, key->path, password_file);
  ASSERT_TRUE(seed);
  EXPECT_EQ(crypto::ed25519_public_key(*seed), key->public_key);
}

}  // namespace
}  // namespace aether::devchain

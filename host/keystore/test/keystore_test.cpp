#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>
#include <sys/stat.h>

#include "aether/env/entropy.hpp"
#include "aether/keystore/account.hpp"
#include "key_file.hpp"

namespace aether::keystore {
namespace {

constexpr KdfCost kCheap{1, 8192};

SecretBytes secret(std::string_view text) { return SecretBytes(as_bytes(text)); }
Outcome<KeyInfo> create_key(const env::Path& directory, std::string_view name, const SecretBytes& password) {
  return import_key(directory, name, MnemonicSecret{SecretBytes(env::random_secret<32>().view())}, password, kCheap);
}
Outcome<KeyInfo> create_of_seed(const env::Path& directory, std::string_view name, const SecretBytes& password) {
  return import_key(directory, name, env::random_secret<32>(), password, kCheap);
}
env::TempDir temp_dir() { return std::move(*env::TempDir::create()); }
std::string text_of(const env::Path& path) { return std::string(as_text(*env::read_file(path, 4096))); }
void overwrite(const env::Path& path, std::string_view text) {
  ASSERT_TRUE(env::write_file_atomically(path, as_bytes(text), {.mode = 0600}));
}

TEST(Keystore, what_is_made_unlocks_lists_and_is_private) {
  const auto dir = temp_dir();
  const auto a = create_key(dir.path() / "keys", "alice", secret("pass"));
  ASSERT_TRUE(a) << a.error().message;
  const auto b = create_key(dir.path() / "keys", "bob", secret("pass"));
  ASSERT_TRUE(b);
  EXPECT_NE(a->address, b->address);
  const auto seed = unlock_key(a->path, secret("pass"));
  ASSERT_TRUE(seed);
  EXPECT_EQ(crypto::ed25519_public_key(*seed), a->public_key);
  EXPECT_EQ(address_of(a->public_key), a->address);
  const auto all = list_keys(dir.path() / "keys");
  ASSERT_TRUE(all);
  ASSERT_EQ(all->size(), 2u);
  EXPECT_EQ((*all)[0].name, "alice");
  EXPECT_EQ((*all)[1].address, b->address);
  struct stat status{};
  ASSERT_EQ(::stat(a->path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  EXPECT_TRUE(list_keys(dir.path() / "absent")->empty());
}

TEST(Keystore, the_seed_is_not_in_the_file) {
  const auto dir = temp_dir();
  const crypto::Seed seed{std::array<std::uint8_t, 32>{1, 2, 3, 4, 5, 6, 7, 8}};
  const auto made = import_key(dir.path(), "a", seed.clone(), secret("pass"), kCheap);
  ASSERT_TRUE(made);
  EXPECT_EQ(text_of(made->path).find(to_hex(seed.view()).substr(0, 16)), std::string::npos);
  EXPECT_TRUE(*unlock_key(made->path, secret("pass")) == seed);
  EXPECT_FALSE(made->account);
}

TEST(Keystore, a_key_of_a_mnemonic_keeps_its_entropy_and_account) {
  const auto dir = temp_dir();
  for (const std::size_t size : {16u, 20u, 24u, 28u, 32u}) {
    const SecretBytes entropy(Bytes(size, 0x5a));
    const auto made = import_key(dir.path(), std::to_string(size), MnemonicSecret{SecretBytes(entropy.view()), 7},
                                 secret("pass"), kCheap);
    ASSERT_TRUE(made);
    EXPECT_EQ(made->account, 7u);
    EXPECT_EQ(inspect_key(made->path)->account, 7u);
    EXPECT_EQ(made->public_key, crypto::ed25519_public_key(account_key(entropy.view(), 7)));
    const auto back = unlock_secret(made->path, secret("pass"));
    ASSERT_TRUE(back);
    const auto* mnemonic = std::get_if<MnemonicSecret>(&*back);
    ASSERT_NE(mnemonic, nullptr);
    EXPECT_TRUE(std::ranges::equal(mnemonic->entropy.view(), entropy.view()));
    EXPECT_EQ(text_of(made->path).find(to_hex(entropy.view())), std::string::npos);
  }
}

// Written by the version before there were mnemonics.
TEST(Keystore, the_first_version_of_the_file_is_read) {
  const auto dir = temp_dir();
  const env::Path path = dir.path() / "old.key";
  overwrite(
      path,
      "aether-key 1\n"
      "address aeth16z72ffwrj59359j28jv306cfjhqv8jfgkzz09k0v0655xnwx3ydsnjx99s\n"
      "public_key 3d291fe6bc0791756f1e4361b58d40284a05db6bd8f6f11a8401425afaa0768b\n"
      "argon2id 1 8192\n"
      "salt 56ef871b47bf62e8bc358ae31cf95ad6\n"
      "nonce 6e5df11be1762583be19f8714e5c88546bbc7a38cc691bec\n"
      "ciphertext 910f30ea5745b52985961219015e89ca911862a56943b0c9cdefd29edfbec04cc5fe78878f853525053fe2b4433ae25b\n"
      "checksum 9d8c4b40954d4b7c\n");
  const auto seed = unlock_key(path, secret("development"));
  ASSERT_TRUE(seed) << seed.error().message;
  EXPECT_EQ(address_of(crypto::ed25519_public_key(*seed)), inspect_key(path)->address);
}

TEST(Keystore, another_version_or_path_is_refused) {
  const auto dir = temp_dir();
  const auto made = create_key(dir.path(), "a", secret("pass"));
  const auto file = *key_file_from_text(text_of(made->path));
  const auto with = [&](std::string_view from, std::string_view to) {
    SealedFile sealed = file.sealed;
    sealed.head.replace(sealed.head.find(from), from.size(), to);
    return sealed_file_text(sealed);
  };
  EXPECT_TRUE(key_file_from_text(with("aether-key 2", "aether-key 2")));
  EXPECT_FALSE(key_file_from_text(with("aether-key 2", "aether-key 1")));
  EXPECT_FALSE(key_file_from_text(with("aether-key 2", "aether-key 3")));
  for (const auto* path : {"m/44'/1095062600'/00'", "m/44'/1095062600'/0", "m/44'/1095062600'", "m/44'/1'/0'",
                           "m/43'/1095062600'/0'", "m/44'/1095062600'/0'/0'", ""})
    EXPECT_FALSE(key_file_from_text(with("m/44'/1095062600'/0'", path))) << path;
}

TEST(Keystore, each_mistake_has_its_own_error) {
  const auto dir = temp_dir();
  const auto made = create_key(dir.path(), "a", secret("pass"));
  ASSERT_TRUE(made);
  const std::string before = text_of(made->path);
  EXPECT_EQ(create_key(dir.path(), "a", secret("other")).error().kind, ErrorKind::exists);
  EXPECT_EQ(text_of(made->path), before);
  EXPECT_EQ(create_key(dir.path(), "../a", secret("x")).error().kind, ErrorKind::bad_name);
  EXPECT_EQ(create_key(dir.path(), "", secret("x")).error().kind, ErrorKind::bad_name);
  EXPECT_EQ(create_key(dir.path(), "b", secret("")).error().kind, ErrorKind::empty_password);
  EXPECT_EQ(unlock_key(dir.path() / "none.key", secret("x")).error().kind, ErrorKind::not_found);
  EXPECT_EQ(unlock_key(made->path, secret("wrong")).error().kind, ErrorKind::wrong_password);
  ASSERT_EQ(::chmod(made->path.c_str(), 0640), 0);
  EXPECT_EQ(unlock_key(made->path, secret("pass")).error().kind, ErrorKind::too_open);
}

void expect_each_change_is_damage(const Outcome<KeyInfo>& made) {
  ASSERT_TRUE(made);
  const std::string good = text_of(made->path);
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 1);
    EXPECT_FALSE(key_file_from_text(bad)) << i;
    EXPECT_FALSE(key_file_from_text(std::string_view(good).substr(0, i))) << i;
  }
}

TEST(Keystore, any_changed_byte_is_damage_and_any_prefix_too) {
  const auto dir = temp_dir();
  expect_each_change_is_damage(create_of_seed(dir.path(), "seed", secret("pass")));
  const auto made = create_key(dir.path(), "a", secret("pass"));
  expect_each_change_is_damage(made);
  const std::string good = text_of(made->path);
  overwrite(made->path, good + "\n");
  EXPECT_EQ(inspect_key(made->path).error().kind, ErrorKind::damaged);
  overwrite(made->path, std::string(10'000, 'x'));
  EXPECT_EQ(list_keys(dir.path()).error().kind, ErrorKind::damaged);
  overwrite(made->path, good);
  EXPECT_TRUE(unlock_key(made->path, secret("pass")));
}

TEST(Keystore, a_swapped_head_does_not_open) {
  const auto dir = temp_dir();
  const auto a = create_key(dir.path(), "a", secret("pass"));
  const auto b = create_key(dir.path(), "b", secret("pass"));
  auto file = *key_file_from_text(text_of(a->path));
  file.sealed.head = key_file_from_text(text_of(b->path))->sealed.head;
  overwrite(a->path, sealed_file_text(file.sealed));
  EXPECT_EQ(unlock_key(a->path, secret("pass")).error().kind, ErrorKind::wrong_password);
}

TEST(Keystore, a_key_other_than_the_head_says_is_damage) {
  const auto dir = temp_dir();
  const auto a = create_key(dir.path(), "a", secret("pass"));
  const auto file = *key_file_from_text(text_of(a->path));
  const auto other = seal(file.sealed.head, Bytes(32, 1), secret("pass"), kCheap);
  ASSERT_TRUE(other);
  overwrite(a->path, sealed_file_text(*other));
  EXPECT_EQ(unlock_key(a->path, secret("pass")).error().kind, ErrorKind::damaged);
}

SealedFile sealed_with(KdfCost cost, std::uint8_t filler) {
  SealedFile file;
  file.head = key_head_text({address_of(crypto::PublicKey{filler}), {filler}, {}});
  file.cost = cost;
  file.salt.fill(filler);
  file.nonce.fill(filler);
  file.ciphertext.assign(48, filler);
  return file;
}

TEST(Keystore, a_file_cannot_ask_for_unbounded_work) {
  EXPECT_TRUE(key_file_from_text(sealed_file_text(sealed_with({1, 8192}, 1))));
  EXPECT_FALSE(key_file_from_text(sealed_file_text(sealed_with({17, 8192}, 1))));
  EXPECT_FALSE(key_file_from_text(sealed_file_text(sealed_with({1, (std::uint64_t{1} << 30) + 1}, 1))));
}

RC_GTEST_PROP(KeyFile, text_round_trip, (std::uint8_t filler)) {
  const std::string text = sealed_file_text(sealed_with({1u + filler % 16, 8192u + filler}, filler));
  const auto back = key_file_from_text(text);
  RC_ASSERT(back.has_value());
  RC_ASSERT(sealed_file_text(back->sealed) == text);
}

TEST(PasswordFile, is_its_first_line) {
  const auto dir = temp_dir();
  const env::Path path = dir.path() / "p";
  overwrite(path, "open sesame\nmore\n");
  EXPECT_EQ(as_text(password_from_file(path)->view()), "open sesame");
  overwrite(path, "\n");
  EXPECT_EQ(password_from_file(path).error().kind, ErrorKind::empty_password);
  EXPECT_EQ(password_from_file(dir.path() / "none").error().kind, ErrorKind::environment);
}

}  // namespace
}  // namespace aether::keystore

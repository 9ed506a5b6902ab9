#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>
#include <sys/stat.h>

#include "aether/keystore/keystore.hpp"
#include "key_file.hpp"

namespace aether::keystore {
namespace {

constexpr KdfCost kCheap{1, 8192};

SecretBytes secret(std::string_view text) { return SecretBytes(as_bytes(text)); }
env::TempDir temp_dir() { return std::move(*env::TempDir::create()); }
std::string text_of(const env::Path& path) { return std::string(as_text(*env::read_file(path, 4096))); }
void overwrite(const env::Path& path, std::string_view text) {
  ASSERT_TRUE(env::write_file_atomically(path, as_bytes(text), {.mode = 0600}));
}

TEST(Keystore, what_is_made_unlocks_lists_and_is_private) {
  const auto dir = temp_dir();
  const auto a = create_key(dir.path() / "keys", "alice", secret("pass"), kCheap);
  ASSERT_TRUE(a) << a.error().message;
  const auto b = create_key(dir.path() / "keys", "bob", secret("pass"), kCheap);
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
  struct stat status {};
  ASSERT_EQ(::stat(a->path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  EXPECT_TRUE(list_keys(dir.path() / "absent")->empty());
}

TEST(Keystore, the_seed_is_not_in_the_file) {
  const auto dir = temp_dir();
  const crypto::Seed seed{std::array<std::uint8_t, 32>{1, 2, 3, 4, 5, 6, 7, 8}};
  const auto made = import_key(dir.path(), "a", seed, secret("pass"), kCheap);
  ASSERT_TRUE(made);
  EXPECT_EQ(text_of(made->path).find(to_hex(seed.view()).substr(0, 16)), std::string::npos);
  EXPECT_TRUE(*unlock_key(made->path, secret("pass")) == seed);
}

TEST(Keystore, each_mistake_has_its_own_error) {
  const auto dir = temp_dir();
  const auto made = create_key(dir.path(), "a", secret("pass"), kCheap);
  ASSERT_TRUE(made);
  const std::string before = text_of(made->path);
  EXPECT_EQ(create_key(dir.path(), "a", secret("other"), kCheap).error().kind, ErrorKind::exists);
  EXPECT_EQ(text_of(made->path), before);
  EXPECT_EQ(create_key(dir.path(), "../a", secret("x"), kCheap).error().kind, ErrorKind::bad_name);
  EXPECT_EQ(create_key(dir.path(), "", secret("x"), kCheap).error().kind, ErrorKind::bad_name);
  EXPECT_EQ(create_key(dir.path(), "b", secret(""), kCheap).error().kind, ErrorKind::empty_password);
  EXPECT_EQ(unlock_key(dir.path() / "none.key", secret("x")).error().kind, ErrorKind::not_found);
  EXPECT_EQ(unlock_key(made->path, secret("wrong")).error().kind, ErrorKind::wrong_password);
  ASSERT_EQ(::chmod(made->path.c_str(), 0640), 0);
  EXPECT_EQ(unlock_key(made->path, secret("pass")).error().kind, ErrorKind::too_open);
}

TEST(Keystore, any_changed_byte_is_damage_and_any_prefix_too) {
  const auto dir = temp_dir();
  const auto made = create_key(dir.path(), "a", secret("pass"), kCheap);
  const std::string good = text_of(made->path);
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 1);
    EXPECT_FALSE(key_file_from_text(bad)) << i;
    EXPECT_FALSE(key_file_from_text(std::string_view(good).substr(0, i))) << i;
  }
  overwrite(made->path, good + "\n");
  EXPECT_EQ(inspect_key(made->path).error().kind, ErrorKind::damaged);
  overwrite(made->path, std::string(10'000, 'x'));
  EXPECT_EQ(list_keys(dir.path()).error().kind, ErrorKind::damaged);
  overwrite(made->path, good);
  EXPECT_TRUE(unlock_key(made->path, secret("pass")));
}

TEST(Keystore, a_swapped_head_does_not_open) {
  const auto dir = temp_dir();
  const auto a = create_key(dir.path(), "a", secret("pass"), kCheap);
  const auto b = create_key(dir.path(), "b", secret("pass"), kCheap);
  auto file = *key_file_from_text(text_of(a->path));
  const auto other = *key_file_from_text(text_of(b->path));
  file.address = other.address;
  file.public_key = other.public_key;
  overwrite(a->path, key_file_text(file));
  EXPECT_EQ(unlock_key(a->path, secret("pass")).error().kind, ErrorKind::wrong_password);
}

TEST(Keystore, a_file_cannot_ask_for_unbounded_work) {
  KeyFile file{.address = {}, .public_key = {1}, .cost = {1, 8192}};
  file.address = address_of(file.public_key);
  ASSERT_TRUE(key_file_from_text(key_file_text(file)));
  file.cost = {17, 8192};
  EXPECT_FALSE(key_file_from_text(key_file_text(file)));
  file.cost = {1, (std::uint64_t{1} << 30) + 1};
  EXPECT_FALSE(key_file_from_text(key_file_text(file)));
}

RC_GTEST_PROP(KeyFile, text_round_trip, (const std::array<std::uint8_t, 32>& key, std::uint8_t filler)) {
  KeyFile file{.address = address_of(key), .public_key = key, .cost = {1u + filler % 16, 8192u + filler}};
  file.salt.fill(filler);
  file.nonce.fill(filler);
  file.ciphertext.fill(filler);
  const std::string text = key_file_text(file);
  const auto back = key_file_from_text(text);
  RC_ASSERT(back.has_value());
  RC_ASSERT(key_file_text(*back) == text);
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

#include "aether/keystore/validator.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "disk.hpp"
#include "kes_file.hpp"
#include "validator_file.hpp"
#include "validator_support.hpp"

namespace aether::keystore {
namespace {

mode_t mode_of(const env::Path& path) {
  struct stat status{};
  EXPECT_EQ(::stat(path.c_str(), &status), 0);
  return status.st_mode & 0777;
}
std::string text_of(const env::Path& path) { return std::string(as_text(*env::read_file(path, 1 << 16))); }
ErrorKind refusal(const Made& made) {
  const auto opened = made.open();
  EXPECT_FALSE(opened);
  return opened ? ErrorKind::environment : opened.error().kind;
}
ErrorKind inspected(const Made& made) {
  const auto info = inspect_validator(made.folder());
  EXPECT_FALSE(info);
  return info ? ErrorKind::environment : info.error().kind;
}

TEST(Validator, what_is_made_opens_and_is_private) {
  const Made made;
  EXPECT_EQ(mode_of(made.folder()), 0700u);
  for (const auto* name : {"validator.key", "kes.key", "registration.json"})
    EXPECT_EQ(mode_of(made.folder() / name), 0600u) << name;
  auto validator = made.open();
  ASSERT_TRUE(validator) << validator.error().message;
  const Registration& r = validator->registration();
  EXPECT_TRUE(verify_registration(r, kChain));
  EXPECT_EQ(r.address, address_with(1));
  EXPECT_EQ(crypto::ed25519_public_key(validator->keys().node), r.node_key);
  EXPECT_EQ(crypto::bls_public_key(validator->keys().bls).encode(), r.bls_key);
  EXPECT_EQ(crypto::vrf_public_key(validator->keys().vrf), r.vrf_key);
  for (const unsigned period : {0u, 0u, 1u, 17u, 63u}) {
    const auto signature = validator->sign_kes(period, as_bytes("header"));
    ASSERT_TRUE(signature);
    EXPECT_TRUE(crypto::kes_verify(r.kes_key, period, as_bytes("header"), *signature));
    EXPECT_EQ(validator->kes_period(), period);
    const auto info = inspect_validator(made.folder());
    ASSERT_TRUE(info);
    EXPECT_EQ(info->kes_period, period);
    EXPECT_EQ(info->kes_periods_left(), 64 - period);
    EXPECT_EQ(info->registration, r);
  }
}

TEST(Validator, no_secret_is_in_clear) {
  const Made made(7);
  const std::string entropy = to_hex(entropy_with(7).view());
  for (const auto& [name, bytes] : disk::files_of(made.folder()))
    EXPECT_EQ(as_text(bytes).find(entropy), std::string::npos) << name;
}

// With the words "abandon … art". Computed by hashlib and hmac of Python: PBKDF2, SLIP-0010, KeyGen of
// draft-irtf-cfrg-bls-signature-05.
TEST(Validator, keys_come_back_from_words_as_written_down) {
  const ValidatorKeys keys = validator_keys(Secret<32>());
  EXPECT_EQ(to_hex(keys.node.view()), "77c0b7bc92d4d7ebd058e15a37e7af8fa1be76f5a90e181d0f41c1937703259e");
  EXPECT_EQ(to_hex(keys.bls.view()), "163be4cdddf8400ddd3a8858eb371a75b504aa52dac13335560aa3eea9653c7b");
  EXPECT_EQ(to_hex(keys.vrf.view()), "4d621ee046cc7307ee6eb11e62142308900cb1176cf7387c631dca35b3f49827");
  EXPECT_EQ(to_text(validator_path(ValidatorRole::vrf)), "m/44'/1095062600'/0'/3'");
}

TEST(Validator, the_kes_key_does_not_come_back_from_words) {
  const Made one(3), other(3);
  const auto a = inspect_validator(one.folder()), b = inspect_validator(other.folder());
  ASSERT_TRUE(a && b);
  EXPECT_EQ(a->registration.node_key, b->registration.node_key);
  EXPECT_EQ(a->registration.bls_proof, b->registration.bls_proof);
  EXPECT_NE(a->registration.kes_key, b->registration.kes_key);
}

TEST(Validator, periods_that_the_key_does_not_have_are_refused) {
  const Made made;
  auto validator = made.open();
  ASSERT_TRUE(validator->sign_kes(5, as_bytes("m")));
  EXPECT_EQ(validator->sign_kes(4, as_bytes("m")).error().kind, ErrorKind::past_period);
  EXPECT_EQ(validator->sign_kes(64, as_bytes("m")).error().kind, ErrorKind::expired);
  EXPECT_EQ(validator->kes_period(), 5u);
  validator = fail(Error{});
  validator = made.open();
  EXPECT_EQ(validator->sign_kes(0, as_bytes("m")).error().kind, ErrorKind::past_period);
  ASSERT_TRUE(validator->sign_kes(63, as_bytes("m")));
  EXPECT_EQ(validator->sign_kes(64, as_bytes("m")).error().kind, ErrorKind::expired);
}

TEST(Validator, each_mistake_has_its_own_error) {
  const Made made;
  EXPECT_EQ(Validator::open(made.folder(), secret("wrong")).error().kind, ErrorKind::wrong_password);
  EXPECT_EQ(rotate_kes(made.folder(), secret("wrong")).error().kind, ErrorKind::wrong_password);
  EXPECT_EQ(Validator::open(made.parent() / "none", secret("pass")).error().kind, ErrorKind::not_found);
  EXPECT_EQ(inspect_validator(made.parent() / "none").error().kind, ErrorKind::not_found);
  const NewValidator wanted{.chain_id = kChain, .address = {}, .entropy = {}, .cost = kCheap};
  EXPECT_EQ(make_validator(made.folder(), wanted, secret("pass")).error().kind, ErrorKind::exists);
  EXPECT_EQ(make_validator(made.folder() / "kes.key", wanted, secret("pass")).error().kind, ErrorKind::exists);
  EXPECT_EQ(make_validator(made.parent() / "w", wanted, secret("")).error().kind, ErrorKind::empty_password);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(made.parent()), {}), 1);
  EXPECT_TRUE(made.open());

  const auto before = disk::files_of(made.folder());
  for (const auto* name : {"validator.key", "kes.key", "registration.json"}) {
    std::filesystem::remove(made.folder() / name);
    EXPECT_EQ(refusal(made), ErrorKind::not_found) << name;
    EXPECT_EQ(inspected(made), ErrorKind::not_found) << name;
    disk::put_files(made.folder(), before);
  }
  EXPECT_TRUE(made.open());
}

TEST(Validator, what_others_can_read_is_refused) {
  const Made made;
  for (const auto* name : {"validator.key", "kes.key"}) {
    const env::Path path = made.folder() / name;
    ASSERT_EQ(::chmod(path.c_str(), 0640), 0);
    EXPECT_EQ(refusal(made), ErrorKind::too_open) << name;
    EXPECT_EQ(inspected(made), ErrorKind::too_open) << name;
    ASSERT_EQ(::chmod(path.c_str(), 0600), 0);
  }
  ASSERT_EQ(::chmod(made.folder().c_str(), 0710), 0);
  EXPECT_EQ(refusal(made), ErrorKind::too_open);
  EXPECT_EQ(inspected(made), ErrorKind::too_open);
  EXPECT_EQ(rotate_kes(made.folder(), secret("pass")).error().kind, ErrorKind::too_open);
}

TEST(Validator, one_process_uses_the_folder) {
  const Made made;
  const auto held = made.open();
  ASSERT_TRUE(held);
  EXPECT_EQ(refusal(made), ErrorKind::locked);
  EXPECT_EQ(rotate_kes(made.folder(), secret("pass")).error().kind, ErrorKind::locked);
  EXPECT_TRUE(inspect_validator(made.folder()));
}

TEST(Validator, any_changed_byte_is_refused) {
  const Made made;
  for (const auto* name : {"validator.key", "kes.key", "registration.json"}) {
    const std::string good = text_of(made.folder() / name);
    for (std::size_t i = 0; i < good.size(); ++i) {
      std::string bad = good;
      bad[i] = static_cast<char>(bad[i] ^ 1);
      disk::put_file(made.folder() / name, bad);
      const auto kind = refusal(made);
      if (name == std::string_view("registration.json"))
        EXPECT_TRUE(kind == ErrorKind::damaged || kind == ErrorKind::bad_registration) << name << " " << i;
      else
        EXPECT_EQ(kind, ErrorKind::damaged) << name << " " << i;
    }
    disk::put_file(made.folder() / name, good.substr(0, good.size() / 2));
    EXPECT_EQ(refusal(made), ErrorKind::damaged) << name;
    disk::put_file(made.folder() / name, std::string(10'000, 'x'));
    EXPECT_EQ(refusal(made), ErrorKind::damaged) << name;
    disk::put_file(made.folder() / name, good);
  }
  EXPECT_TRUE(made.open());
}

TEST(Validator, files_of_another_validator_are_refused) {
  const Made made(1), other(2), same(1);
  const auto before = disk::files_of(made.folder());
  const auto taken = [&](const Made& from, const char* name) {
    disk::put_files(made.folder(), before);
    disk::put_file(made.folder() / name, text_of(from.folder() / name));
    EXPECT_EQ(inspected(made), refusal(made)) << name;
    return refusal(made);
  };
  EXPECT_EQ(taken(other, "validator.key"), ErrorKind::other_validator);
  EXPECT_EQ(taken(other, "kes.key"), ErrorKind::other_validator);
  EXPECT_EQ(taken(other, "registration.json"), ErrorKind::other_validator);
  EXPECT_EQ(taken(same, "kes.key"), ErrorKind::other_registration);
  EXPECT_EQ(taken(same, "registration.json"), ErrorKind::other_registration);
  disk::put_files(made.folder(), before);
  EXPECT_TRUE(made.open());
}

TEST(Validator, a_registration_that_does_not_hold_is_refused_and_renews_nothing) {
  const Made made;
  Registration r = inspect_validator(made.folder())->registration;
  r.address = address_with(9);
  disk::put_file(made.folder() / "registration.json", registration_text(r));
  const std::string before = text_of(made.folder() / "kes.key");
  EXPECT_EQ(refusal(made), ErrorKind::bad_registration);
  EXPECT_EQ(rotate_kes(made.folder(), secret("pass")).error().kind, ErrorKind::bad_registration);
  EXPECT_EQ(text_of(made.folder() / "kes.key"), before);
}

// A head that says something else than the secret does not authenticate; one sealed with it does.
TEST(Validator, a_key_other_than_its_file_says_is_damage) {
  const Made made;
  const env::Path path = made.folder() / "kes.key";
  auto file = *sealed_kes_from_text(text_of(path));
  const auto sealing = sealing_key(secret("pass"), file.sealed);
  const auto bytes = unseal(file.sealed, *sealing, path);
  ASSERT_TRUE(bytes);
  file.head.period = 1;
  disk::put_file(path, sealed_file_text(seal(kes_head_text(file.head), bytes->view(), *sealing)));
  EXPECT_EQ(refusal(made), ErrorKind::damaged);
  file.sealed.head = kes_head_text(file.head);
  disk::put_file(path, sealed_file_text(file.sealed));
  EXPECT_EQ(refusal(made), ErrorKind::wrong_password);
  file.head.period = 0;
  disk::put_file(path, sealed_file_text(seal(kes_head_text(file.head), Bytes(bytes->size()), *sealing)));
  EXPECT_EQ(refusal(made), ErrorKind::damaged);

  disk::put_file(path, sealed_file_text(seal(kes_head_text(file.head), bytes->view(), *sealing)));
  ASSERT_TRUE(made.open());
  const env::Path keys = made.folder() / "validator.key";
  const auto validator = *validator_file_from_text(text_of(keys));
  disk::put_file(keys, sealed_file_text(*seal(validator.sealed.head, Bytes(32, 9), secret("pass"), kCheap)));
  EXPECT_EQ(refusal(made), ErrorKind::damaged);
}

TEST(Validator, an_empty_folder_is_filled_and_those_above_are_made) {
  const auto dir = std::move(*env::TempDir::create());
  const env::Path folder = dir.path() / "a" / "b" / "";
  const NewValidator wanted{.chain_id = kChain, .address = {}, .entropy = {}, .cost = kCheap};
  const auto made = make_validator(folder, wanted, secret("pass"));
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(made->folder, dir.path() / "a" / "b");
  ASSERT_TRUE(env::make_directories(dir.path() / "c"));
  ASSERT_TRUE(make_validator(dir.path() / "c", wanted, secret("pass")));
  EXPECT_EQ(mode_of(dir.path() / "c"), 0700u);
  EXPECT_EQ(make_validator(dir.path() / "c", wanted, secret("pass")).error().kind, ErrorKind::exists);
}

TEST(Validator, a_renewed_kes_key_is_fresh_and_the_old_one_overwritten) {
  const Made made;
  ASSERT_TRUE(made.open()->sign_kes(60, as_bytes("m")));
  const Registration old = inspect_validator(made.folder())->registration;
  const env::Path second = made.parent() / "second name";
  std::filesystem::create_hard_link(made.folder() / "kes.key", second);
  const auto renewed = rotate_kes(made.folder(), secret("pass"));
  ASSERT_TRUE(renewed) << renewed.error().message;
  EXPECT_EQ(renewed->kes_period, 0u);
  EXPECT_EQ(*env::read_file(second, 1 << 16), Bytes(std::filesystem::file_size(second)));
  Registration expected = old;
  expected.kes_key = renewed->registration.kes_key;
  expected.kes_proof = renewed->registration.kes_proof;
  EXPECT_EQ(renewed->registration, expected);
  EXPECT_NE(renewed->registration.kes_key, old.kes_key);
  EXPECT_TRUE(made.open()->sign_kes(0, as_bytes("m")));

  for (const auto* text : {"", "damaged"}) {  // a key that is lost or damaged
    disk::put_file(made.folder() / "kes.key", text);
    ASSERT_TRUE(rotate_kes(made.folder(), secret("pass")));
    EXPECT_TRUE(made.open());
  }
  std::filesystem::remove(made.folder() / "kes.key");
  ASSERT_TRUE(rotate_kes(made.folder(), secret("pass")));
  EXPECT_TRUE(made.open());
}

TEST(Validator, a_next_kes_key_signs_beside_the_old_one_and_then_takes_its_place) {
  const Made made;
  const Registration old = inspect_validator(made.folder())->registration;
  Registration next;
  {
    auto validator = made.open();
    ASSERT_TRUE(validator->sign_kes(5, as_bytes("m")));
    EXPECT_EQ(validator->next(), nullptr);
    ASSERT_TRUE(validator->prepare_next());
    ASSERT_NE(validator->next(), nullptr);
    next = *validator->next();
    ASSERT_TRUE(validator->prepare_next());
    EXPECT_EQ(*validator->next(), next);  // one, however often it is asked for
    EXPECT_NE(next.kes_key, old.kes_key);
    EXPECT_TRUE(verify_registration(Unverified(Registration(next)), kChain));
  }
  EXPECT_EQ(inspect_validator(made.folder())->registration, old);
  EXPECT_EQ(inspect_validator(made.folder())->next, next);
  const env::Path second = made.parent() / "second name";
  std::filesystem::create_hard_link(made.folder() / "kes.key", second);
  auto validator = made.open();  // both are there after a restart
  ASSERT_TRUE(validator) << validator.error().message;
  const auto by_old = validator->sign_kes(6, as_bytes("m"));
  const auto by_next = validator->sign_next(1, as_bytes("m"));
  ASSERT_TRUE(by_old && by_next);
  EXPECT_TRUE(crypto::kes_verify(old.kes_key, 6, as_bytes("m"), *by_old));
  EXPECT_TRUE(crypto::kes_verify(next.kes_key, 1, as_bytes("m"), *by_next));
  ASSERT_TRUE(validator->adopt_next());
  EXPECT_EQ(validator->registration(), next);
  EXPECT_EQ(validator->kes_period(), 1u);
  EXPECT_EQ(validator->next(), nullptr);
  EXPECT_EQ(*env::read_file(second, 1 << 16), Bytes(std::filesystem::file_size(second)));
  EXPECT_TRUE(validator->sign_kes(2, as_bytes("m")));
  ASSERT_TRUE(validator->prepare_next());  // and the one after it
  validator = fail(Error{});
  EXPECT_EQ(inspect_validator(made.folder())->registration, next);
  EXPECT_EQ(inspect_validator(made.folder())->kes_period, 2u);
  EXPECT_TRUE(made.open());
}

// Where the 32 bytes lie in the memory that this process may write. `masked` is inverted, so as not to be found itself.
std::size_t places_in_memory(const std::array<std::uint8_t, 32>& masked) {
  std::ifstream maps("/proc/self/maps");
  const env::Descriptor memory(::open("/proc/self/mem", O_RDONLY | O_CLOEXEC));
  std::size_t out = 0;
  for (std::string line; std::getline(maps, line);) {
    std::uintptr_t begin = 0, end = 0;
    char mode[5]{};
    if (std::sscanf(line.c_str(), "%lx-%lx %4s", &begin, &end, mode) != 3 || mode[0] != 'r' || mode[1] != 'w') continue;
    if (end - begin > std::size_t{1} << 30) continue;  // the shadow of a sanitizer
    constexpr std::size_t kChunk = 1 << 20;
    SecretBytes chunk(Bytes(kChunk + 32));  // overlapping by 32; wiped, for it may hold what is looked for
    const auto bytes = chunk.mutable_view();
    for (std::uintptr_t at = begin; at < end; at += kChunk) {
      const ssize_t size =
          ::pread(memory.get(), bytes.data(), std::min<std::size_t>(bytes.size(), end - at), static_cast<off_t>(at));
      const std::string_view read = as_text(bytes).substr(0, size > 0 ? static_cast<std::size_t>(size) : 0);
      const char first = static_cast<char>(masked[0] ^ 0xff);
      for (std::size_t i = read.find(first); i < kChunk && i + 32 <= read.size(); i = read.find(first, i + 1)) {
        std::size_t same = 1;
        while (same < 32 && (static_cast<std::uint8_t>(read[i + same]) ^ 0xff) == masked[same]) ++same;
        if (same == 32) ++out;
      }
    }
  }
  return out;
}

std::array<std::uint8_t, 32> masked_leaf(const Made& made) {
  const env::Path path = made.folder() / "kes.key";
  const auto file = *read_kes_file(path);
  const auto bytes = unseal(file.sealed, secret("pass"), path);
  std::array<std::uint8_t, 32> out;
  for (std::size_t i = 0; i < 32; ++i) out[i] = bytes->view()[i] ^ 0xff;
  return out;
}

TEST(Validator, after_evolving_the_old_leaf_is_nowhere_in_memory_nor_in_the_folder) {
  const Made made;
  auto old_leaf = masked_leaf(made);
  auto validator = made.open();
  ASSERT_TRUE(validator);
  EXPECT_GE(places_in_memory(old_leaf), 1u);
  for (const unsigned period : {1u, 2u, 7u, 32u}) {
    ASSERT_TRUE(validator->sign_kes(period, as_bytes("m")));
    EXPECT_EQ(places_in_memory(old_leaf), 0u) << period;
    const auto file = *read_kes_file(made.folder() / "kes.key");
    const auto opened = unseal(file.sealed, secret("pass"), made.folder());
    ASSERT_TRUE(opened);
    Bytes leaf(32);
    for (std::size_t i = 0; i < 32; ++i) leaf[i] = old_leaf[i] ^ 0xff;
    EXPECT_TRUE(std::ranges::search(opened->view(), leaf).empty());
    wipe(leaf);
    old_leaf = masked_leaf(made);
  }
}

}  // namespace
}  // namespace aether::keystore

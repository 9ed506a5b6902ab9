#include "aether/keystore/mnemonic.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "aether/crypto/sha256.hpp"
#include "mnemonic_vectors.hpp"

namespace aether::keystore {
namespace {

using Kind = MnemonicErrorKind;

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> out(1);
  for (const char c : text)
    if (c == ' ')
      out.emplace_back();
    else
      out.back() += c;
  return out;
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const auto& word : words) out += (out.empty() ? "" : " ") + word;
  return out;
}

rc::Gen<Bytes> entropies() {
  return rc::gen::mapcat(rc::gen::element<std::size_t>(16, 20, 24, 28, 32), [](std::size_t size) {
    return rc::gen::container<Bytes>(size, rc::gen::arbitrary<std::uint8_t>());
  });
}

TEST(Mnemonic, the_list_is_the_published_file) {
  std::string file;
  for (const auto word : mnemonic_words()) file += std::string(word) + "\n";
  EXPECT_EQ(to_hex(crypto::sha256(as_bytes(file)).view()),
            "2f5eed53a4727b4bf8880d8f3f199efc90e58503646d9ff8eff3a2ed3b24dbda");
}

TEST(Mnemonic, english_vectors) {
  for (const auto& vector : kBip39English) {
    const auto words = mnemonic_from_entropy(*from_hex(vector.entropy));
    ASSERT_TRUE(words);
    EXPECT_EQ(words->text(), vector.mnemonic);
    const auto entropy = entropy_from_mnemonic(vector.mnemonic);
    ASSERT_TRUE(entropy);
    EXPECT_EQ(to_hex(entropy->view()), vector.entropy);
    const auto seed = mnemonic_to_seed(vector.mnemonic, "TREZOR");
    ASSERT_TRUE(seed);
    EXPECT_EQ(to_hex(seed->view()), vector.seed);
  }
}

TEST(Mnemonic, texts_are_decomposed) {
  for (const auto& vector : kBip39Japanese)
    EXPECT_EQ(to_hex(mnemonic_to_seed(vector.mnemonic, "TREZOR")->view()), vector.seed);
  for (const auto& vector : kBip39Passphrase)
    EXPECT_EQ(to_hex(mnemonic_to_seed(vector.mnemonic, vector.passphrase)->view()), vector.seed);
  EXPECT_EQ(mnemonic_to_seed("\xff", "").error().kind, Kind::not_utf8);
  EXPECT_EQ(mnemonic_to_seed("", "\xc3").error().kind, Kind::not_utf8);
}

TEST(Mnemonic, each_typo_has_its_own_error) {
  const auto good = split(kBip39English[12].mnemonic);
  ASSERT_EQ(good.size(), 12u);
  const auto with = [&](std::size_t at, std::string word) {
    auto words = good;
    words[at] = std::move(word);
    return joined(words);
  };
  const auto unknown = entropy_from_mnemonic(with(4, good[4] + "x"));
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().kind, Kind::unknown_word);
  EXPECT_EQ(unknown.error().number, 5u);
  EXPECT_EQ(unknown.error().nearest, good[4]);
  EXPECT_NE(to_string(unknown.error()).find("word 5"), std::string::npos);
  EXPECT_EQ(entropy_from_mnemonic(with(0, "Zoo")).error().nearest, "zoo");
  EXPECT_EQ(entropy_from_mnemonic(with(11, std::string(100'000, 'z'))).error().number, 12u);

  auto swapped = good;
  std::swap(swapped[0], swapped[1]);
  EXPECT_EQ(entropy_from_mnemonic(joined(swapped)).error().kind, Kind::bad_checksum);
  auto shorter = good;
  shorter.pop_back();
  EXPECT_EQ(entropy_from_mnemonic(joined(shorter)).error().kind, Kind::bad_word_count);
  EXPECT_EQ(entropy_from_mnemonic(joined(shorter)).error().number, 11u);
  EXPECT_EQ(entropy_from_mnemonic("").error().kind, Kind::bad_word_count);
  EXPECT_EQ(entropy_from_mnemonic(joined(good) + " " + joined(good) + " zoo zoo zoo").error().number, 27u);
  EXPECT_TRUE(entropy_from_mnemonic("  " + joined(good) + "\r\n"));
  for (const std::size_t size : {0u, 15u, 17u, 33u, 36u})
    EXPECT_EQ(mnemonic_from_entropy(Bytes(size)).error().kind, Kind::bad_entropy_length) << size;
}

RC_GTEST_PROP(Mnemonic, round_trip, ()) {
  const Bytes entropy = *entropies();
  const auto words = mnemonic_from_entropy(entropy);
  RC_ASSERT(words.has_value());
  const auto back = entropy_from_mnemonic(words->text());
  RC_ASSERT(back.has_value());
  RC_ASSERT(std::ranges::equal(back->view(), entropy));
}

// A wrong word gets through only as often as the checksum lets it, 1 in 16 to 256, and then means other entropy.
RC_GTEST_PROP(Mnemonic, another_word_is_never_the_same_entropy, (std::uint16_t word)) {
  const Bytes entropy = *entropies();
  auto words = split(mnemonic_from_entropy(entropy)->text());
  auto& changed = words[*rc::gen::inRange<std::size_t>(0, words.size())];
  const std::string_view other = mnemonic_words()[word % kMnemonicListWords];
  RC_PRE(changed != other);
  changed = other;
  const auto back = entropy_from_mnemonic(joined(words));
  if (back)
    RC_ASSERT(!std::ranges::equal(back->view(), entropy));
  else
    RC_ASSERT(back.error().kind == Kind::bad_checksum);
}

TEST(SecretBytes, grow_and_shrink_as_text_does) {
  SecretBytes secret;
  std::string expected;
  for (int i = 0; i < 100; ++i) {
    secret.append("word" + std::to_string(i));
    expected += "word" + std::to_string(i);
  }
  EXPECT_EQ(secret.text(), expected);
  secret.keep_first(7);
  EXPECT_EQ(secret.text(), expected.substr(0, 7));
  secret.keep_first(8);
  EXPECT_EQ(secret.size(), 7u);
  EXPECT_EQ(secret_to_hex(secret.view()).text(), to_hex(secret.view()));
  EXPECT_EQ(secret_from_hex("776f")->text(), "wo");
  EXPECT_FALSE(secret_from_hex("776"));
}

}  // namespace
}  // namespace aether::keystore

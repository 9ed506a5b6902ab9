#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>
#include <sodium/crypto_generichash.h>

#include "aether/crypto/kes.hpp"
#include "aether/crypto/sha256.hpp"

namespace aether::crypto {
namespace {

using Raw = std::array<std::uint8_t, 32>;

KesSecretKey key_from(std::string_view text) {
  Raw raw{};
  std::copy(text.begin(), text.end(), raw.begin());
  return KesSecretKey(Seed(raw));
}

KesSecretKey evolved_to(unsigned period) {
  KesSecretKey key = key_from("a validator");
  while (key.period() < period) EXPECT_TRUE(key.evolve());
  return key;
}

// The seeds of all 64 leaves, by the definition: the path from the root, a hash of 1 or 2 and the seed above it.
std::vector<Raw> leaf_seeds(const Raw& seed, unsigned depth = kKesDepth) {
  if (depth == 0) return {seed};
  std::vector<Raw> out;
  for (std::uint8_t which = 1; which <= 2; ++which) {
    Bytes input{which};
    append(input, seed);
    Raw half;
    crypto_generichash(half.data(), half.size(), input.data(), input.size(), nullptr, 0);
    for (const Raw& leaf : leaf_seeds(half, depth - 1)) out.push_back(leaf);
  }
  return out;
}

bool contains(ByteView bytes, const Raw& part) {
  return std::search(bytes.begin(), bytes.end(), part.begin(), part.end()) != bytes.end();
}

TEST(Kes, every_period_signs_and_verifies_for_itself_alone) {
  KesSecretKey key = key_from("a validator");
  const KesPublicKey public_key = key.public_key();
  const Bytes message{1, 2, 3};
  for (unsigned period = 0;; ++period) {
    ASSERT_EQ(key.period(), period);
    ASSERT_EQ(key.public_key(), public_key);
    const KesSignature signature = key.sign(message);
    for (unsigned other = 0; other < kKesPeriods; ++other)
      ASSERT_EQ(kes_verify(public_key, other, message, signature).has_value(), other == period)
          << period << " " << other;
    EXPECT_EQ(kes_verify(public_key, period, Bytes{1, 2}, signature).error(), KesError::bad_signature);
    if (period + 1 == kKesPeriods) break;
    ASSERT_TRUE(key.evolve());
  }
  EXPECT_EQ(key.evolve().error(), KesError::expired);
  EXPECT_EQ(key.period(), kKesPeriods - 1);
  EXPECT_TRUE(kes_verify(public_key, kKesPeriods - 1, message, key.sign(message)));
}

TEST(Kes, refuses_each_with_its_own_error) {
  const KesSecretKey key = evolved_to(5);
  const Bytes message{7};
  const KesSignature signature = key.sign(message);
  EXPECT_EQ(kes_verify(key.public_key(), kKesPeriods, message, signature).error(), KesError::bad_period);
  EXPECT_EQ(kes_verify(key_from("another").public_key(), 5, message, signature).error(), KesError::bad_path);
  EXPECT_EQ(kes_verify(key.public_key(), 4, message, signature).error(), KesError::bad_signature);
  EXPECT_EQ(kes_verify(key.public_key(), 7, message, signature).error(), KesError::bad_path);
}

TEST(Kes, a_flipped_bit_anywhere_in_a_signature_or_key_is_refused) {
  const KesSecretKey key = evolved_to(37);
  const Bytes message{7};
  const KesSignature signature = key.sign(message);
  const KesPublicKey public_key = key.public_key();
  for (std::size_t i = 0; i < signature.size(); ++i) {
    KesSignature other = signature;
    other[i] ^= static_cast<std::uint8_t>(1 << i % 8);
    const auto verdict = kes_verify(public_key, 37, message, other);
    ASSERT_FALSE(verdict) << i;
    EXPECT_EQ(verdict.error(), i < 64 ? KesError::bad_signature : KesError::bad_path);
  }
  for (std::size_t i = 0; i < public_key.size(); ++i) {
    KesPublicKey other = public_key;
    other[i] ^= 1;
    EXPECT_EQ(kes_verify(other, 37, message, signature).error(), KesError::bad_path);
  }
}

TEST(Kes, an_evolved_key_holds_no_seed_that_leads_to_an_old_period) {
  Raw raw{};
  raw[0] = 9;
  const std::vector<Raw> leaves = leaf_seeds(raw);
  ASSERT_EQ(leaves.size(), kKesPeriods);
  KesSecretKey key{Seed(raw)};
  for (unsigned period = 0;; ++period) {
    const auto bytes = key.to_bytes();
    EXPECT_FALSE(contains(bytes.view(), raw));
    for (unsigned leaf = 0; leaf <= period; ++leaf)
      ASSERT_EQ(contains(bytes.view(), leaves[leaf]), leaf == period) << period << " " << leaf;
    // Every seed in the key, grown to all its leaves, gives present and later ones only.
    for (std::size_t height = 1; height <= kKesDepth; ++height) {
      Raw seed;
      std::copy_n(bytes.view().begin() + static_cast<std::ptrdiff_t>(32 + 96 * (height - 1)), 32, seed.begin());
      if (seed == Raw{}) continue;
      for (const Raw& leaf : leaf_seeds(seed, static_cast<unsigned>(height - 1)))
        ASSERT_GT(std::find(leaves.begin(), leaves.end(), leaf) - leaves.begin(), period);
    }
    if (!key.evolve()) break;
  }
  EXPECT_EQ(key.period(), kKesPeriods - 1);
}

TEST(Kes, the_seed_that_makes_a_key_is_wiped) {
  Raw raw{};
  raw[0] = 9;
  Seed seed{raw};
  const KesSecretKey key(std::move(seed));
  EXPECT_TRUE(seed == Seed());  // NOLINT: what a moved-from secret holds is the property
}

TEST(Kes, serialized_keys_come_back_at_every_period) {
  KesSecretKey key = key_from("a validator");
  do {
    const auto bytes = key.to_bytes();
    auto back = KesSecretKey::from_bytes(bytes.view());
    ASSERT_TRUE(back);
    EXPECT_EQ(back->period(), key.period());
    EXPECT_TRUE(back->to_bytes() == bytes);
    EXPECT_EQ(back->sign(Bytes{1}), key.sign(Bytes{1}));
  } while (key.evolve());
}

TEST(Kes, damaged_serialized_keys_are_refused) {
  for (const unsigned period : {0U, 21U, 32U, 63U}) {
    const auto bytes = evolved_to(period).to_bytes();
    for (std::size_t i = 0; i < bytes.view().size(); i += i < 32 || i > KesSecretKey::kMaterial - 8 ? 1 : 13) {
      auto damaged = bytes.clone();
      damaged.mutable_view()[i] ^= 1;
      const auto back = KesSecretKey::from_bytes(damaged.view());
      // In the second half nothing but the public key itself knows the first half's key.
      const bool changes_the_public_key = period >= 32 && i >= 32 + 5 * 96 + 32 && i < 32 + 5 * 96 + 64;
      if (changes_the_public_key) {
        ASSERT_TRUE(back);
        EXPECT_NE(back->public_key(), key_from("a validator").public_key());
      } else {
        ASSERT_FALSE(back) << period << " " << i;
        EXPECT_EQ(back.error(), KesError::bad_key);
      }
    }
  }
}

TEST(Kes, a_seed_left_over_from_a_used_half_is_refused) {
  const KesSecretKey first = key_from("a validator");
  auto bytes = evolved_to(1).to_bytes();
  const auto old = first.to_bytes();
  std::copy_n(old.view().begin() + 32, 32, bytes.mutable_view().begin() + 32);
  EXPECT_FALSE(KesSecretKey::from_bytes(bytes.view()));
}

// The files key6.bin, key6update1.bin, key6update5.bin, key6Sig.bin and key6Sig5.bin that cardano-base wrote for the
// tests of kes-summed-ed25519: seed "test string of 32 byte of lenght", message "test message".
TEST(Kes, agrees_with_cardano_base) {
  const Bytes message(as_bytes("test message").begin(), as_bytes("test message").end());
  KesSecretKey key = key_from("test string of 32 byte of lenght");
  const auto key_hash = [&] { return to_hex(sha256(key.to_bytes().view().first<KesSecretKey::kMaterial>()).bytes); };
  const auto signature_hash = [&] { return to_hex(sha256(key.sign(message)).bytes); };
  EXPECT_EQ(key_hash(), "16e748a5afcf4fdf6ff346dfa176cd11babfc982a859df36b2d9beb4e40b12c9");
  EXPECT_EQ(signature_hash(), "5896ada39b75d5f18ee547eb533fefc369aeb9f8fdfa61473bbbb1556cfabe49");
  ASSERT_TRUE(key.evolve());
  EXPECT_EQ(key_hash(), "170f21f23d972dc0696df84c549ac29946bcb1396c1b5f738e399183fb922ba5");
  while (key.period() < 5) ASSERT_TRUE(key.evolve());
  EXPECT_EQ(key_hash(), "99088d9ab29a99eab4a404ec0d5cd3d0d0146b821fa0b7a582ac7646402cb0b6");
  EXPECT_EQ(signature_hash(), "38acfd9db01cd42dd73c2f6ba8c2b3990f493f5815335b3cdd7bce74d928de10");
}

RC_GTEST_PROP(Kes, messages_and_seeds_bind, (const Raw& raw, const Bytes& message)) {
  KesSecretKey key{Seed(raw)};
  const unsigned steps = *rc::gen::inRange(0U, 4U);
  for (unsigned i = 0; i < steps; ++i) RC_ASSERT(key.evolve().has_value());
  const KesSignature signature = key.sign(message);
  RC_ASSERT(kes_verify(key.public_key(), steps, message, signature).has_value());
  Bytes other = message;
  other.push_back(0);
  RC_ASSERT(!kes_verify(key.public_key(), steps, other, signature).has_value());
}

}  // namespace
}  // namespace aether::crypto

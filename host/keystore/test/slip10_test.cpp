#include "aether/keystore/slip10.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "aether/keystore/account.hpp"
#include "aether/keystore/mnemonic.hpp"
#include "mnemonic_vectors.hpp"

namespace aether::keystore {
namespace {

TEST(Slip10, vectors) {
  for (const auto& vector : kSlip10) {
    const auto derived = slip10_derive(*from_hex(vector.seed), vector.path);
    ASSERT_TRUE(derived) << vector.path;
    EXPECT_EQ(to_hex(derived->chain_code.view()), vector.chain_code);
    EXPECT_EQ(to_hex(derived->key.view()), vector.key);
    EXPECT_EQ(to_hex(crypto::ed25519_public_key(derived->key)), vector.public_key);
  }
}

TEST(Slip10, a_path_has_one_text) {
  using enum Slip10Error;
  const auto refused = [](std::string_view text) { return path_from_text(text).error(); };
  EXPECT_EQ(*path_from_text("m"), HardenedPath{});
  EXPECT_EQ(*path_from_text("m/44'/2147483647'/0'"), (HardenedPath{44, kSlip10IndexMax, 0}));
  for (const auto* text : {"", "M", "/0'", "x/0'", "m0'", "mm", "44'"}) EXPECT_EQ(refused(text), bad_start) << text;
  for (const auto* text : {"m/0", "m/0/1'", "m/44'/5"}) EXPECT_EQ(refused(text), not_hardened) << text;
  for (const auto* text : {"m/", "m/'", "m/0'/", "m/00'", "m/01'", "m/2147483648'", "m/99999999999'", "m/-1'", "m/ 1'",
                           "m/1h", "m/1''", "m/1' ", "m//1'", "m/1'1'", "m/0x1'"})
    EXPECT_EQ(refused(text), bad_index) << text;
  std::string deep = "m";
  for (std::size_t i = 0; i < kSlip10DepthMax; ++i) deep += "/1'";
  EXPECT_EQ(path_from_text(deep)->size(), kSlip10DepthMax);
  EXPECT_EQ(refused(deep + "/1'"), too_deep);
}

TEST(Slip10, a_seed_has_a_length) {
  for (const std::size_t size : {0u, 15u, 65u})
    EXPECT_EQ(slip10_derive(Bytes(size), "m").error(), Slip10Error::bad_seed_length);
  EXPECT_TRUE(slip10_derive(Bytes(16), "m"));
  EXPECT_TRUE(slip10_derive(Bytes(64), "m"));
}

RC_GTEST_PROP(Slip10, path_round_trip, ()) {
  const auto path = *rc::gen::container<HardenedPath>(rc::gen::inRange<std::uint32_t>(0, kSlip10IndexMax));
  RC_ASSERT(*path_from_text(to_text(path)) == path);
}

// Computed once with the packages `mnemonic` 0.21 and `bip-utils` 2.12.3 (PyPI): wallets must agree on it for ever.
TEST(Account, is_at_its_path) {
  EXPECT_EQ(to_text(account_path(7)), "m/44'/1095062600'/7'");
  const auto entropy = entropy_from_mnemonic(kBip39English[8].mnemonic);
  ASSERT_TRUE(entropy);
  EXPECT_EQ(to_hex(account_key(entropy->view(), 0).view()),
            "e5c8d9f8568ca70c56394d2847945591631613cb08823388c2ea3d9e0e497eb0");
  EXPECT_EQ(to_hex(account_key(entropy->view(), 7).view()),
            "8a67c378eac6713b14d0d826d3a3bb93b972e600bd4ed7b8f35db07b7e065875");
}

}  // namespace
}  // namespace aether::keystore

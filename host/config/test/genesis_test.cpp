#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "aether/config/genesis.hpp"

namespace aether::config {
namespace {

Genesis some_genesis() {
  DevGenesis options;
  options.accounts = {{Address{Hash{{1}}}, {1'000'000, 5}}, {Address{Hash{{2}}}, {u128{1} << 90, 0}}};
  return dev_genesis(options);
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

RC_GTEST_PROP(GenesisToml, text_round_trip,
              (std::uint64_t chain, std::uint64_t time, std::uint64_t high, std::uint64_t low,
               const std::array<std::uint8_t, 32>& key)) {
  Genesis genesis = some_genesis();
  genesis.chain_id = ChainId{chain};
  genesis.time_ms = time;
  genesis.params.jobs.recompute_units_per_slot = std::max<std::uint64_t>(low, 1);
  genesis.params.fees.base = (u128{high} << 64 | low) >> 28;
  genesis.accounts.insert({Address{Hash{key}}, {high, low}});
  const auto back = genesis_from_toml(genesis_to_toml(genesis));
  RC_ASSERT(back.has_value());
  RC_ASSERT(genesis_hash(*back) == genesis_hash(genesis));
}

TEST(GenesisToml, each_mistake_has_its_own_error_and_names_the_key) {
  const std::string good = genesis_to_toml(some_genesis());
  const struct {
    std::string_view from, to;
    ErrorKind kind;
    std::string_view names;
  } cases[] = {
      {"chain_id = 31337", "chain_id = ", ErrorKind::syntax, "line"},
      {"chain_id = 31337", "", ErrorKind::missing_key, "chain_id"},
      {"burn_bps = 1000", "", ErrorKind::missing_key, "params.jobs.burn_bps"},
      {"burn_bps = 1000", "burn_bps = 1000\nburn = 1", ErrorKind::unknown_key, "params.jobs.burn"},
      {"chain_id = 31337", "chain_id = 31337\nextra = 1", ErrorKind::unknown_key, "extra"},
      {"burn_bps = 1000", "burn_bps = true", ErrorKind::wrong_type, "params.jobs.burn_bps"},
      {"burn_bps = 1000", "burn_bps = 1.5", ErrorKind::wrong_type, "params.jobs.burn_bps"},
      {"burn_bps = 1000", "burn_bps = -1", ErrorKind::out_of_range, "params.jobs.burn_bps"},
      {"burn_bps = 1000", "burn_bps = 4294967296", ErrorKind::out_of_range, "4294967295"},
      {"chain_id = 31337", "chain_id = '18446744073709551616'", ErrorKind::out_of_range, "chain_id"},
      {"version = 1", "version = 2", ErrorKind::out_of_range, "version"},
      {"burn_bps = 1000", "burn_bps = 10001", ErrorKind::inconsistent, "basis points"},
      {"window_slots = 240", "window_slots = 0", ErrorKind::inconsistent, "zero"},
      {"kind = 'dev'", "kind = 'pow'", ErrorKind::bad_value, "sealer.kind"},
      {"kind = 'dev'", "kind = 'bft'", ErrorKind::missing_key, "sealer.randomness"},
      {"kind = 'dev'", "", ErrorKind::missing_key, "sealer.kind"},
      {"public_key = '", "public_key = 'zz", ErrorKind::bad_value, "sealer.public_key"},
      {"public_key = '", "public_key = '00", ErrorKind::bad_value, "64 hex digits"},
      {"address = 'aeth1", "address = 'aeth1q", ErrorKind::bad_value, "accounts[0].address"},
  };
  ASSERT_TRUE(genesis_from_toml(good));
  for (const auto& c : cases) {
    const auto out = genesis_from_toml(replaced(good, c.from, c.to));
    ASSERT_FALSE(out) << c.to;
    EXPECT_EQ(out.error().kind, c.kind) << c.to << " → " << out.error().message;
    EXPECT_NE(out.error().message.find(c.names), std::string::npos) << out.error().message;
  }
}

TEST(GenesisToml, an_account_named_twice_is_refused) {
  const std::string good = genesis_to_toml(some_genesis());
  const std::string twice = replaced(good, to_text(Address{Hash{{2}}}), to_text(Address{Hash{{1}}}));
  EXPECT_EQ(genesis_from_toml(twice).error().kind, ErrorKind::repeated);
}

// Proofs are not checked here: that is ledger::check_genesis.
Genesis genesis_of_validators(std::uint8_t count) {
  Genesis genesis = some_genesis();
  BftGenesis bft{Hash{{9}}, {}};
  for (std::uint8_t i = 0; i < count; ++i) {
    GenesisValidator validator;
    validator.registration.chain_id = genesis.chain_id;
    validator.registration.address = Address{Hash{{i, 1}}};
    validator.registration.node_key.fill(i);
    validator.registration.bls_proof.fill(0xb0);
    validator.registration.kes_proof.fill(0xe0);
    validator.bond = kAmountUnit * (u128{1} << 70) + i;
    bft.validators.insert(validator);
  }
  genesis.sealer = std::move(bft);
  return genesis;
}

TEST(GenesisToml, validators_round_trip_up_to_the_most) {
  Genesis genesis = genesis_of_validators(3);
  const auto back = genesis_from_toml(genesis_to_toml(genesis));
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(back->sealer, genesis.sealer);
  EXPECT_EQ(genesis_hash(*back), genesis_hash(genesis));

  // The largest genesis is a file that may be read.
  auto& bft = std::get<BftGenesis>(genesis.sealer);
  std::vector<GenesisValidator> all(limits::kValidatorsMax, *bft.validators.begin());
  for (std::size_t i = 0; i < all.size(); ++i)
    all[i].registration.address = Address{Hash{{static_cast<std::uint8_t>(i), static_cast<std::uint8_t>(i >> 8)}}};
  bft.validators = decltype(bft.validators)(std::move(all));
  std::vector<GenesisAccount> accounts(limits::kGenesisAccountsMax, {{}, {u128{1} << 80, u128{1} << 80}});
  for (std::size_t i = 0; i < accounts.size(); ++i)
    accounts[i].address = Address{Hash{{static_cast<std::uint8_t>(i), static_cast<std::uint8_t>(i >> 8)}}};
  genesis.accounts = decltype(genesis.accounts)(std::move(accounts));
  const std::string text = genesis_to_toml(genesis);
  EXPECT_LE(text.size(), kGenesisFileBytesMax);
  const auto large = genesis_from_toml(text);
  ASSERT_TRUE(large) << large.error().message;
  EXPECT_EQ(genesis_hash(*large), genesis_hash(genesis));
}

TEST(GenesisToml, what_is_wrong_with_a_validator_is_named) {
  const std::string good = genesis_to_toml(genesis_of_validators(2));
  const std::string twice = replaced(good, to_text(Address{Hash{{1, 1}}}), to_text(Address{Hash{{0, 1}}}));
  EXPECT_EQ(genesis_from_toml(twice).error().kind, ErrorKind::repeated);
  EXPECT_EQ(genesis_from_toml(replaced(good, "bond = ", "bonds = ")).error().kind, ErrorKind::missing_key);
  const auto shorter = genesis_from_toml(replaced(good, "bls_key = '00", "bls_key = '"));
  EXPECT_EQ(shorter.error().kind, ErrorKind::bad_value);
  EXPECT_NE(shorter.error().message.find("sealer.validators[0].registration.bls_key must be 96"), std::string::npos)
      << shorter.error().message;
}

TEST(GenesisToml, an_absent_file_is_named) {
  const auto out = genesis_from_file("/nonexistent/genesis.toml");
  ASSERT_FALSE(out);
  EXPECT_EQ(out.error().kind, ErrorKind::unreadable);
  EXPECT_NE(out.error().message.find("/nonexistent/genesis.toml"), std::string::npos);
}

TEST(DevGenesis, presets_are_valid_and_funds_parse) {
  for (const Preset preset : {Preset::standard, Preset::demo})
    EXPECT_TRUE(validate(dev_genesis({.accounts = {}, .preset = preset}).params));
  const std::string address = to_text(Address{Hash{{7}}});
  Genesis genesis = dev_genesis({.accounts = {}});
  ASSERT_TRUE(fund(genesis, address + ":1.5:20"));
  EXPECT_EQ(genesis.accounts.begin()->balance, (Balance{1'500'000, 20'000'000}));
  EXPECT_EQ(fund(genesis, address + ":2:2").error().kind, ErrorKind::repeated);
  EXPECT_EQ(fund(genesis, address + ":1").error().kind, ErrorKind::syntax);
  EXPECT_EQ(fund(genesis, address + ":x:1").error().kind, ErrorKind::bad_value);
  EXPECT_EQ(fund(genesis, "aeth1q:1:1").error().kind, ErrorKind::bad_value);
  EXPECT_EQ(genesis.accounts.size(), 1U);
}

TEST(DevGenesis, funds_the_published_keys) {
  const Genesis genesis = dev_genesis({});
  EXPECT_EQ(genesis.accounts.size(), kDevKeys.size());
  for (const auto name : kDevKeys) {
    const Address address = address_of(crypto::ed25519_public_key(dev_seed(name)));
    EXPECT_TRUE(std::any_of(genesis.accounts.begin(), genesis.accounts.end(), [&](const GenesisAccount& account) {
      return account.address == address;
    })) << name;
  }
}

}  // namespace
}  // namespace aether::config

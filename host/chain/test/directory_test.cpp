#include "aether/chain/directory.hpp"

#include <gtest/gtest.h>

#include "aether/config/genesis.hpp"

namespace aether::chain {
namespace {

Genesis genesis_with(std::uint64_t chain_id) { return config::dev_genesis({.chain_id = ChainId{chain_id}}); }
Hash kept(const DirectoryOutcome<Genesis>& genesis) {
  EXPECT_TRUE(genesis) << (genesis ? "" : genesis.error());
  return genesis ? genesis_hash(*genesis) : Hash{};
}

TEST(Directory, a_directory_keeps_the_genesis_it_began_with) {
  const auto dir = env::TempDir::create();
  const env::Path home = dir->path() / "a" / "chain";
  EXPECT_EQ(kept(genesis_of_directory(home, genesis_with(1), false)), genesis_hash(genesis_with(1)));
  EXPECT_EQ(kept(genesis_of_directory(home, genesis_with(2), false)), genesis_hash(genesis_with(1)));
  EXPECT_EQ(kept(genesis_of_directory(home, genesis_with(1), true)), genesis_hash(genesis_with(1)));
  const auto other = genesis_of_directory(home, genesis_with(2), true);
  ASSERT_FALSE(other);
  EXPECT_NE(other.error().find(home.string()), std::string::npos) << other.error();
}

TEST(Directory, a_directory_with_something_else_is_refused_and_left_as_it_is) {
  const auto dir = env::TempDir::create();
  ASSERT_TRUE(env::write_file_atomically(dir->path() / "letter.txt", as_bytes("dear")));
  EXPECT_FALSE(genesis_of_directory(dir->path(), genesis_with(1), false));
  EXPECT_FALSE(std::filesystem::exists(dir->path() / "genesis.toml"));
  EXPECT_FALSE(genesis_of_directory(dir->path() / "letter.txt", genesis_with(1), false));
}

TEST(Directory, what_an_interrupted_write_left_does_not_stand_in_the_way) {
  const auto dir = env::TempDir::create();
  ASSERT_TRUE(env::write_file_atomically(dir->path() / "genesis.toml.tmp-00", as_bytes("chain_id")));
  EXPECT_TRUE(genesis_of_directory(dir->path(), genesis_with(1), false));
}

TEST(Directory, a_damaged_genesis_is_named) {
  const auto dir = env::TempDir::create();
  ASSERT_TRUE(env::write_file_atomically(dir->path() / "genesis.toml", as_bytes("chain_id")));
  const auto out = genesis_of_directory(dir->path(), genesis_with(1), false);
  ASSERT_FALSE(out);
  EXPECT_NE(out.error().find("genesis.toml"), std::string::npos) << out.error();
}

}  // namespace
}  // namespace aether::chain

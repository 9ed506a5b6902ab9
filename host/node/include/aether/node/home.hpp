// The directory of a node, mode 0700:
//
//   aetherd.toml   what it does (config/node.hpp); paths in it are relative to this directory
//   chain/         the chain (chain/directory.hpp), its genesis included
//   safety.log     safety_log.hpp
//   snapshots/     what it offers to others, and
//   epochs/        what shows that to them (src/kept_snapshots.hpp)
//   node.key       the seed of the node key of a node that only follows, as hex; mode 0600
//   lock           held while the directory is in use
//   admin.sock     while a node runs: its owner's (host/admin)
#pragma once

#include "aether/chain/chain.hpp"
#include "aether/config/node.hpp"
#include "aether/node/node.hpp"

namespace aether::node {

// What is wrong and what to do about it.
template <class T>
using HomeOutcome = Result<T, std::string>;

inline constexpr std::string_view kNodeKeyFile = "node.key";
inline constexpr std::uint8_t kCheckpointVersion = 1;  // of its file

// A path as aetherd.toml has it.
[[nodiscard]] env::Path resolved(const env::Path& home, const std::string& path);

// Makes the genesis one of validators, each "REGISTRATION:SWR": its registration.json and its bond in whole units. Its
// time is now, its randomness is drawn.
[[nodiscard]] HomeOutcome<void> name_validators(Genesis& genesis, std::span<const std::string> validators);

// Makes a directory that is absent or empty. The genesis names validators.
[[nodiscard]] HomeOutcome<void> make_home(const env::Path& directory, const Genesis& genesis,
                                          const config::NodeConfig& config);

// For a validator whose safety log is lost: a new one without a record, with which it stays silent for an epoch.
[[nodiscard]] HomeOutcome<void> replace_lost_log(const env::Path& directory);

// A checkpoint as JSON, for the owner of another node of the chain.
[[nodiscard]] std::string checkpoint_text(const light::Checkpoint& checkpoint);
[[nodiscard]] HomeOutcome<light::Checkpoint> read_checkpoint(const env::Path& file, const Genesis& genesis);

// What the directory and the settings say, read and checked as far as that needs neither password nor lock.
struct HomeFacts {
  config::SourcedConfig config;
  Genesis genesis;
  std::optional<keystore::ValidatorInfo> validator;
};
[[nodiscard]] HomeOutcome<HomeFacts> read_home(const env::Path& directory, std::span<const config::Setting> settings);

// A directory in use, and what its node is started with.
struct Home {
  env::FileLock lock;
  HomeFacts facts;
  std::unique_ptr<chain::Chain> chain;
  Options options;
};
// Opens the keys and the chain. `pool` outlives the chain.
[[nodiscard]] HomeOutcome<Home> open_home(const env::Path& directory, std::span<const config::Setting> settings,
                                          TaskPool& pool);

}  // namespace aether::node

// Genesis as TOML. The keys are the names of the field lists, so a parameter added to ChainParams is a key here at
// once. Strict: every key must be there, none may be unknown, each has its type and range. Integers above 2^63 − 1 (and
// any other, if wanted) are decimal strings; amounts are base units (6 decimals); addresses are aeth1…; keys and proofs
// are hex. A validator is its bond and its registration, with the keys of registration.json.
#pragma once

#include <array>
#include <vector>

#include "aether/env/file.hpp"
#include "aether/types/genesis.hpp"

namespace aether::config {

enum class ErrorKind : std::uint8_t {
  unreadable,  // the file cannot be read
  syntax,      // not TOML
  missing_key,
  unknown_key,
  wrong_type,
  out_of_range,
  bad_value,     // an address, key or kind that is none
  repeated,      // an account or a validator named twice
  inconsistent,  // parameters that contradict each other (ParamsError)
};

struct Error {
  ErrorKind kind = ErrorKind::syntax;
  std::string message;  // names file, key and what to do
};
template <class T>
using Outcome = Result<T, Error>;

inline constexpr std::size_t kGenesisFileBytesMax = 2 * 1024 * 1024;

[[nodiscard]] Outcome<Genesis> genesis_from_toml(std::string_view text, std::string_view name = "genesis");
[[nodiscard]] Outcome<Genesis> genesis_from_file(const env::Path& path);

// What genesis_from_toml reads back to the same genesis hash.
[[nodiscard]] std::string genesis_to_toml(const Genesis& genesis);

// The key that seals a development chain unless genesis names another, and the keys that hold its money at first. All
// are published here and protect nothing.
[[nodiscard]] crypto::Seed dev_sealer_seed();
inline constexpr std::array<std::string_view, 4> kDevKeys{"dev-alice", "dev-bob", "dev-carol", "dev-dave"};
[[nodiscard]] crypto::Seed dev_seed(std::string_view name);
// A million SWR and a million AIC for each of kDevKeys.
[[nodiscard]] std::vector<GenesisAccount> dev_accounts();

enum class Preset : std::uint8_t { standard, demo };  // demo: windows and clocks short enough to watch

struct DevGenesis {
  ChainId chain_id{31'337};
  crypto::PublicKey sealer = crypto::ed25519_public_key(dev_sealer_seed());
  std::vector<GenesisAccount> accounts = dev_accounts();
  Preset preset = Preset::standard;
};
[[nodiscard]] Genesis dev_genesis(const DevGenesis& options);

// Adds the account "ADDRESS:SWR:AIC" with amounts in whole units ("12.5"); `repeated` when the address has one.
[[nodiscard]] Outcome<void> fund(Genesis& genesis, std::string_view account);

}  // namespace aether::config

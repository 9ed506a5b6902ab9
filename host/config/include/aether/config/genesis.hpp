// Genesis as TOML. The keys are the names of the field lists, so a parameter added to ChainParams is a key here at once.
// Strict: every key must be there, none may be unknown, each has its type and range. Integers above 2^63 − 1 (and any
// other, if wanted) are decimal strings; amounts are base units (6 decimals); addresses are aeth1…; keys are hex.
#pragma once

#include <vector>

#include "aether/env/file.hpp"
#include "aether/types/genesis.hpp"

namespace aether::config {

enum class ErrorKind : std::uint8_t {
  unreadable,     // the file cannot be read
  syntax,         // not TOML
  missing_key,
  unknown_key,
  wrong_type,
  out_of_range,
  bad_value,      // an address, key or kind that is none
  repeated,       // an account named twice
  inconsistent,   // parameters that contradict each other (ParamsError)
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

enum class Preset : std::uint8_t { standard, demo };  // demo: windows and clocks short enough to watch

struct DevGenesis {
  ChainId chain_id{31'337};
  crypto::PublicKey sealer{};
  std::vector<GenesisAccount> accounts;
  Preset preset = Preset::standard;
};
[[nodiscard]] Genesis dev_genesis(const DevGenesis& options);

// "ADDRESS:SWR:AIC" with amounts in whole units ("12.5"), as the flag --fund takes it.
[[nodiscard]] Outcome<GenesisAccount> account_from_text(std::string_view text);

// The key that seals a development chain unless genesis names another. It is published here and protects nothing.
[[nodiscard]] crypto::Seed dev_sealer_seed();

}  // namespace aether::config

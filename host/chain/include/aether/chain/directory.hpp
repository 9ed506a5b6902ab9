// The directory of a chain: its genesis as genesis.toml, beside what storage keeps there (lock, db).
#pragma once

#include "aether/env/file.hpp"
#include "aether/types/genesis.hpp"

namespace aether::chain {

inline constexpr std::string_view kGenesisFile = "genesis.toml";

// What is wrong and what to do about it.
template <class T>
using DirectoryOutcome = Result<T, std::string>;

// The genesis of the chain in `directory`: the one kept there; else, where the directory is new or empty, `wanted`,
// which is kept from then on. An error when the directory holds something else or, where the caller `must` have the
// wanted one, another genesis.
[[nodiscard]] DirectoryOutcome<Genesis> genesis_of_directory(const env::Path& directory, const Genesis& wanted,
                                                             bool must);

// The genesis kept there; an error when there is none.
[[nodiscard]] DirectoryOutcome<Genesis> kept_genesis(const env::Path& directory);

// Keeps it in a directory that exists and keeps none.
[[nodiscard]] DirectoryOutcome<void> keep_genesis(const env::Path& directory, const Genesis& genesis);

}  // namespace aether::chain

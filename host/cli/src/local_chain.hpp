// A chain in a directory of this machine that no other process has open.
#pragma once

#include "aether/chain/chain.hpp"
#include "aether/chain/snapshot.hpp"
#include "command.hpp"

namespace aether::cli {

[[nodiscard]] Failure failure_of(const storage::Error& error);
[[nodiscard]] Failure failure_of(const chain::SnapshotError& error);
[[nodiscard]] Failure directory_failure(std::string message);

// The chain that the directory keeps.
[[nodiscard]] Result<std::unique_ptr<chain::Chain>, Failure> open_local_chain(const std::string& directory,
                                                                              TaskPool& pool);

[[nodiscard]] std::string hex(const Hash& hash);

}  // namespace aether::cli

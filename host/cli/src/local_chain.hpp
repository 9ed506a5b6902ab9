// A chain in a directory of this machine: one that no other process has open, or that of a node that runs.
#pragma once

#include "aether/admin/client.hpp"
#include "aether/chain/chain.hpp"
#include "aether/chain/snapshot.hpp"
#include "command.hpp"

namespace aether::cli {

[[nodiscard]] Failure failure_of(const storage::Error& error);
[[nodiscard]] Failure failure_of(const chain::SnapshotError& error);
[[nodiscard]] Failure failure_of(const admin::Error& error);
[[nodiscard]] Failure directory_failure(std::string message);

// What `--data` names: a chain's directory, or a node's.
struct ChainPlace {
  env::Path chain;
  env::Path home;  // of the node that it belongs to; empty: none
};
[[nodiscard]] ChainPlace place_of_chain(const env::Path& data);

// The chain that the directory keeps.
[[nodiscard]] Result<std::unique_ptr<chain::Chain>, Failure> open_local_chain(const std::string& directory,
                                                                              TaskPool& pool);

[[nodiscard]] std::string hex(const Hash& hash);

}  // namespace aether::cli

// One node of a network: where its things lie, its process, and what it answers.
#pragma once

#include "aether/client/rpc.hpp"
#include "aether/devnet/devnet.hpp"
#include "process.hpp"

namespace aether::devnet {

inline constexpr std::size_t kSmallFileBytesMax = 64 * 1024;

[[nodiscard]] env::Path node_home(const env::Path& directory, NodeIndex node);
[[nodiscard]] env::Path node_log(const env::Path& directory, NodeIndex node);
[[nodiscard]] env::Path validator_folder(const env::Path& directory, NodeIndex node);
[[nodiscard]] env::Path keys_directory(const env::Path& directory);
[[nodiscard]] env::Path password_file(const env::Path& directory);

// From the root, without "." or a slash at its end.
[[nodiscard]] env::Path full_path(const env::Path& given);
// A name beside the directory's that nothing has: DIRECTORY.WORD-…
[[nodiscard]] env::Path unused_beside(const env::Path& directory, std::string_view word);

// None when it is down.
[[nodiscard]] std::optional<Process> process_of(const env::Path& directory, NodeIndex node);
// Nothing of it is worth keeping when the power fails: a process does not outlive that.
[[nodiscard]] env::Outcome<void> keep_process(const env::Path& directory, NodeIndex node, const ProcessId& id);

struct Health {
  Slot final_slot;
  bool is_ready = false;
};
[[nodiscard]] std::optional<Health> ask_health(const client::Rpc& rpc);

}  // namespace aether::devnet

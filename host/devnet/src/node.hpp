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

// Files that name the newest process of a node, and of the fault proxy.
[[nodiscard]] env::Path node_pid_file(const env::Path& directory, NodeIndex node);
[[nodiscard]] env::Path proxy_pid_file(const env::Path& directory);

// None when it is down.
[[nodiscard]] std::optional<Process> process_of(const env::Path& pid_file);
// Starts a program and names it in the file, or does neither.
[[nodiscard]] Outcome<void> start_process(const env::Path& pid_file, const env::Path& program,
                                          const std::vector<std::string>& words, const env::Path& log);

struct Health {
  Slot final_slot;
  bool is_ready = false;
};
[[nodiscard]] std::optional<Health> ask_health(const client::Rpc& rpc);

}  // namespace aether::devnet

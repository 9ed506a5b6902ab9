#include "node.hpp"

#include <signal.h>

#include "aether/env/entropy.hpp"

namespace aether::devnet {

namespace {

env::Path part_of_node(const env::Path& directory, NodeIndex node, std::string_view ending) {
  return directory / "nodes" / (std::to_string(node) + std::string(ending));
}

}  // namespace

env::Path node_home(const env::Path& directory, NodeIndex node) { return part_of_node(directory, node, ""); }
env::Path node_pid_file(const env::Path& directory, NodeIndex node) { return part_of_node(directory, node, ".pid"); }
env::Path proxy_pid_file(const env::Path& directory) { return directory / "faults.pid"; }
env::Path node_log(const env::Path& directory, NodeIndex node) { return part_of_node(directory, node, ".log"); }
env::Path validator_folder(const env::Path& directory, NodeIndex node) {
  return directory / "validators" / std::to_string(node);
}
env::Path keys_directory(const env::Path& directory) { return directory / "keys"; }
env::Path password_file(const env::Path& directory) { return keys_directory(directory) / "dev-password"; }

env::Path full_path(const env::Path& given) {
  const env::Path out = std::filesystem::absolute(given).lexically_normal();
  return out.has_filename() ? out : out.parent_path();
}

env::Path unused_beside(const env::Path& directory, std::string_view word) {
  std::array<std::uint8_t, 8> suffix{};
  env::fill_random(suffix);
  return directory.string() + "." + std::string(word) + "-" + to_hex(suffix);
}

std::optional<Process> process_of(const env::Path& pid_file) {
  const auto text = env::read_file(pid_file, kSmallFileBytesMax);
  const auto id = text ? process_id_from_text(as_text(*text)) : std::nullopt;
  return id ? Process::find(*id) : std::nullopt;
}

Outcome<void> start_process(const env::Path& pid_file, const env::Path& program, const std::vector<std::string>& words,
                            const env::Path& log) {
  const auto id = start_detached(program, words, log);
  if (!id) return fail(Error{ErrorKind::environment, id.error().message});
  // Nothing of it is worth keeping when the power fails: a process does not outlive that.
  const auto kept = env::write_file_atomically(pid_file, as_bytes(to_text(*id)), {.durable = false});
  if (kept) return {};
  if (const auto process = Process::find(*id)) (void)process->signal(SIGKILL);
  return fail(Error{ErrorKind::environment, kept.error().message});
}

std::optional<Health> ask_health(const client::Rpc& rpc) {
  const auto health = rpc.call(api::GetHealth{});
  if (!health) return std::nullopt;
  return Health{health->at.slot, health->status == api::HealthStatus::ready};
}

}  // namespace aether::devnet

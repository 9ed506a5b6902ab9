// Processes of this machine that outlive who started them, and are found again without mistaking another for them.
#pragma once

#include <sys/types.h>

#include <span>
#include <string>

#include "aether/env/file.hpp"

namespace aether::devnet {

// Names one process for ever: a number alone is given to another process some day.
struct ProcessId {
  pid_t pid = 0;
  std::uint64_t start_ticks = 0;  // after the boot; field 22 of /proc/PID/stat
  std::string boot;               // /proc/sys/kernel/random/boot_id

  bool operator==(const ProcessId&) const = default;
};
// One line, "PID START_TICKS BOOT".
[[nodiscard]] std::string to_text(const ProcessId& id);
[[nodiscard]] std::optional<ProcessId> process_id_from_text(std::string_view text);

// A process that has not ended. Signals reach it or nobody.
class Process {
 public:
  // None when it has ended, even if nobody has asked for its exit status yet.
  [[nodiscard]] static std::optional<Process> find(const ProcessId& id);

  [[nodiscard]] pid_t pid() const { return pid_; }
  [[nodiscard]] bool is_stopped() const;  // by SIGSTOP
  // False when it has ended, or this user may not.
  [[nodiscard]] bool signal(int number) const;
  // Waits for its end.
  [[nodiscard]] bool ends_within(std::uint32_t timeout_ms) const;
  // Readable when it has ended, for poll(2).
  [[nodiscard]] int descriptor() const { return descriptor_.get(); }

 private:
  Process(pid_t pid, env::Descriptor descriptor) : pid_(pid), descriptor_(std::move(descriptor)) {}
  pid_t pid_;
  env::Descriptor descriptor_;  // pidfd_open(2)
};

// Starts a program in a session of its own: stdin is empty, stdout and stderr go to the end of `log`, no other
// descriptor is inherited, nor is a variable of the environment that begins with AETHERD_.
[[nodiscard]] env::Outcome<ProcessId> start_detached(const env::Path& program, std::span<const std::string> words,
                                                     const env::Path& log);

// Runs a program to its end, with the same environment. Its stdout replaces the file `out`, /dev/null for nowhere. What
// it said on stderr is the error's message when it did not end with 0.
[[nodiscard]] env::Outcome<void> run_to_end(const env::Path& program, std::span<const std::string> words,
                                            const env::Path& out);

}  // namespace aether::devnet

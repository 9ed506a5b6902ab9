#include "process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <sstream>

extern "C" {  // glibc 2.36 forgets to say so itself
#include <sys/pidfd.h>
}

namespace aether::devnet {

namespace {

constexpr std::size_t kStderrBytesMax = 64 * 1024;
constexpr std::string_view kNodeVariables = "AETHERD_";

// A file that the kernel makes as it is read; empty when there is none.
std::string kernel_text(const std::string& path) {
  const auto bytes = env::read_file(path, 4'096);
  return bytes ? std::string(as_text(*bytes)) : std::string();
}

std::string boot_id() {
  std::string out = kernel_text("/proc/sys/kernel/random/boot_id");
  while (!out.empty() && out.back() == '\n') out.pop_back();
  return out;
}

struct Stat {
  char state = '\0';
  std::uint64_t start_ticks = 0;

  bool has_ended() const { return state == 'Z' || state == 'X'; }
};
// proc(5): "PID (NAME) STATE …"; a name may hold anything, blanks and brackets too.
std::optional<Stat> stat_of(pid_t pid) {
  const std::string text = kernel_text("/proc/" + std::to_string(pid) + "/stat");
  const std::size_t bracket = text.rfind(')');
  if (bracket == text.npos) return std::nullopt;
  std::istringstream fields(text.substr(bracket + 1));
  Stat out;
  std::string skipped;
  fields >> out.state;
  for (int field = 4; field < 22; ++field) fields >> skipped;
  if (!(fields >> out.start_ticks)) return std::nullopt;
  return out;
}

class SpawnPlan {
 public:
  SpawnPlan() {
    ::posix_spawn_file_actions_init(&actions_);
    ::posix_spawnattr_init(&attributes_);
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;
  ~SpawnPlan() {
    ::posix_spawn_file_actions_destroy(&actions_);
    ::posix_spawnattr_destroy(&attributes_);
  }

  void open(int descriptor, const char* path, int flags) {
    ::posix_spawn_file_actions_addopen(&actions_, descriptor, path, flags, 0600);
  }
  void duplicate(int from, int to) { ::posix_spawn_file_actions_adddup2(&actions_, from, to); }
  void close_others() { ::posix_spawn_file_actions_addclosefrom_np(&actions_, 3); }
  // No signal is blocked or ignored, whatever it is here.
  void reset_signals(short flags) {
    sigset_t none, all;
    ::sigemptyset(&none);
    ::sigfillset(&all);
    ::posix_spawnattr_setsigmask(&attributes_, &none);
    ::posix_spawnattr_setsigdefault(&attributes_, &all);
    ::posix_spawnattr_setflags(&attributes_,
                               static_cast<short>(flags | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF));
  }

  env::Outcome<pid_t> spawn(const env::Path& program, std::span<const std::string> words) {
    std::vector<std::string> text{program.string()};
    text.insert(text.end(), words.begin(), words.end());
    std::vector<char*> arguments, variables;
    for (std::string& word : text) arguments.push_back(&word[0]);
    for (char** each = environ; *each != nullptr; ++each)
      if (!std::string_view(*each).starts_with(kNodeVariables)) variables.push_back(*each);
    arguments.push_back(nullptr);
    variables.push_back(nullptr);
    pid_t pid = 0;
    const int error = ::posix_spawn(&pid, program.c_str(), &actions_, &attributes_, &arguments[0], &variables[0]);
    if (error == 0) return pid;
    errno = error;
    return fail(env::last_error("start", program.string()));
  }

 private:
  posix_spawn_file_actions_t actions_;
  posix_spawnattr_t attributes_;
};

}  // namespace

std::string to_text(const ProcessId& id) {
  return std::to_string(id.pid) + " " + std::to_string(id.start_ticks) + " " + id.boot + "\n";
}

std::optional<ProcessId> process_id_from_text(std::string_view text) {
  std::istringstream fields{std::string(text)};
  ProcessId out;
  std::string more;
  if (!(fields >> out.pid >> out.start_ticks >> out.boot) || out.pid <= 1 || fields >> more) return std::nullopt;
  return out;
}

std::optional<Process> Process::find(const ProcessId& id) {
  env::Descriptor descriptor(::pidfd_open(id.pid, 0));
  if (!descriptor.valid() || id.boot != boot_id()) return std::nullopt;
  // What is asked after the descriptor is there is of the process that it means.
  const auto stat = stat_of(id.pid);
  if (!stat || stat->start_ticks != id.start_ticks || stat->has_ended()) return std::nullopt;
  return Process(id.pid, std::move(descriptor));
}

bool Process::is_stopped() const {
  const auto stat = stat_of(pid_);
  return stat && stat->state == 'T';
}

bool Process::signal(int number) const { return ::pidfd_send_signal(descriptor_.get(), number, nullptr, 0) == 0; }

bool Process::ends_within(std::uint32_t timeout_ms) const {
  pollfd end{descriptor_.get(), POLLIN, 0};
  int ready = 0;
  do ready = ::poll(&end, 1, static_cast<int>(timeout_ms));
  while (ready < 0 && errno == EINTR);
  return ready > 0;
}

env::Outcome<ProcessId> start_detached(const env::Path& program, std::span<const std::string> words,
                                       const env::Path& log) {
  SpawnPlan plan;
  plan.open(STDIN_FILENO, "/dev/null", O_RDONLY);
  plan.open(STDOUT_FILENO, log.c_str(), O_WRONLY | O_CREAT | O_APPEND);
  plan.duplicate(STDOUT_FILENO, STDERR_FILENO);
  plan.close_others();
  plan.reset_signals(POSIX_SPAWN_SETSID);
  AETHER_TRY(const pid_t pid, plan.spawn(program, words));
  const auto stat = stat_of(pid);  // there until somebody waits for it, even if it has ended
  if (!stat) return fail(env::Error{env::ErrorKind::io, "/proc does not show process " + std::to_string(pid)});
  return ProcessId{pid, stat->start_ticks, boot_id()};
}

env::Outcome<void> run_to_end(const env::Path& program, std::span<const std::string> words, const env::Path& out) {
  int pipe[2] = {-1, -1};
  if (::pipe2(pipe, O_CLOEXEC) != 0) return fail(env::last_error("make a pipe for", program.string()));
  const env::Descriptor reader(pipe[0]);
  env::Descriptor writer(pipe[1]);
  SpawnPlan plan;
  plan.open(STDIN_FILENO, "/dev/null", O_RDONLY);
  plan.open(STDOUT_FILENO, out.c_str(), O_WRONLY | O_CREAT | O_TRUNC);
  plan.duplicate(writer.get(), STDERR_FILENO);
  plan.close_others();
  plan.reset_signals(0);
  AETHER_TRY(const pid_t pid, plan.spawn(program, words));
  writer = env::Descriptor();
  std::string said, part(4'096, '\0');
  for (ssize_t size = 0; (size = ::read(reader.get(), &part[0], part.size())) != 0;) {
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) break;
    if (said.size() < kStderrBytesMax) said.append(part, 0, static_cast<std::size_t>(size));
  }
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
  while (!said.empty() && said.back() == '\n') said.pop_back();
  if (said.empty()) said = program.string() + " ended with status " + std::to_string(status);
  return fail(env::Error{env::ErrorKind::io, said});
}

}  // namespace aether::devnet

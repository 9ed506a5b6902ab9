#include "process.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "aether/devnet/devnet.hpp"

namespace aether::devnet {
namespace {

constexpr std::uint32_t kHangMs = 60'000;  // only ends a hang

class ProcessTest : public testing::Test {
 protected:
  void SetUp() override {
    auto directory = env::TempDir::create();
    ASSERT_TRUE(directory);
    directory_.emplace(std::move(*directory));
  }
  env::Path path(std::string_view name) const { return directory_->path() / name; }

  // A process of `sh -c script`, which is this one's child.
  ProcessId start(const std::string& script) {
    const std::vector<std::string> words{"-c", script};
    const auto id = start_detached("/bin/sh", words, path("log"));
    EXPECT_TRUE(id) << id.error().message;
    return *id;
  }
  std::vector<std::string> log() const {
    std::vector<std::string> out;
    read_logs({path("log")}, std::nullopt, false, [&](std::size_t, std::string_view line) {
      out.emplace_back(line);
      return true;
    });
    return out;
  }
  void run(const std::string& script) {
    const ProcessId id = start(script);
    EXPECT_EQ(waitpid(id.pid, nullptr, 0), id.pid);
  }

 private:
  std::optional<env::TempDir> directory_;
};

TEST_F(ProcessTest, IsFoundUntilItEnds) {
  const ProcessId id = start("exec sleep 1000");
  const auto process = Process::find(id);
  ASSERT_TRUE(process);
  EXPECT_EQ(process->pid(), id.pid);
  EXPECT_FALSE(process->ends_within(0));
  EXPECT_TRUE(process->signal(SIGKILL));
  EXPECT_TRUE(process->ends_within(kHangMs));
  EXPECT_FALSE(Process::find(id)) << "a zombie has ended";
  EXPECT_EQ(waitpid(id.pid, nullptr, 0), id.pid);
  EXPECT_FALSE(Process::find(id));
  EXPECT_FALSE(process->signal(SIGKILL));
}

TEST_F(ProcessTest, AnotherProcessOfItsNumberIsNotIt) {
  const ProcessId id = start("exec sleep 1000");
  ProcessId earlier = id;
  --earlier.start_ticks;
  EXPECT_FALSE(Process::find(earlier));
  ProcessId before_boot = id;
  before_boot.boot = "another";
  EXPECT_FALSE(Process::find(before_boot));
  EXPECT_TRUE(Process::find(id)->signal(SIGKILL));
  EXPECT_EQ(waitpid(id.pid, nullptr, 0), id.pid);
}

TEST_F(ProcessTest, ShowsThatItIsStopped) {
  const ProcessId id = start("exec sleep 1000");
  const auto process = Process::find(id);
  ASSERT_TRUE(process);
  EXPECT_FALSE(process->is_stopped());
  EXPECT_TRUE(process->signal(SIGSTOP));
  EXPECT_EQ(waitpid(id.pid, nullptr, WUNTRACED), id.pid);
  EXPECT_TRUE(process->is_stopped());
  EXPECT_TRUE(process->signal(SIGKILL));
  EXPECT_EQ(waitpid(id.pid, nullptr, 0), id.pid);
}

TEST_F(ProcessTest, StdoutAndStderrGoToTheEndOfItsLog) {
  run("echo one; echo two >&2");
  run("echo three");
  EXPECT_EQ(log(), (std::vector<std::string>{"one", "two", "three"}));
}

TEST_F(ProcessTest, InheritsNeitherDescriptorsNorSessionNorVariablesOfNodes) {
  const int leaked = ::open("/dev/null", O_RDONLY);  // without O_CLOEXEC
  ASSERT_GE(leaked, 3);
  ::setenv("AETHERD_RPC_PORT", "1", 1);
  ::setenv("AETHER_KEPT", "kept", 1);
  run("ls /proc/$$/fd/" + std::to_string(leaked) + " 2>/dev/null; echo \"${AETHERD_RPC_PORT-none} $AETHER_KEPT\"; " +
      "set -- $(cat /proc/$$/stat); echo $(($6 == $$)); cat");
  ::unsetenv("AETHERD_RPC_PORT");
  ::unsetenv("AETHER_KEPT");
  ::close(leaked);
  EXPECT_EQ(log(), (std::vector<std::string>{"none kept", "1"}));
}

TEST_F(ProcessTest, ItsIdIsOneLineThatComesBack) {
  const ProcessId id{1234, 987654321, "b00t-1d"};
  EXPECT_EQ(process_id_from_text(to_text(id)), id);
  for (const char* text : {"", "1234", "1234 5", "1 5 boot", "-7 5 boot", "x 5 boot", "1234 5 boot more"})
    EXPECT_FALSE(process_id_from_text(text)) << text;
}

TEST_F(ProcessTest, ARunToTheEndGivesItsOutputOrWhatWentWrong) {
  const std::vector<std::string> good{"-c", "echo out; echo aside >&2"}, bad{"-c", "echo out; echo no way >&2; exit 3"};
  ASSERT_TRUE(run_to_end("/bin/sh", good, path("out")));
  EXPECT_EQ(as_text(*env::read_file(path("out"), 100)), "out\n");
  const auto failed = run_to_end("/bin/sh", bad, path("out"));
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().message, "no way");
  EXPECT_EQ(run_to_end(path("absent"), good, path("out")).error().kind, env::ErrorKind::not_found);
}

}  // namespace
}  // namespace aether::devnet

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <thread>

#include "aether/env/entropy.hpp"
#include "aether/env/file.hpp"
#include "aether/env/stop_signal.hpp"
#include "aether/env/thread_pool.hpp"

namespace aether::env {
namespace {

std::size_t entries(const Path& directory) {
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(directory), {}));
}

TEST(File, write_replaces_whole_and_leaves_nothing_beside_it) {
  const auto dir = TempDir::create();
  ASSERT_TRUE(dir);
  const Path path = dir->path() / "a";
  ASSERT_TRUE(write_file_atomically(path, as_bytes("first")));
  ASSERT_TRUE(write_file_atomically(path, as_bytes("second"), {.mode = 0600}));
  EXPECT_EQ(as_text(*read_file(path, 100)), "second");
  ASSERT_TRUE(write_file_atomically(path, as_bytes("third"), {.mode = 0600, .durable = false}));
  EXPECT_EQ(as_text(*read_file(path, 100)), "third");
  EXPECT_EQ(entries(dir->path()), 1u);
  struct stat status{};
  ASSERT_EQ(::stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
}

TEST(File, without_overwrite_an_existing_file_stays) {
  const auto dir = TempDir::create();
  const Path path = dir->path() / "a";
  ASSERT_TRUE(write_file_atomically(path, as_bytes("kept"), {.overwrite = false}));
  const auto again = write_file_atomically(path, as_bytes("lost"), {.overwrite = false});
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().kind, ErrorKind::exists);
  EXPECT_EQ(as_text(*read_file(path, 4)), "kept");
  EXPECT_EQ(entries(dir->path()), 1u);
}

TEST(File, errors_have_their_kind_and_name_the_path) {
  const auto dir = TempDir::create();
  const Path path = dir->path() / "a";
  EXPECT_EQ(read_file(path, 1).error().kind, ErrorKind::not_found);
  EXPECT_NE(read_file(path, 1).error().message.find(path.string()), std::string::npos);
  ASSERT_TRUE(write_file_atomically(path, as_bytes("12345")));
  EXPECT_EQ(read_file(path, 4).error().kind, ErrorKind::too_large);
  EXPECT_TRUE(read_file(path, 5));
  EXPECT_EQ(read_file(dir->path(), 5).error().kind, ErrorKind::not_a_file);
  EXPECT_EQ(write_file_atomically(dir->path() / "no" / "a", {}).error().kind, ErrorKind::not_found);
  EXPECT_FALSE(make_directories(path / "below_a_file"));
  ASSERT_TRUE(make_directories(dir->path() / "x" / "y"));
  EXPECT_TRUE(make_directories(dir->path() / "x" / "y"));
}

// The second name of the file shows what became of its bytes.
TEST(File, erased_is_overwritten_before_it_is_gone) {
  const auto dir = TempDir::create();
  const Path path = dir->path() / "secret", other = dir->path() / "other";
  ASSERT_TRUE(write_file_atomically(path, as_bytes("a secret")));
  std::filesystem::create_hard_link(path, other);
  ASSERT_TRUE(overwrite_file(path));
  EXPECT_EQ(*read_file(other, 100), Bytes(8));
  ASSERT_TRUE(erase_file(path));
  EXPECT_FALSE(std::filesystem::exists(path));
  EXPECT_TRUE(erase_file(path));
  EXPECT_FALSE(overwrite_file(path));
  EXPECT_FALSE(overwrite_file(dir->path()));
  std::filesystem::create_symlink(other, path);
  EXPECT_FALSE(erase_file(path));
}

TEST(File, a_replaced_secret_is_overwritten_where_it_lay) {
  const auto dir = TempDir::create();
  const Path path = dir->path() / "secret", other = dir->path() / "other";
  ASSERT_TRUE(write_file_atomically(path, as_bytes("first"), {.mode = 0600, .erase_replaced = true}));
  std::filesystem::create_hard_link(path, other);
  ASSERT_TRUE(write_file_atomically(path, as_bytes("second"), {.mode = 0600, .erase_replaced = true}));
  EXPECT_EQ(as_text(*read_file(path, 100)), "second");
  EXPECT_EQ(*read_file(other, 100), Bytes(5));
  std::filesystem::remove(path);
  std::filesystem::create_symlink(other, path);
  EXPECT_FALSE(write_file_atomically(path, as_bytes("third"), {.erase_replaced = true}));
  EXPECT_EQ(entries(dir->path()), 2u);
}

TEST(File, leftovers_of_a_write_are_erased_and_nothing_else) {
  const auto dir = TempDir::create();
  const Path path = dir->path() / "a", leftover = dir->path() / "a.tmp-0123", hold = dir->path() / "hold";
  for (const auto* name : {"a", "a.tmp", "ab.tmp-0123", "a.tmp-0123"})
    ASSERT_TRUE(write_file_atomically(dir->path() / name, as_bytes("kept")));
  std::filesystem::create_hard_link(leftover, hold);
  ASSERT_TRUE(erase_leftovers(path));
  EXPECT_FALSE(std::filesystem::exists(leftover));
  EXPECT_EQ(*read_file(hold, 100), Bytes(4));
  for (const auto* name : {"a", "a.tmp", "ab.tmp-0123"}) EXPECT_EQ(as_text(*read_file(dir->path() / name, 4)), "kept");
  EXPECT_FALSE(erase_leftovers(dir->path() / "none" / "a"));
}

TEST(File, a_directory_moves_whole_and_replaces_nothing) {
  const auto dir = TempDir::create();
  const Path from = dir->path() / "from", to = dir->path() / "to";
  ASSERT_TRUE(make_directories(from));
  ASSERT_TRUE(write_file_atomically(from / "a", as_bytes("1")));
  ASSERT_TRUE(make_directories(to));
  ASSERT_TRUE(move_directory(from, to));
  EXPECT_FALSE(std::filesystem::exists(from));
  EXPECT_EQ(as_text(*read_file(to / "a", 1)), "1");
  ASSERT_TRUE(make_directories(from));
  EXPECT_EQ(move_directory(from, to).error().kind, ErrorKind::exists);
  EXPECT_TRUE(std::filesystem::exists(to / "a"));
  EXPECT_FALSE(move_directory(from, to / "a"));
  EXPECT_EQ(move_directory(dir->path() / "none", dir->path() / "x").error().kind, ErrorKind::not_found);
}

TEST(FileLock, a_dead_holder_frees_it_and_a_live_one_keeps_it) {
  const auto dir = TempDir::create();
  const Path path = dir->path() / "LOCK";
  int held[2];
  ASSERT_EQ(::pipe(held), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const auto lock = FileLock::acquire(path);
    const char byte = lock ? 1 : 0;
    if (::write(held[1], &byte, 1) != 1) _exit(1);
    ::pause();
  }
  char byte = 0;
  ASSERT_EQ(::read(held[0], &byte, 1), 1);
  ASSERT_EQ(byte, 1);
  EXPECT_EQ(FileLock::acquire(path).error().kind, ErrorKind::locked);
  ::kill(child, SIGKILL);
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);
  EXPECT_TRUE(FileLock::acquire(path));
  ::close(held[0]);
  ::close(held[1]);
}

TEST(TempDir, is_removed_with_its_files) {
  Path path;
  {
    const auto dir = TempDir::create();
    path = dir->path();
    ASSERT_TRUE(write_file_atomically(path / "a", as_bytes("x")));
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(ThreadPool, every_task_runs_once_and_run_returns_after_the_last) {
  for (const std::size_t width : {1u, 2u, 4u}) {
    ThreadPool pool(width);
    EXPECT_EQ(pool.width(), width);
    for (const std::size_t count : {0u, 1u, 2u, 7u, 500u})
      for (int round = 0; round < 50; ++round) {
        std::vector<int> hits(count, 0);  // plain: each index belongs to one task, run() orders them before us
        pool.run(count, [&](std::size_t i) { ++hits[i]; });
        EXPECT_EQ(hits, std::vector<int>(count, 1));
      }
  }
}

TEST(ThreadPool, callers_take_turns) {
  ThreadPool pool(3);
  std::atomic<std::size_t> total{0};
  std::vector<std::thread> callers;
  for (int c = 0; c < 4; ++c)
    callers.emplace_back([&] {
      for (int round = 0; round < 50; ++round) pool.run(20, [&](std::size_t) { ++total; });
    });
  for (auto& caller : callers) caller.join();
  EXPECT_EQ(total, 4u * 50 * 20);
}

TEST(StopSignal, sees_sigterm_and_requests) {
  const auto stop = StopSignal::create();
  ASSERT_TRUE(stop);
  ::raise(SIGTERM);
  EXPECT_EQ(stop->wait(), SIGTERM);
  std::thread other([&] { stop->request(); });
  EXPECT_EQ(stop->wait(), 0);
  other.join();
}

TEST(Entropy, two_draws_differ) { EXPECT_FALSE(random_secret<32>() == random_secret<32>()); }

}  // namespace
}  // namespace aether::env

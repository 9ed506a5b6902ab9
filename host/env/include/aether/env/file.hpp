// Files: bounded reads, atomic writes, locks between processes, directories that vanish. A write is there whole and
// durable, or not at all: temporary file beside the target, fsync, rename (or link), fsync of the directory.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <filesystem>
#include <utility>

#include "aether/base/bytes.hpp"
#include "aether/env/error.hpp"

namespace aether::env {

using Path = std::filesystem::path;

// The whole regular file, at most `bytes_max` bytes.
[[nodiscard]] Outcome<Bytes> read_file(const Path& path, std::size_t bytes_max);

struct WriteOptions {
  mode_t mode = 0644;
  bool overwrite = true;  // false: an existing file is ErrorKind::exists, and stays as it is
  // The bytes of the file that is replaced are overwritten as overwrite_file does, as soon as the new ones are durable.
  bool erase_replaced = false;
  // false: nothing is synced, so that after a failure of power the file may be absent, or there with any bytes.
  bool durable = true;
};
[[nodiscard]] Outcome<void> write_file_atomically(const Path& path, ByteView bytes, WriteOptions options = {});
// Erases what a write of `path` that did not come to its end left beside it. No other write of it may be under way.
[[nodiscard]] Outcome<void> erase_leftovers(const Path& path);

// Overwrites the bytes of a secret with zeros where they lie, durably. What a disk copies when it writes (copy-on-write
// file systems, journals of data, flash, snapshots, backups) may keep the old ones.
[[nodiscard]] Outcome<void> overwrite_file(const Path& path);
// Overwrites and removes it; fine when there is none.
[[nodiscard]] Outcome<void> erase_file(const Path& path);

// Makes the directory and those above it; fine when it exists.
[[nodiscard]] Outcome<void> make_directories(const Path& path, mode_t mode = 0755);

// Gives a directory, with all that is durable in it, another name of the same file system: whole or not at all,
// durably. ErrorKind::exists when `to` is there, and stays as it is, unless it is an empty directory.
[[nodiscard]] Outcome<void> move_directory(const Path& from, const Path& to);

// Gives each of two directories of one file system the other's name: both or none, durably.
[[nodiscard]] Outcome<void> exchange_directories(const Path& one, const Path& other);

// A closed-on-exec file descriptor.
class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor();
  int get() const { return fd_; }
  bool valid() const { return fd_ >= 0; }

 private:
  int fd_;
};

// Held by one process at a time; released when it dies, however it dies.
class FileLock {
 public:
  // Creates the file if needed, mode 0600. ErrorKind::locked when another holder is alive.
  [[nodiscard]] static Outcome<FileLock> acquire(const Path& path);

 private:
  explicit FileLock(Descriptor descriptor) : descriptor_(std::move(descriptor)) {}
  Descriptor descriptor_;
};

// A fresh directory under the system's temporary directory, mode 0700, removed with all in it at the end.
class TempDir {
 public:
  [[nodiscard]] static Outcome<TempDir> create(std::string_view prefix = "aether");
  TempDir(TempDir&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  TempDir& operator=(TempDir&& other) noexcept;
  ~TempDir();
  const Path& path() const { return path_; }

 private:
  explicit TempDir(Path path) : path_(std::move(path)) {}
  Path path_;
};

}  // namespace aether::env

// Files that are too large for memory: written piece by piece, read at any place.
#pragma once

#include <span>

#include "aether/env/file.hpp"

namespace aether::env {

// A file that is there whole and durable after commit(), or not at all: its bytes are collected in a temporary file
// beside it, which vanishes with the writer. (erase_leftovers removes those of processes that were killed.)
class FileWriter {
 public:
  // An existing file is ErrorKind::exists unless it may be replaced.
  [[nodiscard]] static Outcome<FileWriter> create(const Path& path, bool overwrite, mode_t mode = 0644);
  FileWriter(FileWriter&& other) noexcept;
  FileWriter& operator=(FileWriter&&) = delete;
  ~FileWriter();

  [[nodiscard]] Outcome<void> append(ByteView bytes);
  [[nodiscard]] std::uint64_t size() const { return size_; }
  [[nodiscard]] Outcome<void> commit();

 private:
  FileWriter(Path path, Path temporary, Descriptor file, bool overwrite)
      : path_(std::move(path)), temporary_(std::move(temporary)), file_(std::move(file)), overwrite_(overwrite) {}

  Path path_;
  Path temporary_;  // empty when committed or moved from
  Descriptor file_;
  bool overwrite_;
  std::uint64_t size_ = 0;
};

// A file that grows at its end, and is durable up to its last sync().
class AppendFile {
 public:
  // A file that is there, or a new and empty one, whose name is durable.
  [[nodiscard]] static Outcome<AppendFile> open(const Path& path, mode_t mode = 0600);

  // All of it, or an error and a file as before.
  [[nodiscard]] Outcome<void> append(ByteView bytes);
  [[nodiscard]] Outcome<void> sync();
  // Cuts it to its first `size` bytes.
  [[nodiscard]] Outcome<void> truncate(std::uint64_t size);
  [[nodiscard]] std::uint64_t size() const { return size_; }

 private:
  AppendFile(Path path, Descriptor file, std::uint64_t size)
      : path_(std::move(path)), file_(std::move(file)), size_(size) {}

  Path path_;
  Descriptor file_;
  std::uint64_t size_;
};

// A regular file; safe from any thread.
class FileReader {
 public:
  [[nodiscard]] static Outcome<FileReader> open(const Path& path);
  [[nodiscard]] std::uint64_t size() const { return size_; }  // when it was opened
  // All of out.size() bytes from `offset` on; an error where the file ends before.
  [[nodiscard]] Outcome<void> read(std::uint64_t offset, std::span<std::uint8_t> out) const;

 private:
  FileReader(Path path, Descriptor file, std::uint64_t size)
      : path_(std::move(path)), file_(std::move(file)), size_(size) {}

  Path path_;
  Descriptor file_;
  std::uint64_t size_;
};

}  // namespace aether::env

#include "aether/env/file_stream.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "file_system.hpp"

namespace aether::env {

Outcome<FileWriter> FileWriter::create(const Path& path, bool overwrite, mode_t mode) {
  std::error_code ignored;
  if (!overwrite && std::filesystem::exists(std::filesystem::symlink_status(path, ignored)))
    return fail(Error{ErrorKind::exists, path.string() + " exists: remove it or name another file"});
  Path temporary = temporary_of(path);
  Descriptor file{::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)};
  if (!file.valid()) return fail(last_error("create", temporary.string()));
  return FileWriter(path, std::move(temporary), std::move(file), overwrite);
}

FileWriter::FileWriter(FileWriter&& other) noexcept
    : path_(std::move(other.path_)),
      temporary_(std::exchange(other.temporary_, {})),
      file_(std::move(other.file_)),
      overwrite_(other.overwrite_),
      size_(other.size_) {}

FileWriter::~FileWriter() {
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

Outcome<void> FileWriter::append(ByteView bytes) {
  AETHER_CHECK(write_all(file_, bytes, temporary_));
  size_ += bytes.size();
  return {};
}

Outcome<void> FileWriter::commit() {
  AETHER_CHECK(sync_file(file_, temporary_));
  AETHER_CHECK(publish(temporary_, path_, overwrite_));
  temporary_.clear();
  return sync_directory(directory_of(path_));
}

Outcome<AppendFile> AppendFile::open(const Path& path, mode_t mode) {
  Descriptor file{::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK, mode)};
  if (!file.valid()) return fail(last_error("open", path.string()));
  struct stat status{};
  if (::fstat(file.get(), &status) != 0) return fail(last_error("inspect", path.string()));
  if (!S_ISREG(status.st_mode))
    return fail(Error{ErrorKind::not_a_file, path.string() + " is not a regular file: name a file"});
  AETHER_CHECK(sync_directory(directory_of(path)));
  return AppendFile(path, std::move(file), static_cast<std::uint64_t>(status.st_size));
}

Outcome<void> AppendFile::append(ByteView bytes) {
  if (auto written = write_all(file_, bytes, path_); !written) {
    if (!truncate(size_))  // what is there in part is not durable, and nothing follows it
      written.error().message += "; and it may end in a part of that";
    return written;
  }
  size_ += bytes.size();
  return {};
}

Outcome<void> AppendFile::sync() {
  while (::fdatasync(file_.get()) != 0)
    if (errno != EINTR) return fail(last_error("sync", path_.string()));
  return {};
}

Outcome<void> AppendFile::truncate(std::uint64_t size) {
  if (::ftruncate(file_.get(), static_cast<off_t>(size)) != 0) return fail(last_error("truncate", path_.string()));
  size_ = size;
  return {};
}

Outcome<FileReader> FileReader::open(const Path& path) {
  Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  if (!file.valid()) return fail(last_error("open", path.string()));
  struct stat status{};
  if (::fstat(file.get(), &status) != 0) return fail(last_error("inspect", path.string()));
  if (!S_ISREG(status.st_mode))
    return fail(Error{ErrorKind::not_a_file, path.string() + " is not a regular file: name a file"});
  return FileReader(path, std::move(file), static_cast<std::uint64_t>(status.st_size));
}

Outcome<void> FileReader::read(std::uint64_t offset, std::span<std::uint8_t> out) const {
  while (!out.empty()) {
    const ssize_t n = ::pread(file_.get(), out.data(), out.size(), static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return fail(last_error("read", path_.string()));
    if (n == 0) return fail(Error{ErrorKind::io, path_.string() + " became shorter while it was read"});
    offset += static_cast<std::uint64_t>(n);
    out = out.subspan(static_cast<std::size_t>(n));
  }
  return {};
}

}  // namespace aether::env

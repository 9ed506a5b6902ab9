#include "aether/env/file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "aether/env/entropy.hpp"
#include "aether/env/rename.hpp"
#include "file_system.hpp"

namespace aether::env {
namespace {

constexpr std::string_view kTemporary = ".tmp-";

}  // namespace

Outcome<void> write_all(const Descriptor& file, ByteView bytes, const Path& path) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(file.get(), bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return fail(last_error("write", path.string()));
    bytes = bytes.subspan(static_cast<std::size_t>(n));
  }
  return {};
}

Outcome<void> sync_directory(const Path& path) {
  const Descriptor directory{::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (!directory.valid()) return fail(last_error("open directory", path.string()));
  if (::fsync(directory.get()) != 0) return fail(last_error("sync directory", path.string()));
  return {};
}

Path directory_of(const Path& path) { return path.has_parent_path() ? path.parent_path() : Path("."); }

Outcome<void> sync_file(const Descriptor& file, const Path& path) {
  if (::fsync(file.get()) != 0) return fail(last_error("sync", path.string()));
  return {};
}

Path temporary_of(const Path& path) {
  std::array<std::uint8_t, 8> suffix{};
  fill_random(suffix);
  Path temporary = path;
  temporary += std::string(kTemporary) + to_hex(suffix);
  return temporary;
}

Outcome<void> publish(const Path& temporary, const Path& path, bool overwrite) {
  if (overwrite) {
    if (::rename(temporary.c_str(), path.c_str()) != 0) return fail(last_error("replace", path.string()));
    return {};
  }
  if (::link(temporary.c_str(), path.c_str()) != 0) return fail(last_error("create", path.string()));
  ::unlink(temporary.c_str());
  return {};
}

namespace {

Outcome<void> fill_temporary(const Path& temporary, ByteView bytes, const WriteOptions& options) {
  const Descriptor file{::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, options.mode)};
  if (!file.valid()) return fail(last_error("create", temporary.string()));
  AETHER_CHECK(write_all(file, bytes, temporary));
  return options.durable ? sync_file(file, temporary) : Outcome<void>{};
}

Outcome<Descriptor> open_to_overwrite(const Path& path) {
  Descriptor file{::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)};
  if (!file.valid()) return fail(last_error("open", path.string()));
  return file;
}

Outcome<void> overwrite(const Descriptor& file, const Path& path) {
  struct stat status{};
  if (::fstat(file.get(), &status) != 0) return fail(last_error("inspect", path.string()));
  if (!S_ISREG(status.st_mode))
    return fail(Error{ErrorKind::not_a_file, path.string() + " is not a regular file: name a file"});
  AETHER_CHECK(write_all(file, Bytes(static_cast<std::size_t>(status.st_size)), path));
  return sync_file(file, path);
}

}  // namespace

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}
Descriptor::~Descriptor() {
  if (fd_ >= 0) ::close(fd_);
}

Outcome<Bytes> read_file(const Path& path, std::size_t bytes_max) {
  // Non-blocking, so that a FIFO put in the file's place cannot hang us.
  const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  if (!file.valid()) return fail(last_error("open", path.string()));
  struct stat status{};
  if (::fstat(file.get(), &status) != 0) return fail(last_error("inspect", path.string()));
  if (!S_ISREG(status.st_mode))
    return fail(Error{ErrorKind::not_a_file, path.string() + " is not a regular file: name a file"});
  Bytes out;
  while (true) {
    const std::size_t before = out.size();
    const std::size_t room = std::min(bytes_max - before + 1, std::size_t{1} << 16);
    out.resize(before + room);
    const ssize_t n = ::read(file.get(), out.data() + before, room);
    out.resize(before + (n > 0 ? static_cast<std::size_t>(n) : 0));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return fail(last_error("read", path.string()));
    if (n == 0) return out;
    if (out.size() > bytes_max)
      return fail(Error{ErrorKind::too_large,
                        path.string() + " is larger than the " + std::to_string(bytes_max) + " bytes allowed here"});
  }
}

Outcome<void> write_file_atomically(const Path& path, ByteView bytes, WriteOptions options) {
  const Path temporary = temporary_of(path);
  // Held before it loses its name.
  Descriptor replaced;
  if (options.overwrite && options.erase_replaced) {
    auto file = open_to_overwrite(path);
    if (!file && file.error().kind != ErrorKind::not_found) return fail(file.error());
    if (file) replaced = std::move(*file);
  }
  auto done = fill_temporary(temporary, bytes, options);
  if (done) done = publish(temporary, path, options.overwrite);
  if (!done) {
    ::unlink(temporary.c_str());
    return done;
  }
  if (options.durable) AETHER_CHECK(sync_directory(directory_of(path)));
  return replaced.valid() ? overwrite(replaced, path) : Outcome<void>{};
}

Outcome<void> erase_leftovers(const Path& path) {
  const Path directory = directory_of(path);
  const std::string prefix = path.filename().string() + std::string(kTemporary);
  std::error_code code;
  std::vector<Path> found;
  for (std::filesystem::directory_iterator at(directory, code); !code && at != std::filesystem::directory_iterator();
       at.increment(code))
    if (at->path().filename().string().starts_with(prefix)) found.push_back(at->path());
  if (code) return fail(Error{ErrorKind::io, "cannot list " + directory.string() + ": " + code.message()});
  for (const Path& leftover : found) AETHER_CHECK(erase_file(leftover));
  return {};
}

Outcome<void> overwrite_file(const Path& path) {
  AETHER_TRY(const Descriptor file, open_to_overwrite(path));
  return overwrite(file, path);
}

Outcome<void> erase_file(const Path& path) {
  struct stat status{};
  if (::lstat(path.c_str(), &status) != 0 && errno == ENOENT) return {};
  AETHER_CHECK(overwrite_file(path));
  if (::unlink(path.c_str()) != 0) return fail(last_error("remove", path.string()));
  return sync_directory(directory_of(path));
}

Outcome<void> make_directories(const Path& path, mode_t mode) {
  if (path.empty() || ::mkdir(path.c_str(), mode) == 0) return {};
  if (errno == ENOENT && path.has_parent_path() && path.parent_path() != path) {
    AETHER_CHECK(make_directories(path.parent_path(), mode));
    if (::mkdir(path.c_str(), mode) == 0) return sync_directory(directory_of(path));
  }
  const Error error = last_error("create directory", path.string());
  struct stat status{};
  if (::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode)) return {};
  return fail(error);
}

Outcome<void> rename_durably(const Path& from, const Path& to) {
  struct stat ignored{};
  const bool is_done =
      ::rename(from.c_str(), to.c_str()) == 0 || (errno == ENOENT && ::lstat(to.c_str(), &ignored) == 0);
  if (!is_done) return fail(last_error("create", to.string()));
  return sync_directory(directory_of(to));
}

Outcome<void> move_directory(const Path& from, const Path& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) return fail(last_error("create", to.string()));
  return sync_directory(directory_of(to));
}

Outcome<void> exchange_directories(const Path& one, const Path& other) {
  if (::renameat2(AT_FDCWD, one.c_str(), AT_FDCWD, other.c_str(), RENAME_EXCHANGE) != 0)
    return fail(last_error("exchange", one.string() + " and " + other.string()));
  AETHER_CHECK(sync_directory(directory_of(one)));
  return sync_directory(directory_of(other));
}

Outcome<FileLock> FileLock::acquire(const Path& path) {
  Descriptor file{::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)};
  if (!file.valid()) return fail(last_error("open lock", path.string()));
  if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return fail(last_error("lock", path.string()));
    return fail(Error{ErrorKind::locked,
                      path.string() + " is held by another process: stop that process or use another directory"});
  }
  return FileLock(std::move(file));
}

Outcome<TempDir> TempDir::create(std::string_view prefix) {
  std::error_code ignored;
  Path base = std::filesystem::temp_directory_path(ignored);
  if (base.empty()) base = "/tmp";
  std::string name = (base / (std::string(prefix) + "-XXXXXX")).string();
  if (::mkdtemp(name.data()) == nullptr) return fail(last_error("create temporary directory", name));
  return TempDir(name);
}
TempDir& TempDir::operator=(TempDir&& other) noexcept {
  std::swap(path_, other.path_);
  return *this;
}
TempDir::~TempDir() {
  std::error_code ignored;
  if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

}  // namespace aether::env

#include "disk.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>
#include <fstream>
#include <set>

namespace aether::keystore::disk {
namespace {

struct OpenFile {
  std::size_t file = 0;
  std::size_t offset = 0;
  bool is_folder = false;
};

struct Watching {
  std::string folder;
  Watch::Fault fault;
  std::size_t at;
  std::vector<Step> steps;
  std::map<std::string, std::size_t> names;
  std::size_t files = 0;
  std::map<int, OpenFile> open;

  // The path within the folder, if it is there.
  std::optional<std::string> within(const char* path) const {
    const std::string_view text = path;
    if (text == folder) return "";
    if (!text.starts_with(folder + "/")) return std::nullopt;
    return std::string(text.substr(folder.size() + 1));
  }

  // Whether the call shall be made.
  bool step(Step step) {
    const bool hit = fault != Watch::Fault::none && steps.size() == at;
    steps.push_back(std::move(step));
    return !hit;
  }
  int stop() const {
    if (fault == Watch::Fault::die) ::_exit(0);
    errno = EIO;
    return -1;
  }
};
std::unique_ptr<Watching> g_watching;

}  // namespace

Watch::Watch(env::Path folder, Fault fault, std::size_t at) {
  const Files there = files_of(folder);  // before its own reading is watched
  g_watching = std::make_unique<Watching>(Watching{folder.string(), fault, at, {}, {}, 0, {}});
  for (const auto& [name, bytes] : there) g_watching->names.emplace(name, g_watching->files++);
}
Watch::~Watch() { g_watching.reset(); }
const std::vector<Step>& Watch::steps() const { return g_watching->steps; }

}  // namespace aether::keystore::disk

namespace {

using aether::keystore::disk::g_watching;
using aether::keystore::disk::Step;

}  // namespace

extern "C" {

int open(const char* path, int flags, ...) {
  va_list list;
  va_start(list, flags);
  const auto mode = (flags & O_CREAT) != 0 ? va_arg(list, mode_t) : mode_t{0};
  va_end(list);
  const auto name = g_watching ? g_watching->within(path) : std::nullopt;
  const bool creates = name && (flags & O_CREAT) != 0 && !g_watching->names.contains(*name);
  if (creates && !g_watching->step({.kind = Step::Kind::create, .name = *name, .file = g_watching->files}))
    return g_watching->stop();
  const int fd = static_cast<int>(::syscall(SYS_openat, AT_FDCWD, path, flags, mode));
  if (fd < 0 || !name) return fd;
  if (creates) g_watching->names[*name] = g_watching->files++;
  g_watching->open[fd] = {g_watching->names[*name], 0, (flags & O_DIRECTORY) != 0};
  return fd;
}

int close(int fd) {
  if (g_watching) g_watching->open.erase(fd);
  return static_cast<int>(::syscall(SYS_close, fd));
}

ssize_t write(int fd, const void* data, size_t size) {
  if (g_watching && g_watching->open.contains(fd)) {
    auto& open = g_watching->open[fd];
    const auto* bytes = static_cast<const std::uint8_t*>(data);
    if (!g_watching->step({.kind = Step::Kind::write,
                           .file = open.file,
                           .offset = open.offset,
                           .bytes = aether::Bytes(bytes, bytes + size)})) {
      (void)::syscall(SYS_write, fd, data, size / 2);
      return g_watching->stop();
    }
    open.offset += size;
  }
  return ::syscall(SYS_write, fd, data, size);
}

int fsync(int fd) {
  if (g_watching && g_watching->open.contains(fd)) {
    const auto& open = g_watching->open[fd];
    if (!g_watching->step(
            {.kind = open.is_folder ? Step::Kind::sync_folder : Step::Kind::sync_file, .file = open.file}))
      return g_watching->stop();
  }
  return static_cast<int>(::syscall(SYS_fsync, fd));
}

int rename(const char* from, const char* to) noexcept {
  const auto name = g_watching ? g_watching->within(from) : std::nullopt;
  if (name) {
    const auto target = g_watching->within(to);
    const std::size_t file = g_watching->names[*name];
    if (!g_watching->step({.kind = Step::Kind::rename, .name = *name, .to = *target, .file = file}))
      return g_watching->stop();
    g_watching->names.erase(*name);
    g_watching->names[*target] = file;
  }
  return static_cast<int>(::syscall(SYS_rename, from, to));
}

int unlink(const char* path) noexcept {
  const auto name = g_watching ? g_watching->within(path) : std::nullopt;
  if (name) {
    if (!g_watching->step({.kind = Step::Kind::unlink, .name = *name})) return g_watching->stop();
    g_watching->names.erase(*name);
  }
  return static_cast<int>(::syscall(SYS_unlink, path));
}

int mkdir(const char* path, mode_t mode) noexcept {
  const auto name = g_watching ? g_watching->within(path) : std::nullopt;
  if (name && !g_watching->step({.kind = Step::Kind::make_folder, .name = *name})) return g_watching->stop();
  return static_cast<int>(::syscall(SYS_mkdir, path, mode));
}

}  // extern "C"

namespace aether::keystore::disk {
namespace {

struct File {
  Bytes durable, now;
};
struct NameChange {
  std::string gone, there;
  std::size_t file = 0;
};

struct Model {
  std::vector<File> files;
  std::map<std::string, std::size_t> names;  // durable
  std::vector<NameChange> pending;

  void apply(const Step& step) {
    switch (step.kind) {
      case Step::Kind::make_folder: break;
      case Step::Kind::create:
        files.emplace_back();
        pending.push_back({"", step.name, step.file});
        break;
      case Step::Kind::write: {
        Bytes& now = files[step.file].now;
        now.resize(std::max(now.size(), step.offset + step.bytes.size()));
        std::copy(step.bytes.begin(), step.bytes.end(), now.begin() + static_cast<std::ptrdiff_t>(step.offset));
        break;
      }
      case Step::Kind::sync_file: files[step.file].durable = files[step.file].now; break;
      case Step::Kind::sync_folder:
        for (const auto& change : pending) enact(names, change);
        pending.clear();
        break;
      case Step::Kind::rename: pending.push_back({step.name, step.to, step.file}); break;
      case Step::Kind::unlink: pending.push_back({step.name, "", 0}); break;
    }
  }

  static void enact(std::map<std::string, std::size_t>& on, const NameChange& change) {
    if (!change.gone.empty()) on.erase(change.gone);
    if (!change.there.empty()) on[change.there] = change.file;
  }

  // Half of the new bytes, and the old ones where they are longer.
  static Bytes torn(const File& file) {
    Bytes out = file.durable;
    const std::size_t half = file.now.size() / 2;
    out.resize(std::max(out.size(), half));
    std::copy_n(file.now.begin(), half, out.begin());
    return out;
  }

  void collect(std::set<Files>& out) const {
    for (unsigned which = 0; which < 1U << pending.size(); ++which) {
      auto on = names;
      for (std::size_t i = 0; i < pending.size(); ++i)
        if ((which >> i & 1) != 0) enact(on, pending[i]);
      std::vector<Files> found(1);
      for (const auto& [name, file] : on) {
        std::set<Bytes> contents{files[file].durable, torn(files[file]), files[file].now};
        std::vector<Files> longer;
        for (const auto& one : found)
          for (const auto& bytes : contents) (longer.emplace_back(one))[name] = bytes;
        found = std::move(longer);
      }
      out.insert(found.begin(), found.end());
    }
  }
};

}  // namespace

Files files_of(const env::Path& folder) {
  Files out;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (entry.is_regular_file()) out[entry.path().filename().string()] = *env::read_file(entry.path(), 1 << 16);
  return out;
}

void put_file(const env::Path& path, std::string_view text) {
  std::filesystem::remove(path);
  std::ofstream(path, std::ios::binary) << text;
  ASSERT_EQ(::chmod(path.c_str(), 0600), 0);
}

void put_files(const env::Path& folder, const Files& files) {
  for (const auto& entry : std::filesystem::directory_iterator(folder)) std::filesystem::remove(entry.path());
  for (const auto& [name, bytes] : files) put_file(folder / name, as_text(bytes));
}

std::vector<Files> after_power_failure(const Files& before, std::span<const Step> steps) {
  Model model;
  for (const auto& [name, bytes] : before) {
    model.names.emplace(name, model.files.size());
    model.files.push_back({bytes, bytes});
  }
  for (const auto& step : steps) model.apply(step);
  std::set<Files> out;
  model.collect(out);
  return {out.begin(), out.end()};
}

}  // namespace aether::keystore::disk

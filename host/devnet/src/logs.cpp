#include <poll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <deque>
#include <fstream>

#include "aether/devnet/devnet.hpp"

namespace aether::devnet {

namespace {

// The end of a file in which `tail` lines are looked for.
constexpr std::uint64_t kTailBytesMax = 1 << 20;

class LineReader {
 public:
  explicit LineReader(env::Path path) : path_(std::move(path)) {}

  // Lines before the last `tail` are not read.
  void skip_to(std::size_t tail) {
    std::error_code absent;
    const std::uint64_t size = std::filesystem::file_size(path_, absent);
    if (absent || tail == 0) {
      offset_ = absent ? 0 : size;
      return;
    }
    offset_ = size > kTailBytesMax ? size - kTailBytesMax : 0;
    std::deque<std::uint64_t> begins{offset_};
    std::uint64_t at = offset_;
    const std::uint64_t end = size;
    each_part([&](std::string_view part) {
      for (const char c : part) {
        if (at >= end) return;
        ++at;
        if (c == '\n' && at < end) begins.push_back(at);
        if (begins.size() > tail) begins.pop_front();
      }
    });
    offset_ = begins.front();
  }

  // What has come since; with `whole` only lines that have ended.
  bool read(bool whole, const std::function<bool(std::string_view)>& use) {
    bool goes_on = true;
    each_part([&](std::string_view part) {
      offset_ += part.size();
      rest_ += part;
      std::size_t begin = 0;
      for (std::size_t end; goes_on && (end = rest_.find('\n', begin)) != rest_.npos; begin = end + 1)
        goes_on = use(std::string_view(rest_).substr(begin, end - begin));
      rest_.erase(0, begin);
    });
    if (goes_on && !whole && !rest_.empty()) goes_on = use(std::exchange(rest_, {}));
    return goes_on;
  }

 private:
  template <class UsePart>
  void each_part(UsePart use) const {
    std::ifstream file(path_, std::ios::binary);
    file.seekg(static_cast<std::streamoff>(offset_));
    std::string part(64 * 1024, '\0');
    while (file) {
      file.read(&part[0], static_cast<std::streamsize>(part.size()));
      if (file.gcount() > 0) use(std::string_view(part).substr(0, static_cast<std::size_t>(file.gcount())));
    }
  }

  env::Path path_;
  std::uint64_t offset_ = 0;
  std::string rest_;
};

// Wakes when a file of a directory changes.
class Watch {
 public:
  explicit Watch(const std::vector<env::Path>& files) : descriptor_(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK)) {
    for (const env::Path& file : files)
      ::inotify_add_watch(descriptor_.get(), file.parent_path().c_str(), IN_MODIFY | IN_CREATE | IN_MOVED_TO);
  }
  // True even without a change: whoever asks looks at the files.
  bool wait() const {
    pollfd change{descriptor_.get(), POLLIN, 0};
    if (::poll(&change, 1, -1) < 0) return errno == EINTR;
    std::array<char, 4'096> events{};
    while (::read(descriptor_.get(), &events[0], events.size()) > 0) {
    }
    return true;
  }

 private:
  env::Descriptor descriptor_;
};

}  // namespace

void read_logs(const std::vector<env::Path>& files, std::optional<std::size_t> tail, bool follow,
               const std::function<bool(std::size_t, std::string_view)>& use) {
  const Watch watch(files);  // before the first look, so that nothing is missed
  std::vector<LineReader> readers;
  for (const env::Path& file : files) {
    readers.emplace_back(file);
    if (tail) readers.back().skip_to(*tail);
  }
  do {
    for (std::size_t i = 0; i < readers.size(); ++i)
      if (!readers[i].read(follow, [&](std::string_view line) { return use(i, line); })) return;
  } while (follow && watch.wait());
}

}  // namespace aether::devnet

#include "progress_bar.hpp"

#include <unistd.h>

#include <cstdio>

namespace aether::cli {
namespace {

constexpr auto kInterval = std::chrono::milliseconds(100);
constexpr std::uint64_t kWidth = 30;

void write(const std::string& text) { (void)std::fwrite(text.data(), 1, text.size(), stderr); }

}  // namespace

ProgressBar::ProgressBar(std::string what) : what_(std::move(what)), on_terminal_(::isatty(STDERR_FILENO) == 1) {}

ProgressBar::~ProgressBar() {
  if (drawn_) write("\r\x1b[K");
}

void ProgressBar::show(std::uint64_t done, std::uint64_t total) {
  const auto now = Clock::now();
  if (!on_terminal_ || total == 0 || now < next_) return;
  next_ = now + kInterval;
  drawn_ = true;
  const std::uint64_t percent = done * 100 / total;
  const std::uint64_t filled = done * kWidth / total;
  std::string line = "\r" + what_ + " [" + std::string(filled, '#') + std::string(kWidth - filled, ' ') + "] " +
                     std::to_string(percent) + " %";
  const auto spent = std::chrono::duration_cast<std::chrono::seconds>(now - begin_).count();
  if (spent >= 2 && done > 0)
    line += ", " + std::to_string(static_cast<std::uint64_t>(spent) * (total - done) / done) + " s left";
  write(line + "\x1b[K");
}

}  // namespace aether::cli

#include "aether/mesh/events.hpp"

#include <cstdio>

namespace aether::mesh {
namespace {

constexpr std::size_t kSubjectsMax = 1'024;

}  // namespace

void Events::tell(std::string_view event, boost::json::object details, std::string_view text, telemetry::Level level) {
  telemetry::log(level, text);
  if (!on_stdout_) return;
  boost::json::object line{{"event", event}};
  for (auto& [key, value] : details) line[key] = std::move(value);
  const std::string out = boost::json::serialize(line) + "\n";
  const std::lock_guard lock(mutex_);
  // Who reads the events may be gone; the log goes on.
  if (std::fwrite(out.data(), 1, out.size(), stdout) == out.size()) (void)std::fflush(stdout);
}

void Events::tell_changed(const std::string& subject, std::string_view event, boost::json::object details,
                          std::string_view text, telemetry::Level level) {
  {
    const std::lock_guard lock(mutex_);
    if (last_.size() >= kSubjectsMax) last_.clear();
    std::string& last = last_[subject];
    if (last == text) return;
    last = text;
  }
  tell(event, std::move(details), text, level);
}

}  // namespace aether::mesh

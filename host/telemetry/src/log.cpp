#include "aether/telemetry/log.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <array>

namespace aether::telemetry {
namespace {

spdlog::logger& logger() {
  static const auto instance = [] {
    auto out = std::make_shared<spdlog::logger>("aether", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    out->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc);
    return out;
  }();
  return *instance;
}

constexpr std::array<std::string_view, 5> kNames{"debug", "info", "warn", "error", "off"};
constexpr std::array kLevels{spdlog::level::debug, spdlog::level::info, spdlog::level::warn, spdlog::level::err,
                             spdlog::level::off};

}  // namespace

std::optional<Level> level_from_text(std::string_view text) {
  for (std::size_t i = 0; i < kNames.size(); ++i)
    if (kNames[i] == text) return static_cast<Level>(i);
  return std::nullopt;
}

void set_level(Level level) { logger().set_level(kLevels[static_cast<std::size_t>(level)]); }

void log(Level level, std::string_view message) {
  logger().log(kLevels[static_cast<std::size_t>(level)], "{}", message);
}

}  // namespace aether::telemetry

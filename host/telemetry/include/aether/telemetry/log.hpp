// Log lines on stderr: "2026-01-02T03:04:05.678Z info message". Safe from any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace aether::telemetry {

enum class Level : std::uint8_t { debug, info, warn, error, off };

// "debug", "info", "warn", "error", "off".
[[nodiscard]] std::optional<Level> level_from_text(std::string_view text);

void set_level(Level level);  // info until set
void log(Level level, std::string_view message);

}  // namespace aether::telemetry

// What a process tells: a line for people on stderr, and for programs, if wanted, the same as a JSON object a line on
// stdout: {"event":"accepted","job":"0x…",…}.
#pragma once

#include <boost/json.hpp>
#include <map>
#include <mutex>
#include <string>

#include "aether/telemetry/log.hpp"

namespace aether::mesh {

class Events {
 public:
  explicit Events(bool on_stdout) : on_stdout_(on_stdout) {}

  // Safe from any thread.
  void tell(std::string_view event, boost::json::object details, std::string_view text,
            telemetry::Level level = telemetry::Level::info);
  // Only if the last event of this `subject` had another text: for what is tried again and again.
  void tell_changed(const std::string& subject, std::string_view event, boost::json::object details,
                    std::string_view text, telemetry::Level level = telemetry::Level::warn);

 private:
  bool on_stdout_;
  std::mutex mutex_;
  std::map<std::string, std::string> last_;  // by subject; bounded
};

}  // namespace aether::mesh

// The proxy: a thread that carries UDP and TCP between the gates of its rules and the nodes behind them. For tests of
// networks on one machine: it listens on the loopback only, and knows nothing of what it carries.
#pragma once

#include <memory>

#include "aether/faults/rules.hpp"

namespace aether::faults {

inline constexpr std::string_view kRulesFile = "faults.rules";
inline constexpr std::string_view kControlSocket = "faults.socket";

class Proxy {
 public:
  // By the rules in `directory`, where it also makes the control socket.
  [[nodiscard]] static env::Outcome<std::unique_ptr<Proxy>> start(const env::Path& directory);
  ~Proxy();

 private:
  class Engine;
  explicit Proxy(std::unique_ptr<Engine> engine);
  std::unique_ptr<Engine> engine_;
};

[[nodiscard]] env::Outcome<Rules> read_rules(const env::Path& directory);
[[nodiscard]] env::Outcome<void> write_rules(const env::Path& directory, const Rules& rules);
// Has the proxy of the directory read its rules again; they hold when this returns. Gates stay what they were.
// Errors: not_found where none runs.
[[nodiscard]] env::Outcome<void> reload(const env::Path& directory);

}  // namespace aether::faults

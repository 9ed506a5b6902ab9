// What the commands of aetherd share.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "aether/base/result.hpp"
#include "aether/config/node.hpp"

namespace aether::daemon {

enum Exit : int { kDone = 0, kFailed = 1, kUsage = 2 };

// What went wrong and what to do; main prints it.
struct Failure {
  std::string message;
  int exit = kFailed;
};
template <class T>
using Outcome = Result<T, Failure>;

template <class T, class E>
Outcome<T> or_failure(Result<T, E> result, int exit = kFailed) {
  if (!result) {
    if constexpr (requires { result.error().message; })
      return fail(Failure{result.error().message, exit});
    else
      return fail(Failure{result.error(), exit});
  }
  if constexpr (std::is_void_v<T>)
    return {};
  else
    return std::move(*result);
}

// `aetherd init`, `run`, `check-config` and `checkpoint`: a node of a chain of validators.
class NodeCommands {
 public:
  explicit NodeCommands(CLI::App& app);
  [[nodiscard]] bool parsed() const {
    return init_.parsed() || run_.parsed() || check_.parsed() || checkpoint_.parsed();
  }
  [[nodiscard]] Outcome<void> execute(bool as_json) const;

 private:
  // Of flags and environment.
  [[nodiscard]] Outcome<std::vector<config::Setting>> settings() const;
  [[nodiscard]] Outcome<void> init(bool as_json) const;
  [[nodiscard]] Outcome<void> run(bool as_json) const;
  [[nodiscard]] Outcome<void> check(bool as_json) const;
  [[nodiscard]] Outcome<void> print_checkpoint() const;

  CLI::App& init_;
  CLI::App& run_;
  CLI::App& check_;
  CLI::App& checkpoint_;
  std::string home_;
  std::string genesis_;
  std::vector<std::string> settings_;
  std::string checkpoint_file_;
  bool lost_log_ = false;
};

}  // namespace aether::daemon

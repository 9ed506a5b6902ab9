// Shell completions, made from the tree of commands, so that they cannot fall behind it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace aether::cli {

struct CommandWords {
  std::string path;                // "keys new"; empty for the program itself
  std::vector<std::string> words;  // what may follow: commands and options
  bool group = false;              // commands must follow
};

// "bash", "zsh" or "fish".
[[nodiscard]] std::string completion_script(std::string_view shell, const std::vector<CommandWords>& commands);

}  // namespace aether::cli

#include "completion.hpp"

namespace aether::cli {
namespace {

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const auto& word : words) out += (out.empty() ? "" : " ") + word;
  return out;
}

// The typed words that lead down the tree make the command's path; its entry in the table is offered.
std::string bash(const std::vector<CommandWords>& commands) {
  std::string cases, known = "|";
  for (const auto& command : commands) {
    cases += "    \"" + command.path + "\") words=\"" + joined(command.words) + "\" ;;\n";
    known += command.path + "|";
  }
  return "_aetherctl() {\n"
         "  local path=\"\" next words=\"\" i\n"
         "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
         "    next=\"${path:+$path }${COMP_WORDS[i]}\"\n"
         "    [[ \"" +
         known +
         "\" == *\"|$next|\"* ]] && path=\"$next\"\n"
         "  done\n"
         "  case \"$path\" in\n" +
         cases +
         "  esac\n"
         "  COMPREPLY=($(compgen -W \"$words\" -- \"${COMP_WORDS[COMP_CWORD]}\"))\n"
         "  [[ ${#COMPREPLY[@]} -gt 0 ]] || COMPREPLY=($(compgen -f -- \"${COMP_WORDS[COMP_CWORD]}\"))\n"
         "}\n"
         "complete -F _aetherctl aetherctl\n";
}

// After a group stand its commands; after a command anything, so the typed words need only begin with its path.
std::string fish(const std::vector<CommandWords>& commands) {
  std::string out;
  for (const auto& command : commands) {
    const std::string condition = command.path.empty() ? "__fish_use_subcommand"
                                  : command.group      ? "__aetherctl_at " + command.path
                                                       : "__aetherctl_in " + command.path;
    out += "complete -c aetherctl -n '" + condition + "' -a '" + joined(command.words) + "'\n";
  }
  return "function __aetherctl_at\n"
         "  set -l typed (string match -v -- '-*' (commandline -opc)[2..])\n"
         "  test \"$typed\" = \"$argv\"\n"
         "end\n"
         "function __aetherctl_in\n"
         "  set -l typed (string match -v -- '-*' (commandline -opc)[2..])\n"
         "  set -l depth (count $argv)\n"
         "  test \"$typed[1..$depth]\" = \"$argv\"\n"
         "end\n" +
         out;
}

}  // namespace

std::string completion_script(std::string_view shell, const std::vector<CommandWords>& commands) {
  if (shell == "fish") return fish(commands);
  if (shell == "zsh") return "autoload -U +X bashcompinit && bashcompinit\n" + bash(commands);
  return bash(commands);
}

}  // namespace aether::cli

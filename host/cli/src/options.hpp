// The tree of commands with their options, as CLI11 reads it.
#pragma once

#include <CLI/CLI.hpp>

#include "command.hpp"

namespace aether::cli {

// Adds every command but `completion`. Options go to `arguments`, the chosen command to `command`; both outlive `app`.
void add_commands(CLI::App& app, Arguments& arguments, Command& command);

}  // namespace aether::cli

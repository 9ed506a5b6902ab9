#include "aether/cli/aetherctl.hpp"

#include <algorithm>

#include "completion.hpp"
#include "options.hpp"
#include "support.hpp"

namespace aether::cli {
namespace {

namespace json = boost::json;

class Program {
 public:
  Program();
  int run(int argc, const char* const* argv);

 private:
  void add_completion();
  CommandResult chosen();

  CLI::App app_{"aetherctl: keys, transfers, models and jobs of an Aether chain"};
  Arguments arguments_;
  std::string shell_;
  Command command_ = nullptr;  // null: completion
};

void print(const Failure& failure, bool as_json) {
  if (as_json) {
    const json::object error{
        {"code", failure.code}, {"message", to_utf8(as_bytes(failure.message))}, {"next", failure.next}};
    note(json::serialize(json::object{{"error", error}}));
  } else {
    note("aetherctl: " + failure.code + ": " + failure.message + "\n  next: " + failure.next);
  }
}

bool write_out(const Output& output, bool as_json) {
  std::string text = as_json ? json::serialize(output.json) : output.text;
  if (!output.secret) return write_stdout(as_json ? text + "\n" : text);
  keystore::SecretBytes all;
  if (as_json) {
    AETHER_ASSERT(output.json.is_object() && !output.json.get_object().empty());
    text.pop_back();
    all.append(text + ",\"" + output.secret->name + "\":\"");
    all.append(output.secret->text.view());
    all.append("\"}\n");
  } else {
    all.append(text + output.secret->name + std::string(12 - output.secret->name.size(), ' '));
    all.append(output.secret->text.view());
    all.append("\n");
  }
  return write_stdout(all);
}

Program::Program() {
  app_.require_subcommand(1);
  app_.fallthrough();
  app_.set_help_all_flag("--help-all", "Help of every command");
  app_.footer(
      "Exit codes: 0 done; 1 the chain reports a failure, or a job ended otherwise than paid; 2 wrong usage;\n"
      "3 no answer from the chain; 4 a file, key or password that does not do; 5 a receipt, signature, proof or\n"
      "snapshot that does not hold; 6 job prove: the worker was honest.\n"
      "Data goes to stdout, progress and errors to stderr.\n"
      "Example: aetherctl keys new alice --password-file FILE");
  app_.add_option("--rpc", arguments_.rpc, "URL of the chain's JSON-RPC")->default_val(kRpcDefault);
  app_.add_option("--keys", arguments_.keys, "Directory of key files (default ~/.aether/keys)");
  app_.add_option("--password-file", arguments_.password_file,
                  "File whose first line is the password (default: ask on the terminal)");
  app_.add_option_function<std::string>(
          "--output", [this](const std::string& form) { arguments_.json = form == "json"; }, "text or json")
      ->check(CLI::IsMember({"text", "json"}));
  add_commands(app_, arguments_, command_);
  add_completion();
}

void add_options(const CLI::App& app, std::vector<std::string>& words) {
  for (const auto* option : app.get_options())
    for (const auto& name : option->get_lnames())
      if (std::ranges::find(words, "--" + name) == words.end()) words.push_back("--" + name);
}

// The words that may follow each command: commands below it, else its options and those of every command.
void collect(const CLI::App& app, const std::string& path, std::vector<CommandWords>& out) {
  const auto below = app.get_subcommands([](const CLI::App*) { return true; });
  CommandWords entry{path, {}, !below.empty()};
  for (const auto* command : below) entry.words.push_back(command->get_name());
  add_options(app, entry.words);
  if (below.empty())
    for (const auto* parent = app.get_parent(); parent != nullptr; parent = parent->get_parent())
      if (parent->get_parent() == nullptr) add_options(*parent, entry.words);
  out.push_back(std::move(entry));
  for (const auto* command : below)
    collect(*command, path.empty() ? command->get_name() : path + " " + command->get_name(), out);
}

void Program::add_completion() {
  auto* completion = app_.add_subcommand("completion", "Prints completions for a shell");
  completion->footer("Example: aetherctl completion bash > ~/.local/share/bash-completion/completions/aetherctl");
  completion->add_option("SHELL", shell_, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
}

CommandResult Program::chosen() {
  if (command_ != nullptr) return command_(arguments_);
  std::vector<CommandWords> words;
  collect(app_, "", words);
  const std::string script = completion_script(shell_, words);
  return Output{script, json::object{{"script", script}}};
}

int Program::run(int argc, const char* const* argv) {
  try {
    app_.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app_.exit(error);
    print({kUsage, "usage", error.what(), "aetherctl --help, or COMMAND --help, shows examples"}, arguments_.json);
    return kUsage;
  }
  const CommandResult result = chosen();
  if (!result) {
    print(result.error(), arguments_.json);
    return result.error().exit;
  }
  if (write_out(*result, arguments_.json)) return result->exit;
  print(stdout_failure(), arguments_.json);
  return kBadFile;
}

}  // namespace

int run_aetherctl(int argc, const char* const* argv) {
  Program program;
  return program.run(argc, argv);
}

}  // namespace aether::cli

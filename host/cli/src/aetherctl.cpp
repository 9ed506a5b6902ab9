#include "aether/cli/aetherctl.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <functional>

#include "command.hpp"
#include "completion.hpp"

namespace aether::cli {
namespace {

namespace json = boost::json;
using Command = std::function<CommandResult()>;

class Program {
 public:
  Program();
  int run(int argc, const char* const* argv);

 private:
  void add_keys();
  void add_chain();
  void add_completion();
  CLI::App* add(CLI::App* parent, const char* name, const char* summary, CommandResult (*command)(const Arguments&),
                const char* example);

  CLI::App app_{"aetherctl: keys, transfers and jobs of an Aether chain"};
  Arguments arguments_;
  std::string shell_;
  Command command_;
};

// Every byte, or a failure: a full disk behind a redirection must not look like success.
bool write_out(std::FILE* file, const std::string& text) {
  return std::fwrite(text.data(), 1, text.size(), file) == text.size() && std::fflush(file) == 0;
}

void print(const Failure& failure, bool as_json) {
  if (as_json) {
    const json::object error{{"code", failure.code}, {"message", failure.message}, {"next", failure.next}};
    (void)write_out(stderr, json::serialize(json::object{{"error", error}}) + "\n");
  } else {
    (void)write_out(stderr, "aetherctl: " + failure.code + ": " + failure.message + "\n  next: " + failure.next + "\n");
  }
}

CLI::App* Program::add(CLI::App* parent, const char* name, const char* summary,
                       CommandResult (*command)(const Arguments&), const char* example) {
  auto* out = parent->add_subcommand(name, summary);
  out->footer(std::string("Example: ") + example);
  out->callback([this, command] { command_ = [this, command] { return command(arguments_); }; });
  return out;
}

Program::Program() {
  app_.require_subcommand(1);
  app_.fallthrough();
  app_.set_help_all_flag("--help-all", "Help of every command");
  app_.footer(
      "Exit codes: 0 done; 1 the chain reports a failure; 2 wrong usage; 3 no answer from the chain;\n"
      "4 a file, key or password that does not do.\n"
      "Example: aetherctl keys new alice --password-file FILE");
  app_.add_option("--rpc", arguments_.rpc, "URL of the chain's JSON-RPC")->default_val(kRpcDefault);
  app_.add_option("--keys", arguments_.keys, "Directory of key files (default ~/.aether/keys)");
  app_.add_option("--password-file", arguments_.password_file,
                  "File whose first line is the password (default: ask on the terminal)");
  app_.add_option_function<std::string>(
          "--output", [this](const std::string& form) { arguments_.json = form == "json"; }, "text or json")
      ->check(CLI::IsMember({"text", "json"}));
  add_keys();
  add_chain();
  add_completion();
}

void Program::add_keys() {
  auto* keys = app_.add_subcommand("keys", "Encrypted keys of this user");
  keys->require_subcommand(1);
  auto* create = add(keys, "new", "Makes a key", &keys_new, "aetherctl keys new alice");
  create->add_option("NAME", arguments_.name, "a-z, 0-9, - and _")->required();
  add(keys, "list", "Names and addresses of all keys", &keys_list, "aetherctl keys list --output json");
  auto* show = add(keys, "show", "One key, without its secret", &keys_show, "aetherctl keys show alice");
  show->add_option("NAME", arguments_.name, "Name of the key")->required();
}

void Program::add_chain() {
  add(&app_, "status", "Which chain answers, and whether it is ready", &show_status, "aetherctl status");
  auto* account = add(&app_, "account", "Balances of an account", &show_account, "aetherctl account alice");
  account->add_option("ADDRESS", arguments_.address, "aeth1..., or the name of a key")->required();

  auto* pay = add(&app_, "transfer", "Pays from one of the keys and waits until it is executed", &transfer,
                  "aetherctl transfer --from alice --to aeth1... --amount 12.5 --asset AIC");
  pay->add_option("--from", arguments_.from, "Name of the key that pays")->required();
  pay->add_option("--to", arguments_.to, "aeth1..., or the name of a key")->required();
  pay->add_option("--amount", arguments_.amount, "At most 6 decimals")->required();
  pay->add_option("--asset", arguments_.asset, "SWR or AIC")->check(CLI::IsMember({"SWR", "AIC"}));
  pay->add_option("--priority-fee", arguments_.priority_fee, "In SWR, on top of the fee");
  pay->add_option("--valid-slots", arguments_.valid_slots, "Slots from now in which it may be executed");
  pay->add_flag("--no-wait", arguments_.no_wait, "Only send it");

  auto* tx = app_.add_subcommand("tx", "Transactions");
  tx->require_subcommand(1);
  auto* wait = add(tx, "wait", "Waits until a transaction is executed or expired", &tx_wait, "aetherctl tx wait 0x...");
  wait->add_option("ID", arguments_.transaction, "Id of the transaction")->required();
  wait->add_option("--valid-until", arguments_.valid_until, "Its last slot, when the chain does not know it yet");
}

// The words that may follow each command.
void collect(const CLI::App& app, const std::string& path, std::vector<CommandWords>& out) {
  CommandWords entry{path, {}};
  const auto below = app.get_subcommands([](const CLI::App*) { return true; });
  for (const auto* command : below) entry.words.push_back(command->get_name());
  for (const auto* option : app.get_options())
    for (const auto& name : option->get_lnames()) entry.words.push_back("--" + name);
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
  completion->callback([this] {
    command_ = [this]() -> CommandResult {
      std::vector<CommandWords> words;
      collect(app_, "", words);
      const std::string script = completion_script(shell_, words);
      return Output{script, json::object{{"script", script}}};
    };
  });
}

int Program::run(int argc, const char* const* argv) {
  try {
    app_.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app_.exit(error);
    print({kUsage, "usage", error.what(), "aetherctl --help, or COMMAND --help, shows examples"}, arguments_.json);
    return kUsage;
  }
  const CommandResult result = command_();
  if (!result) {
    print(result.error(), arguments_.json);
    return result.error().exit;
  }
  if (write_out(stdout, arguments_.json ? json::serialize(result->json) + "\n" : result->text)) return result->exit;
  print({kBadFile, "stdout", "the output cannot be written", "free space where stdout goes"}, arguments_.json);
  return kBadFile;
}

}  // namespace

int run_aetherctl(int argc, const char* const* argv) {
  Program program;
  return program.run(argc, argv);
}

}  // namespace aether::cli

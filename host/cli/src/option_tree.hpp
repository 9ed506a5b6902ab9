// How commands enter the tree; each group of commands has its own source.
#pragma once

#include "options.hpp"

namespace aether::cli {

class Tree {
 public:
  Tree(Arguments& arguments, Command& command) : arguments_(arguments), command_(command) {}
  void keys(CLI::App& app);
  void validator(CLI::App& keys);
  void chain(CLI::App& app);
  void transactions(CLI::App& app);
  void utxos(CLI::App& app);
  void rents(CLI::App& app);
  void contracts(CLI::App& app);
  void models(CLI::App& app);
  void jobs(CLI::App& app);
  void runs(CLI::App& job);
  void ledger(CLI::App& app);
  void snapshots(CLI::App& app);
  void node(CLI::App& app);
  void devnet(CLI::App& app);

 private:
  void sent(CLI::App* command);                              // options of a payment
  void called(CLI::App* command, const std::string& input);  // the input of a run, whose option is named so
  CLI::App* add(CLI::App& parent, const char* name, const char* summary, Command command, const char* examples) {
    auto* out = parent.add_subcommand(name, summary);
    out->footer(std::string("Example: ") + examples);
    out->callback([&slot = command_, command] { slot = command; });
    return out;
  }
  CLI::App& group(CLI::App& app, const char* name, const char* summary) {
    auto* out = app.add_subcommand(name, summary);
    out->require_subcommand(1);
    return *out;
  }
  void signed_by(CLI::App* command, const char* what) {
    command->add_option("--from", arguments_.from, what)->required();
  }

  Arguments& arguments_;
  Command& command_;
};

}  // namespace aether::cli

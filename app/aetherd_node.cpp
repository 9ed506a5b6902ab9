// aetherd init, check-config, checkpoint; aetherd_run.cpp has run.
#include <unistd.h>

#include <boost/json.hpp>
#include <iostream>

#include "aether/admin/client.hpp"
#include "aether/env/thread_pool.hpp"
#include "aether/node/home.hpp"
#include "aetherd.hpp"

namespace aether::daemon {

namespace {

namespace json = boost::json;

void add_home(CLI::App& command, std::string& home, std::vector<std::string>& settings) {
  command.add_option("--home", home, "Directory of the node")->required();
  command.add_option("--set", settings, "KEY=VALUE of aetherd.toml, above environment and file; repeatable")
      ->allow_extra_args(false);
}

}  // namespace

NodeCommands::NodeCommands(CLI::App& app)
    : init_(*app.add_subcommand("init", "Make the directory of a node")),
      run_(*app.add_subcommand("run", "Run a node of a chain of validators")),
      check_(*app.add_subcommand("check-config", "Print what a node would run with, and where each value is from")),
      checkpoint_(
          *app.add_subcommand("checkpoint", "Print where a node stands, which runs or not, for another's owner")) {
  for (CLI::App* command : {&init_, &run_, &check_, &checkpoint_}) add_home(*command, home_, settings_);
  run_.add_option("--checkpoint", checkpoint_file_,
                  "Where the chain stands, by somebody you trust: for a node that was away for weeks, or is new");
  checkpoint_.footer(
      "A node that was away for longer than validators answer for what they signed believes nobody any more. The "
      "owner\n"
      "of a node that followed can tell it where the chain stands: over a way that you trust.\n"
      "A node that runs is asked at its socket (NODE/admin.sock), which answers its own user.\n"
      "Example: aetherd checkpoint --home NODE > checkpoint.json && aetherd run --home OTHER --checkpoint "
      "checkpoint.json");
  auto* genesis = init_.add_option("--genesis", genesis_, "TOML file, as `aetherd genesis` prints it");
  init_
      .add_flag("--lost-safety-log", lost_log_,
                "Replace the lost safety log of a validator, which is then silent for an epoch")
      ->excludes(genesis);
  init_.footer(
      "A validator has keys (`aetherctl keys validator new`); a node without follows. Paths in settings are relative\n"
      "to the directory.\n"
      "Examples:\n  aetherd init --home NODE --genesis genesis.toml\n"
      "  aetherd init --home NODE --genesis genesis.toml --set validator.keys=/keys/v \\\n"
      "      --set validator.password_file=/keys/password --set network.peers=/ip4/10.0.0.2/udp/8646/quic-v1");
  run_.footer(
      "When ready it prints one line with its URL and genesis hash. SIGINT or SIGTERM ends it; nothing that is final "
      "is\n"
      "lost however it ends. AETHERD_RPC_PORT sets rpc.port, and so on.\n"
      "Examples:\n  aetherd run --home NODE\n  aetherd run --home NODE --set rpc.port=0 --set log.level=debug");
  check_.footer("Example: aetherd check-config --home NODE --output json");
}

Outcome<void> NodeCommands::execute(bool as_json) const {
  if (init_.parsed()) return init(as_json);
  if (run_.parsed()) return run(as_json);
  if (checkpoint_.parsed()) return print_checkpoint();
  return check(as_json);
}

Outcome<std::vector<config::Setting>> NodeCommands::settings() const {
  std::vector<std::string> variables;
  for (char** each = environ; *each != nullptr; ++each) variables.emplace_back(*each);
  AETHER_TRY(auto out, or_failure(config::settings_of_environment(variables), kUsage));
  for (const std::string& flag : settings_) {
    AETHER_TRY(auto setting, or_failure(config::setting_of_flag(flag), kUsage));
    out.push_back(std::move(setting));
  }
  return out;
}

Outcome<void> NodeCommands::init(bool as_json) const {
  if (lost_log_) return or_failure(node::replace_lost_log(home_));
  if (genesis_.empty())
    return fail(Failure{"--genesis is required: name a file, as `aetherd genesis` prints it", kUsage});
  AETHER_TRY(const auto overriding, settings());
  AETHER_TRY(const auto config, or_failure(config::node_config("", "aetherd.toml", overriding), kUsage));
  AETHER_TRY(const Genesis genesis, or_failure(config::genesis_from_file(genesis_)));
  AETHER_CHECK(or_failure(node::make_home(home_, genesis, config.config)));
  const std::string hash = to_hex0x(genesis_hash(genesis).view());
  if (as_json)
    std::cout << json::serialize(json::object{{"home", home_}, {"genesis_hash", hash}}) << '\n';
  else
    std::cout << "made " << home_ << "  genesis " << hash << "\nNext: aetherd run --home " << home_ << '\n';
  return {};
}

Outcome<void> NodeCommands::check(bool as_json) const {
  AETHER_TRY(const auto overriding, settings());
  AETHER_TRY(const auto facts, or_failure(node::read_home(home_, overriding)));
  json::object all;
  for (const config::KeyText& key : config::node_config_keys(facts.config.config)) {
    const std::string source(to_string(facts.config.sources.at(key.key)));
    if (as_json)
      all[key.key] = json::object{{"value", json::parse(key.value)}, {"source", source}};
    else
      std::cout << key.key << " = " << key.value << "  (" << source << ")\n";
  }
  if (as_json) std::cout << json::serialize(all) << '\n';
  return {};
}

Outcome<void> NodeCommands::print_checkpoint() const {
  light::Checkpoint checkpoint;
  if (auto running = admin::Client::connect(home_)) {
    AETHER_TRY(auto answer, or_failure(running->call(admin::GetCheckpoint{})));
    checkpoint = std::move(answer.checkpoint);
  } else if (running.error().kind == admin::ErrorKind::absent) {
    env::ThreadPool pool;
    AETHER_TRY(const auto overriding, settings());
    AETHER_TRY(const node::Home home, or_failure(node::open_home(home_, overriding, pool)));
    checkpoint = node::checkpoint_of(*home.chain);
  } else {
    return fail(Failure{running.error().message});
  }
  std::cout << node::checkpoint_text(checkpoint);
  return {};
}

}  // namespace aether::daemon

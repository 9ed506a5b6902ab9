// aetherd init, run, check-config, checkpoint.
#include <unistd.h>

#include <boost/json.hpp>
#include <iostream>

#include "aether/env/stop_signal.hpp"
#include "aether/env/thread_pool.hpp"
#include "aether/metrics/page.hpp"
#include "aether/node/home.hpp"
#include "aether/query/publisher.hpp"
#include "aether/rpc/rpc_handler.hpp"
#include "aether/telemetry/log.hpp"
#include "aetherd.hpp"

namespace aether::daemon {

namespace {

namespace json = boost::json;

Outcome<std::vector<config::Setting>> settings_of(const std::vector<std::string>& flags) {
  std::vector<std::string> variables;
  for (char** each = environ; *each != nullptr; ++each) variables.emplace_back(*each);
  AETHER_TRY(auto out, or_failure(config::settings_of_environment(variables), kUsage));
  for (const std::string& flag : flags) {
    AETHER_TRY(auto setting, or_failure(config::setting_of_flag(flag), kUsage));
    out.push_back(std::move(setting));
  }
  return out;
}

// One line, for people or programs that wait for it: from here on the node takes part and answers.
void print_ready(const node::Node& node, const chain::Chain& chain, const std::string& url, bool as_json) {
  const std::string genesis = to_hex0x(chain.hash_of_genesis().bytes);
  const std::string chain_id = std::to_string(chain.genesis().chain_id.raw());
  const std::string slot = std::to_string(chain.snapshot()->tip()->slot.raw());
  const auto addresses = node.network().listen_addresses();
  if (as_json) {
    std::cout << json::serialize(json::object{{"rpc", url},
                                              {"chain_id", chain_id},
                                              {"genesis_hash", genesis},
                                              {"slot", slot},
                                              {"peer_id", node.network().local_peer_id()},
                                              {"listen", json::array(addresses.begin(), addresses.end())}});
  } else {
    std::cout << "ready  " << url << "  chain " << chain_id << "  genesis " << genesis << "  slot " << slot;
    for (const std::string& address : addresses) std::cout << "\n       " << address;
  }
  std::cout << std::endl;
}

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
          *app.add_subcommand("checkpoint", "Print where a node that does not run stands, for another's owner")) {
  for (CLI::App* command : {&init_, &run_, &check_, &checkpoint_}) add_home(*command, home_, settings_);
  run_.add_option("--checkpoint", checkpoint_file_,
                  "Where the chain stands, by somebody you trust: for a node that was away for weeks, or is new");
  checkpoint_.footer(
      "A node that was away for longer than validators answer for what they signed believes nobody any more. The "
      "owner\n"
      "of a node that followed can tell it where the chain stands: over a way that you trust.\n"
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

Outcome<void> NodeCommands::init(bool as_json) const {
  if (lost_log_) return or_failure(node::replace_lost_log(home_));
  if (genesis_.empty())
    return fail(Failure{"--genesis is required: name a file, as `aetherd genesis` prints it", kUsage});
  AETHER_TRY(const auto settings, settings_of(settings_));
  AETHER_TRY(const auto config, or_failure(config::node_config("", "aetherd.toml", settings), kUsage));
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
  AETHER_TRY(const auto settings, settings_of(settings_));
  AETHER_TRY(const auto facts, or_failure(node::read_home(home_, settings)));
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
  env::ThreadPool pool;
  AETHER_TRY(const auto settings, settings_of(settings_));
  AETHER_TRY(const node::Home home, or_failure(node::open_home(home_, settings, pool)));
  std::cout << node::checkpoint_text(node::checkpoint_of(*home.chain));
  return {};
}

Outcome<void> NodeCommands::run(bool as_json) const {
  AETHER_TRY(const auto stop, or_failure(env::StopSignal::create()));
  AETHER_TRY(const auto settings, settings_of(settings_));
  env::ThreadPool pool;
  AETHER_TRY(node::Home home, or_failure(node::open_home(home_, settings, pool)));
  if (!checkpoint_file_.empty()) {
    AETHER_TRY(home.options.checkpoint, or_failure(node::read_checkpoint(checkpoint_file_, home.facts.genesis)));
  }
  const config::NodeConfig& config = home.facts.config.config;
  telemetry::set_level(*telemetry::level_from_text(config.log_level));
  std::atomic<bool> failed = false;
  home.options.on_failure = [&](const std::string&) {
    failed = true;
    stop.request();
  };
  const env::SystemClock clock;
  AETHER_TRY(const auto node, or_failure(node::Node::start(*home.chain, std::move(home.options), pool, clock)));
  rpc::ServerOptions listen;
  listen.address = config.rpc_address;
  listen.port = static_cast<std::uint16_t>(config.rpc_port);
  listen.connections_max = config.rpc_connections_max;
  listen.access.hosts = config.rpc_hosts;
  listen.access.origins = config.rpc_origins;
  if (!config.rpc_token_file.empty()) {
    AETHER_TRY(const auto token,
               or_failure(keystore::password_from_file(node::resolved(home_, config.rpc_token_file))));
    listen.access.token = std::string(as_text(token.view()));
  }
  query::Publisher publisher(*home.chain, *node);
  rpc::RequestMeter meter;
  rpc::RateLimiter limiter({.per_client = config.rpc_rate_per_client, .per_token = config.rpc_rate_per_token});
  rpc::Around around{.meter = &meter, .limiter = &limiter, .feed = &publisher};
  const env::Path database = env::Path(home_) / "chain";
  around.metrics = [&] {
    return metrics::page({*home.chain, *node, publisher, meter, *listen.counts, database, node.get()});
  };
  AETHER_TRY(const auto server, or_failure(rpc::HttpServer::start(listen, rpc::rpc_handler(*node, around),
                                                                  rpc::rpc_sockets(*node, around))));
  print_ready(*node, *home.chain, "http://" + listen.address + ":" + std::to_string(server->port()), as_json);
  const int signal = stop.wait();
  if (signal != 0) telemetry::log(telemetry::Level::info, "stopping after signal " + std::to_string(signal));
  node->stop();  // first, so that whoever waits for a verdict is answered
  publisher.stop();
  server->stop();
  if (failed) return fail(Failure{"the node cannot go on, as the log says; what is final here is kept"});
  return {};
}

}  // namespace aether::daemon

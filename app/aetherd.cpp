// aetherd: runs the chain; the commands say the rest.
#include <boost/json.hpp>
#include <iostream>

#include "aether/chain/directory.hpp"
#include "aether/devchain/devchain.hpp"
#include "aether/devchain/home.hpp"
#include "aether/env/stop_signal.hpp"
#include "aether/env/thread_pool.hpp"
#include "aether/metrics/page.hpp"
#include "aether/node/home.hpp"
#include "aether/query/publisher.hpp"
#include "aether/rpc/rpc_handler.hpp"
#include "aether/telemetry/log.hpp"
#include "aetherd.hpp"

namespace {

using namespace aether;
using namespace aether::daemon;
namespace json = boost::json;

struct GenesisFlags {
  std::vector<std::string> funds;
  std::string preset = "standard";
  std::uint64_t chain_id = 31'337;
  std::vector<std::string> validators;
  std::optional<std::uint64_t> slot_ms;
  std::optional<std::uint64_t> epoch_slots;
};
struct DevFlags {
  std::string data;
  std::string genesis_file;
  std::string sealer_key;
  std::string password_file;
  std::string log_level = "warn";
  std::uint64_t interval_ms = 200;
  std::uint16_t port = 8645;
  bool on_demand = false;
  bool own_genesis = false;  // a flag changes the default genesis
};

Outcome<Genesis> genesis_of(const GenesisFlags& flags) {
  config::DevGenesis options;
  options.chain_id = ChainId{flags.chain_id};
  options.preset = flags.preset == "demo" ? config::Preset::demo : config::Preset::standard;
  Genesis genesis = config::dev_genesis(options);
  for (const std::string& text : flags.funds) {
    const auto funded = config::fund(genesis, text);
    if (!funded) return fail(Failure{"--fund: " + funded.error().message, kUsage});
  }
  if (flags.slot_ms) genesis.params.block.slot_ms = *flags.slot_ms;
  if (flags.epoch_slots) genesis.params.block.epoch_slots = *flags.epoch_slots;
  if (!flags.validators.empty()) AETHER_CHECK(or_failure(node::name_validators(genesis, flags.validators), kUsage));
  return genesis;
}

Outcome<Genesis> choose_genesis(const DevFlags& flags, const GenesisFlags& own) {
  const bool named = !flags.genesis_file.empty();
  AETHER_TRY(Genesis wanted, named ? or_failure(config::genesis_from_file(flags.genesis_file)) : genesis_of(own));
  if (flags.data.empty()) return wanted;
  return or_failure(chain::genesis_of_directory(flags.data, wanted, named || flags.own_genesis));
}

// One line, for people or programs that wait for it: from here on requests are answered.
void print_ready(const chain::Chain& chain, const DevFlags& flags, const std::string& url, bool as_json) {
  const std::string genesis = to_hex0x(chain.hash_of_genesis().bytes);
  const std::string chain_id = std::to_string(chain.genesis().chain_id.raw());
  const std::string slot = std::to_string(chain.snapshot()->tip()->slot.raw());
  if (as_json) {
    const json::value data = flags.data.empty() ? json::value(nullptr) : json::value(flags.data);
    std::cout << json::serialize(
        json::object{{"rpc", url}, {"chain_id", chain_id}, {"genesis_hash", genesis}, {"slot", slot}, {"data", data}});
  } else {
    std::cout << "ready  " << url << "  chain " << chain_id << "  genesis " << genesis << "  slot " << slot << "  "
              << (flags.data.empty() ? "keeps nothing" : "keeps its data in " + flags.data);
  }
  std::cout << std::endl;
}

Outcome<void> run_dev(const DevFlags& flags, const GenesisFlags& own, bool as_json) {
  telemetry::set_level(*telemetry::level_from_text(flags.log_level));
  AETHER_TRY(const auto stop, or_failure(env::StopSignal::create()));
  AETHER_TRY(const Genesis genesis, choose_genesis(flags, own));
  AETHER_TRY(crypto::Seed seed, or_failure(devchain::sealer_seed(genesis, flags.sealer_key, flags.password_file)));
  env::ThreadPool pool;
  AETHER_TRY(const auto chain, or_failure(chain::Chain::open({flags.data, flags.data.empty(), genesis}, pool)));
  std::atomic<bool> failed = false;
  devchain::Options options{.seal_interval_ms = flags.interval_ms, .pending = {}, .seed = std::move(seed)};
  if (flags.on_demand) options.seal_interval_ms.reset();
  options.on_failure = [&] {
    failed = true;
    stop.request();
  };
  const env::SystemClock clock;
  devchain::DevChain dev(*chain, clock, std::move(options));
  rpc::ServerOptions listen;
  listen.port = flags.port;
  query::Publisher publisher(*chain, dev);
  rpc::RequestMeter meter;
  rpc::Around around{.meter = &meter, .feed = &publisher};
  around.metrics = [&] { return metrics::page({*chain, dev, publisher, meter, *listen.counts, flags.data}); };
  AETHER_TRY(const auto server,
             or_failure(rpc::HttpServer::start(listen, rpc::rpc_handler(dev, around), rpc::rpc_sockets(dev, around))));
  print_ready(*chain, flags, "http://" + listen.address + ":" + std::to_string(server->port()), as_json);
  const int signal = stop.wait();
  if (signal != 0) telemetry::log(telemetry::Level::info, "stopping after signal " + std::to_string(signal));
  dev.stop();  // first, so that a dev_seal of many slots ends
  publisher.stop();
  server->stop();
  if (failed) return fail(Failure{"a block could not be committed, as the log says; what was acknowledged is kept"});
  return {};
}

Outcome<void> print_genesis(const GenesisFlags& flags) {
  AETHER_TRY(const Genesis genesis, genesis_of(flags));
  std::cout << config::genesis_to_toml(genesis);
  return {};
}

Outcome<void> write_dev_keys(const std::string& directory, bool as_json) {
  AETHER_TRY(const auto keys, or_failure(devchain::write_dev_keys(directory)));
  json::array list;
  for (const auto& key : keys) {
    list.push_back(json::object{{"name", key.name}, {"address", to_text(key.address)}, {"file", key.path.string()}});
    if (!as_json) std::cout << key.name << "  " << to_text(key.address) << '\n';
  }
  if (as_json) std::cout << json::serialize(list) << '\n';
  return {};
}

void add_genesis_flags(CLI::App& command, GenesisFlags& flags) {
  command.add_option("--fund", flags.funds, "ADDRESS:SWR:AIC in whole units, beside the development keys; repeatable")
      ->allow_extra_args(false);
  command.add_option("--preset", flags.preset, "Parameters: standard, or demo with short windows")
      ->check(CLI::IsMember({"standard", "demo"}))
      ->capture_default_str();
  command.add_option("--chain-id", flags.chain_id, "Number of the chain")->capture_default_str();
}

void add_validators(CLI::App& command, GenesisFlags& flags) {
  command
      .add_option("--validator", flags.validators,
                  "REGISTRATION:SWR of a validator: its registration.json, and its bond in whole units; repeatable")
      ->allow_extra_args(false);
  command.add_option("--slot-ms", flags.slot_ms, "Least time between two slots; 0: as fast as they come")
      ->check(CLI::Range(0, 3'600'000));
  command.add_option("--epoch-slots", flags.epoch_slots, "Slots of an epoch")->check(CLI::Range(9, 1'000'000'000));
}

void add_dev(CLI::App& dev, DevFlags& flags, GenesisFlags& own) {
  dev.add_option("--data", flags.data, "Directory that keeps the chain (default: it keeps nothing)");
  auto* file = dev.add_option("--genesis", flags.genesis_file, "TOML file, as `aetherd genesis` prints it");
  dev.add_option("--port", flags.port, "JSON-RPC on 127.0.0.1 at this port; 0: a free one")->capture_default_str();
  auto* interval = dev.add_option("--interval-ms", flags.interval_ms, "A block this often, empty or not")
                       ->check(CLI::Range(1, 3'600'000))
                       ->capture_default_str();
  dev.add_flag("--on-demand", flags.on_demand, "A block when a transaction waits, none else")->excludes(interval);
  auto* password = dev.add_option("--password-file", flags.password_file, "File whose first line opens the key");
  dev.add_option("--sealer-key", flags.sealer_key, "Key file of the sealer that genesis names")->needs(password);
  dev.add_option("--log-level", flags.log_level, "debug, info, warn, error, off; on stderr")
      ->check(CLI::IsMember({"debug", "info", "warn", "error", "off"}))
      ->capture_default_str();
  add_genesis_flags(dev, own);
  for (const char* flag : {"--fund", "--preset", "--chain-id"}) dev.get_option(flag)->excludes(file);
  dev.footer(
      "When ready it prints one line with its URL and genesis hash. SIGINT or SIGTERM ends it.\n"
      "Examples:\n  aetherd dev\n  aetherd dev --data DIR --interval-ms 500\n"
      "  aetherd dev --port 0 --on-demand --output json --fund aeth1...:1000:50");
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"aetherd: the Aether chain. Answers go to stdout, the log to stderr."};
  app.require_subcommand(1);
  app.fallthrough();
  std::string output = "text";
  app.add_option("--output", output, "text or json")->check(CLI::IsMember({"text", "json"}));
  app.footer("Exit codes: 0 done; 1 it failed; 2 wrong usage.\nExample: aetherd dev");
  GenesisFlags own;
  DevFlags flags;
  std::string keys;
  CLI::App& dev = *app.add_subcommand("dev", "Run a chain in this process, for developers and tests");
  add_dev(dev, flags, own);
  CLI::App& genesis = *app.add_subcommand("genesis", "Print a genesis, for `aetherd dev` or of validators");
  add_genesis_flags(genesis, own);
  add_validators(genesis, own);
  genesis.footer(
      "Examples:\n  aetherd genesis --preset demo --fund aeth1...:1000:50 > genesis.toml\n"
      "  aetherd genesis --chain-id 7 --validator v1/registration.json:1000 --validator v2/registration.json:1000");
  const NodeCommands node(app);
  CLI::App& dev_keys = *app.add_subcommand("dev-keys", "Write the published development keys, which `dev` funds");
  dev_keys.add_option("DIR", keys, "Directory of the key files and of dev-password, which opens them")->required();
  dev_keys.footer(
      "Example: aetherd dev-keys keys && aetherctl --keys keys --password-file keys/dev-password transfer ...");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kDone : kUsage;
  }
  flags.own_genesis = dev.count("--fund") + dev.count("--preset") + dev.count("--chain-id") > 0;
  const bool as_json = output == "json";
  const Outcome<void> done = genesis.parsed()    ? print_genesis(own)
                             : dev_keys.parsed() ? write_dev_keys(keys, as_json)
                             : node.parsed()     ? node.execute(as_json)
                                                 : run_dev(flags, own, as_json);
  if (done) return kDone;
  std::cerr << "aetherd: " << done.error().message << '\n';
  return done.error().exit;
}

// aetherd run.
#include <boost/json.hpp>
#include <iostream>

#include "aether/admin/server.hpp"
#include "aether/env/stop_signal.hpp"
#include "aether/env/thread_pool.hpp"
#include "aether/metrics/page.hpp"
#include "aether/node/administration.hpp"
#include "aether/node/home.hpp"
#include "aether/query/publisher.hpp"
#include "aether/rpc/rpc_handler.hpp"
#include "aether/telemetry/log.hpp"
#include "aetherd.hpp"

namespace aether::daemon {

namespace {

namespace json = boost::json;

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

}  // namespace

Outcome<void> NodeCommands::run(bool as_json) const {
  AETHER_TRY(const auto stop, or_failure(env::StopSignal::create()));
  AETHER_TRY(const auto overriding, settings());
  env::ThreadPool pool;
  AETHER_TRY(node::Home home, or_failure(node::open_home(home_, overriding, pool)));
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
  listen.connections_per_client_max = config.rpc_connections_per_client;
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
  node::Administration administration(*node, *home.chain);
  AETHER_TRY(const auto owner, or_failure(admin::Server::start(home_, administration)));
  print_ready(*node, *home.chain, "http://" + listen.address + ":" + std::to_string(server->port()), as_json);
  const int signal = stop.wait();
  if (signal != 0) telemetry::log(telemetry::Level::info, "stopping after signal " + std::to_string(signal));
  node->stop();  // first, so that whoever waits for a verdict is answered
  publisher.stop();
  server->stop();
  administration.stop();
  owner->stop();
  if (failed) return fail(Failure{"the node cannot go on, as the log says; what is final here is kept"});
  return {};
}

}  // namespace aether::daemon

#include "aether/mesh/program.hpp"
#include "aether/mesh/worker.hpp"
#include "setup.hpp"

namespace aether::mesh {
namespace {

struct WorkerFlags {
  Flags common;
  std::string listen = "127.0.0.1:0";
  std::string endpoint;
  std::string price_min = "0";
  std::uint32_t jobs_max = 1;
  std::uint64_t units_per_slot = 0;
  std::size_t traces_max = 8;
};

std::unexpected<Failure> usage(std::string message) { return fail(Failure{kUsage, std::move(message)}); }

Outcome<rpc::ServerOptions> listen_options(const std::string& text, const std::string& endpoint) {
  const auto colon = text.rfind(':');
  const auto port = colon == std::string::npos ? std::nullopt : from_decimal(text.substr(colon + 1));
  if (!port || *port > 65'535) return usage("--listen " + text + ": must be ADDRESS:PORT, as 127.0.0.1:0");
  rpc::ServerOptions out = trace_server_options();
  out.address = text.substr(0, colon);
  out.port = static_cast<std::uint16_t>(*port);
  // A front passes on the name under which it is reached.
  if (const auto url = client::parse_url(endpoint)) out.access.hosts.push_back(url->host);
  return out;
}

Outcome<std::string> endpoint_of(const WorkerFlags& flags, const rpc::ServerOptions& listen, std::uint16_t port) {
  const std::string endpoint =
      flags.endpoint.empty() ? "http://" + listen.address + ":" + std::to_string(port) : flags.endpoint;
  if (endpoint.size() > limits::kEndpointBytesMax) return usage("--endpoint is longer than 128 characters");
  const auto url = client::parse_url(endpoint);
  if (!url) return usage("--endpoint " + endpoint + ": " + std::string(to_string(url.error())));
  return endpoint;
}

Outcome<void> work(const WorkerFlags& flags, const Tampering& tampering) {
  const auto price_min = amount_from_text(flags.price_min);
  if (!price_min) return usage("--price-min " + flags.price_min + " is not an amount of AIC, as 0.25");
  AETHER_TRY(const auto listen, listen_options(flags.listen, flags.endpoint));
  AETHER_TRY(Setup setup, set_up(flags.common));
  const ChainReader chain(setup.rpc);
  TraceShelf shelf(flags.traces_max);  // what it offers reads the chain
  const auto server = rpc::HttpServer::start(listen, trace_handler(shelf, tampering.serve));
  if (!server) return fail(Failure{kFailed, server.error()});
  agents::WorkerOptions options;
  AETHER_TRY(options.endpoint, endpoint_of(flags, listen, (*server)->port()));
  options.price_min = *price_min;
  options.jobs_max = flags.jobs_max;
  const env::SystemClock clock;
  const std::uint64_t units_per_second = flags.units_per_slot == 0 ? measure_units_per_second(setup.models, clock) : 0;

  Bell bell;
  std::optional<Worker> worker;  // its speed in slots follows from the chain's parameters
  const auto on_block = [&](const api::GetChainIdAnswer& now) -> client::Outcome<void> {
    if (!worker) {
      // A quarter of what was measured: there is more to do than to generate.
      const std::uint64_t measured = units_per_second / 4'000 * now.params.block.slot_ms;
      options.units_per_slot = std::max<std::uint64_t>(flags.units_per_slot == 0 ? measured : flags.units_per_slot, 1);
      worker.emplace(WorkerGround{chain, setup.models, clock, shelf, *setup.events, bell, tampering}, setup.seed,
                     options);
    }
    return worker->on_block(now);
  };
  tell_ready(setup, {{"endpoint", options.endpoint}, {"units_per_second", units_per_second}},
             " serves traces at " + options.endpoint + " and");
  return follow_until_signal(setup, bell, on_block);
}

}  // namespace

int run_worker(int argc, const char* const* argv, const Tampering& tampering) {
  CLI::App app{"Runs AI jobs of a chain for pay, and proves that it ran them right.", "aether-worker"};
  WorkerFlags flags;
  add_flags(app, flags.common);
  app.add_option("--listen", flags.listen, "address and port of the trace service; port 0: a free one")
      ->capture_default_str();
  app.add_option("--endpoint", flags.endpoint, "URL at which others reach it (default: as it listens)");
  app.add_option("--price-min", flags.price_min, "AIC per 2^30 units below which it takes no job")
      ->capture_default_str();
  app.add_option("--jobs-max", flags.jobs_max, "jobs accepted and not handed in, at once")
      ->check(CLI::Range(1, 1'000))
      ->capture_default_str();
  app.add_option("--units-per-slot", flags.units_per_slot, "what it can compute; 0: measured at the start")
      ->capture_default_str();
  app.add_option("--traces-max", flags.traces_max, "traces held in memory; others are made again when asked for")
      ->check(CLI::Range(1, 1'000))
      ->capture_default_str();
  app.footer(
      "Everything it must know after a restart is on the chain. SIGINT or SIGTERM ends it.\n"
      "Example:\n  aether-worker --key worker --password-file FILE --model models/aether-tiny");
  return run_program(app, argc, argv, [&] { return work(flags, tampering); });
}

}  // namespace aether::mesh

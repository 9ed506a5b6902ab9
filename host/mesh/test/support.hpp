// A worker's parts over a random model, without a chain.
#pragma once

#include "../../vcr/test/support.hpp"
#include "aether/mesh/runner.hpp"
#include "aether/mesh/trace_client.hpp"

namespace aether::mesh::testing {

using vcr::testing::small_config;

inline const TraceKey kKey{Hash{{0xab, 0xcd}}, 3};

// Held models stand on pools that outlive them.
inline SerialPool& serial_pool() {
  static SerialPool pool;
  return pool;
}

// Without stop tokens, so that runs have the length that is asked for.
inline std::shared_ptr<const ReadyModel> ready_model(std::uint64_t seed = 1) {
  infer::Config config = small_config();
  config.stop = {};
  return std::make_shared<const ReadyModel>(infer::testing::make_model(config, seed, false), Hash{{5}}, serial_pool());
}

// A worker that has run a prompt and serves the trace, honest or not.
struct ServingWorker {
  explicit ServingWorker(Tampering faults = {}, std::uint32_t n_prompt = 9, std::uint32_t n_out = 5)
      : tampering(std::move(faults)), prompt(vcr::testing::random_tokens(model->config(), n_prompt, 7)) {
    const env::ManualClock clock;
    result = *run({kKey, model, prompt, n_out}, tampering, [](std::uint32_t) { return true; }, clock);
    shelf.offer(kKey, [this] {
      ++replays;
      return trace_of(*model, prompt, result.output, tampering);
    });
    auto started = rpc::HttpServer::start(trace_server_options(), trace_handler(shelf, tampering.serve));
    AETHER_ASSERT(started.has_value());
    server = std::move(*started);
  }
  std::string endpoint() const { return "http://127.0.0.1:" + std::to_string(server->port()); }
  vcr::Tokens tokens() const { return {prompt, result.output}; }
  vcr::TraceShape shape() const { return {model->config(), tokens().extent()}; }
  TraceClient client(TraceClientOptions options = {}) const {
    return *TraceClient::make(endpoint(), kKey, shape(), options);
  }
  vcr::JobClaim claim() const {
    return {kKey.job,
            kKey.attempt,
            model->config(),
            model->tree().root(),
            tokens().extent(),
            vcr::token_root(prompt),
            vcr::token_root(result.output),
            result.trace_root};
  }
  // What an honest challenger makes of it over HTTP.
  Result<vcr::Claim, vcr::ProveError> accuse(vcr::TraceSource& source) const {
    const auto own = trace_of(*model, prompt, result.output);
    return vcr::find_first_fraud(*own, model->tree(), tokens(), source, result.trace_root);
  }

  std::shared_ptr<const ReadyModel> model = ready_model();
  Tampering tampering;
  std::vector<std::uint32_t> prompt;
  RunResult result;
  std::atomic<int> replays = 0;
  TraceShelf shelf{2};
  std::unique_ptr<rpc::HttpServer> server;
};

// One bit of the row of `op` at `position`.
inline Tampering flip(std::uint32_t op, std::uint32_t position) {
  Tampering out;
  out.row = [=](std::uint32_t at_op, std::uint32_t at_position, Bytes& row) {
    if (at_op == op && at_position == position) row[0] ^= 1;
  };
  return out;
}

}  // namespace aether::mesh::testing

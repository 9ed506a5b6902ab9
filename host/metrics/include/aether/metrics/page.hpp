// What a program that runs a chain tells Prometheus of itself: only what is measured.
#pragma once

#include "aether/env/file.hpp"
#include "aether/node/node.hpp"
#include "aether/query/publisher.hpp"
#include "aether/rpc/http_server.hpp"
#include "aether/rpc/request_meter.hpp"

namespace aether::metrics {

struct Sources {
  const chain::Chain& chain;
  api::ChainService& service;
  const query::Publisher& publisher;
  const rpc::RequestMeter& requests;
  const rpc::ServerCounts& server;
  env::Path database = {};           // its directory; empty: none
  const node::Node* node = nullptr;  // null: the chain of one process
};

// In Prometheus' text format.
[[nodiscard]] std::string page(const Sources& sources);

}  // namespace aether::metrics

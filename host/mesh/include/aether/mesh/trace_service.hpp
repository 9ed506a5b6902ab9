// Serves traces over HTTP, at the addresses of trace_address.hpp. Traces are kept nowhere: they are made again by
// replay when they are asked for, and a bounded number stays in memory. So a restart loses nothing.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>

#include "aether/mesh/trace_address.hpp"
#include "aether/rpc/http_server.hpp"
#include "aether/vcr/trace.hpp"

namespace aether::mesh {

// Whatever can be made again, with a bound on how many are held. Safe from any thread; one trace is made at a time.
class TraceShelf {
 public:
  using Made = std::shared_ptr<vcr::TraceStore>;
  using Make = std::function<Made()>;

  explicit TraceShelf(std::size_t kept_max) : kept_max_(kept_max) {}

  // From now on this trace may be asked for.
  void offer(const TraceKey& key, Make make);
  // No attempt at this job may be asked for any more.
  void drop(const Hash& job);
  // Null: not offered, or it cannot be made now.
  [[nodiscard]] Made find(const TraceKey& key);

 private:
  struct Entry {
    Make make;
    Made made;  // null until asked for, or when others were asked for since
    std::uint64_t used = 0;
  };
  void drop_oldest();

  std::size_t kept_max_;
  std::mutex making_;  // taken before mutex_
  std::mutex mutex_;
  std::map<TraceKey, Entry> entries_;
  std::uint64_t uses_ = 0;
};

// Sees each answer before it goes out, and may change it. Empty in every product (tampering.hpp).
using ServeHook = std::function<void(const TraceAddress&, rpc::Response&)>;

// The shelf must outlive the handler. Answers: 200 with the bytes; 400 for an address that is none; 404 for a trace
// that is not offered, and for nodes that do not exist in it; 405 for anything but GET.
[[nodiscard]] rpc::Handler trace_handler(TraceShelf& shelf, ServeHook hook = {});

// Bounds of a server of traces: small requests, few connections, little patience.
[[nodiscard]] rpc::ServerOptions trace_server_options();

}  // namespace aether::mesh

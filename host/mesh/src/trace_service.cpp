#include "aether/mesh/trace_service.hpp"

namespace aether::mesh {

void TraceShelf::offer(const TraceKey& key, Make make) {
  const std::lock_guard lock(mutex_);
  entries_.try_emplace(key, Entry{std::move(make), nullptr, 0});
}

void TraceShelf::drop(const Hash& job) {
  const std::lock_guard lock(mutex_);
  std::erase_if(entries_, [&](const auto& entry) { return entry.first.job == job; });
}

void TraceShelf::drop_oldest() {
  std::size_t held = 0;
  Entry* oldest = nullptr;
  for (auto& [key, entry] : entries_) {
    if (!entry.made) continue;
    ++held;
    if (oldest == nullptr || entry.used < oldest->used) oldest = &entry;
  }
  if (held > kept_max_) oldest->made.reset();
}

TraceShelf::Made TraceShelf::find(const TraceKey& key) {
  const auto known = [&](Make* make) -> Made {
    const std::lock_guard lock(mutex_);
    const auto at = entries_.find(key);
    if (at == entries_.end()) return nullptr;
    at->second.used = ++uses_;
    if (make != nullptr) *make = at->second.make;
    return at->second.made;
  };
  if (Made made = known(nullptr)) return made;
  const std::lock_guard making(making_);
  Make make;
  if (Made made = known(&make)) return made;  // another thread was first
  if (!make) return nullptr;
  Made made = make();
  const std::lock_guard lock(mutex_);
  if (const auto at = entries_.find(key); at != entries_.end()) at->second.made = made;
  drop_oldest();
  return made;
}

namespace {

rpc::Response bytes_response(ByteView bytes) {
  return {200, "application/octet-stream", std::string(as_text(bytes)), {}};
}

rpc::Response answer(TraceShelf& shelf, const TraceAddress& address) {
  const TraceShelf::Made trace = shelf.find(address.key);
  if (!trace) return rpc::text_response(404, "this worker serves no trace of that job and attempt\n");
  const vcr::Node& node = address.node;
  if (!trace->shape().exists(node)) return rpc::text_response(404, "the trace has no such node\n");
  if (!trace->shape().is_tile(node)) return bytes_response(trace->node(node)->bytes);
  const auto tile = trace->tile(node.op, node.index);
  if (!tile) return rpc::text_response(404, "there is only padding\n");
  return bytes_response(*tile);
}

}  // namespace

rpc::Handler trace_handler(TraceShelf& shelf, ServeHook hook) {
  return [&shelf, hook = std::move(hook)](const rpc::Request& request) {
    if (request.method != "GET") {
      auto out = rpc::text_response(405, "only GET\n");
      out.allow = "GET";
      return out;
    }
    const auto address = trace_address_from_path(request.target);
    if (!address) {
      const bool elsewhere = address.error() == TraceAddressError::path;
      return rpc::text_response(elsewhere ? 404 : 400, std::string(to_string(address.error())) + "\n");
    }
    rpc::Response out = answer(shelf, *address);
    if (hook) hook(*address, out);
    return out;
  };
}

rpc::ServerOptions trace_server_options() {
  rpc::ServerOptions out;
  out.connections_max = 64;
  out.header_bytes_max = 4 * 1024;
  out.body_bytes_max = 1024;
  out.idle_ms_max = 10'000;
  return out;
}

}  // namespace aether::mesh

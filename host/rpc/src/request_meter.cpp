#include "aether/rpc/request_meter.hpp"

#include <algorithm>
#include <atomic>

namespace aether::rpc {

struct RequestMeter::OfMethod {
  std::atomic<std::uint64_t> succeeded = 0;
  // In the order of api::error_table().
  std::unique_ptr<std::atomic<std::uint64_t>[]> failed =
      std::make_unique<std::atomic<std::uint64_t>[]>(api::error_table().size());
  telemetry::DurationHistogram took;
};

namespace {

std::string_view name_of(std::size_t method) {
  const auto names = api::method_names();
  return method < names.size() ? names[method] : "other";
}

}  // namespace

RequestMeter::RequestMeter() : methods_(std::make_unique<OfMethod[]>(api::method_names().size() + 1)) {}

RequestMeter::~RequestMeter() = default;

void RequestMeter::count(const api::CallFacts& call) {
  OfMethod& method = methods_[std::min(call.method, api::method_names().size())];
  auto& ended = call.error ? method.failed[static_cast<std::size_t>(*call.error)] : method.succeeded;
  ended.fetch_add(1, std::memory_order_relaxed);
  method.took.add(call.took);
}

std::vector<RequestMeter::Ended> RequestMeter::ended() const {
  std::vector<Ended> out;
  const auto add = [&](std::size_t method, std::string_view code, const std::atomic<std::uint64_t>& count) {
    if (const std::uint64_t n = count.load(std::memory_order_relaxed)) out.push_back({name_of(method), code, n});
  };
  for (std::size_t i = 0; i <= api::method_names().size(); ++i) {
    add(i, "ok", methods_[i].succeeded);
    for (const api::ErrorInfo& error : api::error_table())
      add(i, error.name, methods_[i].failed[static_cast<std::size_t>(error.code)]);
  }
  return out;
}

std::vector<RequestMeter::Took> RequestMeter::took() const {
  std::vector<Took> out;
  for (std::size_t i = 0; i <= api::method_names().size(); ++i) {
    const auto reading = methods_[i].took.read();
    if (reading.sum_ns > 0) out.push_back({name_of(i), reading});
  }
  return out;
}

}  // namespace aether::rpc

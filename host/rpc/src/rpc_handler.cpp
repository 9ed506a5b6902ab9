#include "aether/rpc/rpc_handler.hpp"

#include "aether/api/dispatch.hpp"
#include "aether/api/json.hpp"

namespace aether::rpc {
namespace {

class ClientGate final : public api::Gate {
 public:
  ClientGate(const Around& around, Client client) : around_(around), client_(std::move(client)) {}
  std::optional<std::uint32_t> refuses(std::uint32_t cost) override {
    return around_.limiter ? around_.limiter->take(client_.address, client_.has_token, cost) : std::nullopt;
  }
  void answered(const api::CallFacts& call) override {
    if (around_.meter) around_.meter->count(call);
  }

 private:
  const Around& around_;
  const Client client_;
};

Response json_rpc(api::ChainService& service, const Around& around, const Request& request) {
  if (request.method != "POST") {
    auto out = text_response(405, "JSON-RPC goes by POST\n");
    out.allow = "POST";
    return out;
  }
  // Also what keeps a web page from sending here without the browser asking first.
  if (!request.content_type.starts_with("application/json"))
    return text_response(415, "send Content-Type: application/json\n");
  Response out;
  ClientGate gate(around, request.client);
  out.body = api::dispatch(service, request.body, {nullptr, &gate});
  if (out.body.empty()) out.status = 204;
  return out;
}

Response get_health(api::ChainService& service, bool must_be_ready) {
  Response out;
  const auto health = service.handle(api::GetHealth{});
  if (!health) return text_response(503, health.error().message + "\n");
  out.body = api::to_json_text(*health);
  if (must_be_ready && health->status != api::HealthStatus::ready) out.status = 503;
  return out;
}

std::string path_of(std::string_view target) { return std::string(target.substr(0, target.find('?'))); }

class JsonRpcConversation final : public Conversation {
 public:
  JsonRpcConversation(api::ChainService& service, const Around& around, const Client& client,
                      std::unique_ptr<api::Subscriptions> subscriptions)
      : service_(service), around_(around), gate_(around_, client), subscriptions_(std::move(subscriptions)) {}
  std::string answer(std::string_view message) override {
    return api::dispatch(service_, message, {subscriptions_.get(), &gate_});
  }
  void drained() override { subscriptions_->drained(); }

 private:
  api::ChainService& service_;
  const Around around_;
  ClientGate gate_;
  std::unique_ptr<api::Subscriptions> subscriptions_;
};

}  // namespace

Handler rpc_handler(api::ChainService& service, const Around& around) {
  return [&service, around](const Request& request) {
    const std::string path = path_of(request.target);
    if (path == "/") return json_rpc(service, around, request);
    const bool is_metrics = path == "/metrics" && around.metrics;
    if (path != "/health" && path != "/readyz" && !is_metrics)
      return text_response(404, "no such path; POST / is JSON-RPC, GET /health, /readyz and /metrics tell the state\n");
    if (request.method != "GET") {
      auto out = text_response(405, "only GET\n");
      out.allow = "GET";
      return out;
    }
    if (!is_metrics) return get_health(service, path == "/readyz");
    Response out;
    out.content_type = "text/plain; version=0.0.4; charset=utf-8";
    out.body = around.metrics();
    return out;
  };
}

SocketHandler rpc_sockets(api::ChainService& service, const Around& around) {
  if (around.feed == nullptr) return {};
  return [&service, around](std::string_view target, const Client& client,
                            std::shared_ptr<api::Sink> sink) -> std::unique_ptr<Conversation> {
    const std::string path = path_of(target);
    if (path != "/" && path != "/ws") return nullptr;
    return std::make_unique<JsonRpcConversation>(service, around, client, around.feed->open(std::move(sink)));
  };
}

}  // namespace aether::rpc

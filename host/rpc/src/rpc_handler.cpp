#include "aether/rpc/rpc_handler.hpp"

#include "aether/api/dispatch.hpp"
#include "aether/api/json.hpp"

namespace aether::rpc {
namespace {

Response json_rpc(api::ChainService& service, const Request& request) {
  if (request.method != "POST") {
    auto out = text_response(405, "JSON-RPC goes by POST\n");
    out.allow = "POST";
    return out;
  }
  // Also what keeps a web page from sending here without the browser asking first.
  if (!request.content_type.starts_with("application/json"))
    return text_response(415, "send Content-Type: application/json\n");
  Response out;
  out.body = api::dispatch(service, request.body);
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
  JsonRpcConversation(api::ChainService& service, std::unique_ptr<api::Subscriptions> subscriptions)
      : service_(service), subscriptions_(std::move(subscriptions)) {}
  std::string answer(std::string_view message) override {
    return api::dispatch(service_, message, {subscriptions_.get()});
  }
  void drained() override { subscriptions_->drained(); }

 private:
  api::ChainService& service_;
  std::unique_ptr<api::Subscriptions> subscriptions_;
};

}  // namespace

Handler rpc_handler(api::ChainService& service) {
  return [&service](const Request& request) {
    const std::string path = path_of(request.target);
    if (path == "/") return json_rpc(service, request);
    if (path != "/health" && path != "/readyz")
      return text_response(404, "no such path; POST / is JSON-RPC, GET /health and GET /readyz tell the state\n");
    if (request.method == "GET") return get_health(service, path == "/readyz");
    auto out = text_response(405, "only GET\n");
    out.allow = "GET";
    return out;
  };
}

SocketHandler rpc_sockets(api::ChainService& service, api::Feed& feed) {
  return [&](std::string_view target, std::shared_ptr<api::Sink> sink) -> std::unique_ptr<Conversation> {
    const std::string path = path_of(target);
    if (path != "/" && path != "/ws") return nullptr;
    return std::make_unique<JsonRpcConversation>(service, feed.open(std::move(sink)));
  };
}

}  // namespace aether::rpc

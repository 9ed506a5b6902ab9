#include "bell.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/json.hpp>
#include <thread>

#include "aether/api/json.hpp"
#include "aether/api/json_rpc.hpp"
#include "aether/api/limits.hpp"
#include "aether/api/subscriptions.hpp"

namespace aether::client {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace json = boost::json;
using asio::ip::tcp;
using std::chrono::milliseconds;
using std::chrono::steady_clock;
constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

std::string subscribe_text(const api::Topic& topic) {
  return api::request_text(api::Subscribe::kMethod, api::to_json(api::Subscribe{topic, {}}));
}

}  // namespace

struct Bell::Socket {
  Socket(const Url& to, const Hash& id) : url(to), transaction(id) {
    asio::co_spawn(context, listen(), asio::detached);
  }

  asio::awaitable<void> listen();
  asio::awaitable<void> hear_all();
  [[nodiscard]] bool hear(std::string_view message);

  Url url;
  Hash transaction;
  asio::io_context context{1};
  beast::websocket::stream<beast::tcp_stream> stream{context};
  bool is_over = false;
  bool has_ended = false;      // the transaction
  bool has_new_block = false;  // since the last ring
  steady_clock::time_point rang = steady_clock::now();
};

asio::awaitable<void> Bell::Socket::listen() {
  co_await hear_all();
  is_over = true;
}

asio::awaitable<void> Bell::Socket::hear_all() {
  tcp::resolver resolver(context);
  const auto [resolved, endpoints] = co_await resolver.async_resolve(url.host, std::to_string(url.port), kAwait);
  if (resolved) co_return;
  auto& lowest = beast::get_lowest_layer(stream);
  lowest.expires_after(milliseconds(api::kRequestMsMax));
  const auto [connected, endpoint] = co_await lowest.async_connect(endpoints, kAwait);
  if (connected) co_return;
  lowest.expires_never();
  stream.set_option(beast::websocket::stream_base::timeout::suggested(beast::role_type::client));
  stream.read_message_max(api::kResponseBytesMax);
  const bool ipv6 = url.host.find(':') != std::string::npos;
  const std::string host = (ipv6 ? "[" + url.host + "]" : url.host) + ":" + std::to_string(url.port);
  if (std::get<0>(co_await stream.async_handshake(host, url.path, kAwait))) co_return;
  for (const api::Topic& topic : {api::Topic(api::TransactionTopic{transaction}), api::Topic(api::FinalizedHeads{})}) {
    const std::string text = subscribe_text(topic);
    if (std::get<0>(co_await stream.async_write(asio::buffer(text), kAwait))) co_return;
  }
  for (beast::flat_buffer buffer;; buffer.clear()) {
    if (std::get<0>(co_await stream.async_read(buffer, kAwait))) co_return;
    const auto bytes = buffer.cdata();
    if (!hear({static_cast<const char*>(bytes.data()), bytes.size()})) co_return;
  }
}

// False where it is nothing that this interface says, or an error.
bool Bell::Socket::hear(std::string_view message) {
  const auto parsed = api::parse_json(message, api::kResponseBytesMax);
  if (!parsed || !parsed->is_object()) return false;
  const json::object& object = parsed->get_object();
  if (object.contains("result")) return true;  // the answer to aeth_subscribe
  const auto* params = object.if_contains("params");
  const auto* result = params != nullptr && params->is_object() ? params->get_object().if_contains("result") : nullptr;
  if (result == nullptr || !result->is_object()) return false;
  (result->get_object().contains("receipt") ? has_ended : has_new_block) = true;
  return true;
}

Bell::Bell(const Url& url, const Hash& transaction, std::uint32_t poll_ms)
    : socket_(std::make_unique<Socket>(url, transaction)), poll_ms_(poll_ms) {}
Bell::~Bell() = default;

Ring Bell::wait() {
  if (socket_ != nullptr) {
    Socket& socket = *socket_;
    const auto begin = steady_clock::now();
    const auto blocks = std::max(begin, socket.rang + milliseconds(kBlocksMs));
    for (auto until = begin + milliseconds(kQuietMs); !socket.is_over && !socket.has_ended;) {
      if (socket.has_new_block) until = blocks;
      if (socket.context.run_one_until(until) > 0) continue;
      if (steady_clock::now() < until) break;  // nothing is left to be waited for
      socket.rang = steady_clock::now();
      return std::exchange(socket.has_new_block, false) ? Ring::new_block : Ring::nothing;
    }
    if (socket.has_ended) {
      socket_.reset();
      return Ring::ended;
    }
    socket_.reset();
  }
  std::this_thread::sleep_for(milliseconds(poll_ms_));
  return Ring::unheard;
}

}  // namespace aether::client

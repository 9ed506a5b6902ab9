#include "aether/client/http.hpp"

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <optional>

namespace aether::client {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;
constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

struct Exchange {
  const Url& url;
  HttpOptions options;
  http::request<http::string_body> request;
  std::optional<Result<HttpAnswer, HttpError>> result;
};

HttpError error(const Url& url, HttpErrorKind kind, const std::string& why) {
  return {kind, to_text(url) + ": " + why};
}

asio::awaitable<Result<HttpAnswer, HttpError>> exchange(asio::io_context& context, Exchange& e) {
  tcp::resolver resolver(context);
  auto [resolve_code, endpoints] = co_await resolver.async_resolve(e.url.host, std::to_string(e.url.port), kAwait);
  if (resolve_code) co_return fail(error(e.url, HttpErrorKind::unreachable, resolve_code.message()));
  beast::tcp_stream stream(context);
  auto [connect_code, endpoint] = co_await stream.async_connect(endpoints, kAwait);
  if (connect_code) co_return fail(error(e.url, HttpErrorKind::unreachable, connect_code.message()));
  // A server that refuses early may close before it has read all: its answer counts, so a failed write is no end.
  co_await http::async_write(stream, e.request, kAwait);
  beast::flat_buffer buffer;
  http::response_parser<http::string_body> parser;
  parser.body_limit(e.options.body_bytes_max);
  const auto [code, count] = co_await http::async_read(stream, buffer, parser, kAwait);
  if (code == http::error::body_limit)
    co_return fail(error(e.url, HttpErrorKind::too_large,
                         "the answer exceeds " + std::to_string(e.options.body_bytes_max) + " bytes"));
  if (code) co_return fail(error(e.url, HttpErrorKind::broken, "no whole answer came: " + code.message()));
  co_return HttpAnswer{parser.get().result_int(), std::move(parser.get().body())};
}

asio::awaitable<void> run(asio::io_context& context, Exchange& e) { e.result = co_await exchange(context, e); }

Result<HttpAnswer, HttpError> perform(const Url& url, HttpOptions options, http::verb method, std::string body) {
  Exchange e{url, options, {method, url.path, 11}, std::nullopt};
  const bool ipv6 = url.host.find(':') != std::string::npos;
  e.request.set(http::field::host, (ipv6 ? "[" + url.host + "]" : url.host) + ":" + std::to_string(url.port));
  e.request.set(http::field::user_agent, "aether");
  e.request.keep_alive(false);
  if (method == http::verb::post) {
    e.request.set(http::field::content_type, "application/json");
    e.request.body() = std::move(body);
    e.request.prepare_payload();
  }
  asio::io_context context(1);
  asio::co_spawn(context, run(context, e), asio::detached);
  context.run_for(std::chrono::milliseconds(options.deadline_ms));
  if (e.result) return std::move(*e.result);
  return fail(error(url, HttpErrorKind::deadline, "no answer within " + std::to_string(options.deadline_ms) + " ms"));
}

}  // namespace

std::string_view to_string(HttpErrorKind kind) {
  constexpr std::array<std::string_view, 4> kNames{"unreachable", "deadline", "too_large", "broken"};
  return kNames[static_cast<std::size_t>(kind)];
}

Result<HttpAnswer, HttpError> http_get(const Url& url, HttpOptions options) {
  return perform(url, options, http::verb::get, {});
}

Result<HttpAnswer, HttpError> http_post_json(const Url& url, std::string body, HttpOptions options) {
  return perform(url, options, http::verb::post, std::move(body));
}

}  // namespace aether::client

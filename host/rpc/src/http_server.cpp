#include "aether/rpc/http_server.hpp"

#include <array>
#include <atomic>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <thread>
#include <vector>

#include "aether/telemetry/log.hpp"
#include "connections.hpp"
#include "socket_session.hpp"

namespace aether::rpc {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;
using Parser = http::request_parser<http::string_body>;
constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

// A response up to its body.
std::string head_of(const Response& response, bool keep_alive) {
  std::string out = "HTTP/1.1 " + std::to_string(response.status) + " ";
  out += std::string_view(http::obsolete_reason(http::int_to_status(response.status)));
  out += "\r\nServer: aether\r\n";
  if (!keep_alive) out += "Connection: close\r\n";
  if (!response.allow.empty()) out += "Allow: " + response.allow + "\r\n";
  if (response.status != 204)
    out += "Content-Type: " + response.content_type + "\r\nContent-Length: " + std::to_string(response.body.size()) +
           "\r\n";
  return out + "\r\n";
}

Request to_request(Parser::value_type&& message, const Client& client) {
  return {std::string(message.method_string()), std::string(message.target()),
          std::string(message[http::field::content_type]), std::move(message.body()), client};
}

Asking asking(const Parser::value_type& message) {
  return {message[http::field::host], message[http::field::origin], message[http::field::authorization]};
}

Response forbidden(AccessError why) {
  switch (why) {
    case AccessError::host: return text_response(421, "this server does not have the name that Host gives\n");
    case AccessError::origin: return text_response(403, "pages of this origin may not ask here\n");
    case AccessError::token: return text_response(401, "send Authorization: Bearer TOKEN\n");
  }
  return text_response(403, "");
}

// What to say to a request that could not be read; none when nobody listens any more.
std::optional<Response> refusal(const beast::error_code& code) {
  if (code == http::error::end_of_stream || code == asio::error::operation_aborted) return std::nullopt;
  if (code == http::error::body_limit) return text_response(413, "the body is too large\n");
  if (code == http::error::header_limit || code == http::error::buffer_overflow)
    return text_response(431, "the header is too large\n");
  if (code == http::error::partial_message) return text_response(400, "the request ends before its end\n");
  if (code.category() == http::make_error_code(http::error::bad_method).category())
    return text_response(400, "not an HTTP/1.1 request: " + code.message() + "\n");
  return std::nullopt;
}

}  // namespace

Response text_response(unsigned status, std::string body) {
  return {status, "text/plain; charset=utf-8", std::move(body), {}};
}

using Connection = std::shared_ptr<Connections::Place>;

struct HttpServer::State {
  State(ServerOptions o, Handler h, SocketHandler s)
      : options(std::move(o)),
        handler(std::move(h)),
        socket_handler(std::move(s)),
        connections(options.counts),
        acceptor(context) {}

  asio::awaitable<void> accept_all();
  asio::awaitable<void> serve(tcp::socket socket, Connection connection);
  asio::awaitable<void> refuse(tcp::socket socket, Connection connection, std::string_view why);
  asio::awaitable<void> serve_socket(beast::tcp_stream stream, Parser::value_type upgrade, Client client,
                                     Connection connection);
  asio::awaitable<bool> say(beast::tcp_stream& stream, Response response, bool keep_alive);
  asio::awaitable<bool> read_request(beast::tcp_stream& stream, Connections::Place& connection,
                                     beast::flat_buffer& buffer, Parser& parser, std::uint32_t idle_ms_max);
  Response answer(const Request& request) const;

  ServerOptions options;
  Handler handler;
  SocketHandler socket_handler;
  SocketSessions sessions;
  Connections connections;
  asio::io_context context;  // what waits in it uses what is above
  tcp::acceptor acceptor;
  std::vector<std::thread> threads;
};

Response HttpServer::State::answer(const Request& request) const {
  try {
    return handler(request);
  } catch (const std::exception& error) {
    telemetry::log(telemetry::Level::error, std::string("a request failed: ") + error.what());
    return text_response(500, "internal error; the log says more\n");
  }
}

// False when the connection is over. Idle time ends with the first byte; from there the request's own clock runs.
asio::awaitable<bool> HttpServer::State::read_request(beast::tcp_stream& stream, Connections::Place& connection,
                                                      beast::flat_buffer& buffer, Parser& parser,
                                                      std::uint32_t idle_ms_max) {
  if (buffer.size() == 0) {
    if (!connection.is_heard()) connection.waits(stream);
    stream.expires_after(std::chrono::milliseconds(idle_ms_max));
    const auto [code, count] = co_await stream.async_read_some(buffer.prepare(4096), kAwait);
    if (code) co_return false;
    connection.heard();
    buffer.commit(count);
  }
  parser.header_limit(options.header_bytes_max);
  parser.body_limit(options.body_bytes_max);
  parser.eager(true);
  // Mostly it is all there; then nothing has to be waited for.
  beast::error_code code;
  buffer.consume(parser.put(buffer.data(), code));
  if (!code && parser.is_done()) co_return true;
  if (!code || code == http::error::need_more) {
    stream.expires_after(std::chrono::milliseconds(options.request_ms_max));
    code = std::get<0>(co_await http::async_read(stream, buffer, parser, kAwait));
    if (!code) co_return true;
  }
  auto response = code == beast::error::timeout ? std::nullopt : refusal(code);
  if (response) {
    co_await say(stream, std::move(*response), false);
    beast::error_code ignored;
    stream.socket().shutdown(tcp::socket::shutdown_send, ignored);
    // What the client still sends is taken, up to a bound: a reset would destroy the answer on its way.
    stream.expires_after(std::chrono::milliseconds(options.request_ms_max));
    char sink[4096];
    for (std::size_t taken = 0; taken < options.body_bytes_max * 2;) {
      const auto [end, n] = co_await stream.async_read_some(asio::buffer(sink), kAwait);
      if (end) break;
      taken += n;
    }
  }
  co_return false;
}

// False when the connection is over.
asio::awaitable<bool> HttpServer::State::say(beast::tcp_stream& stream, Response response, bool keep_alive) {
  const std::string head = head_of(response, keep_alive);
  const std::array<asio::const_buffer, 2> parts{asio::buffer(head), asio::buffer(response.body)};
  // Mostly the socket takes it all at once.
  beast::error_code code;
  const std::size_t taken = stream.socket().write_some(parts, code);
  if (code && code != asio::error::would_block) co_return false;
  if (taken == asio::buffer_size(parts)) co_return true;
  beast::buffers_suffix<std::array<asio::const_buffer, 2>> rest(parts);
  rest.consume(taken);
  stream.expires_after(std::chrono::milliseconds(options.request_ms_max));
  code = std::get<0>(co_await asio::async_write(stream, rest, kAwait));
  co_return !code;
}

asio::awaitable<void> HttpServer::State::serve(tcp::socket socket, Connection connection) {
  beast::error_code unknown;
  Client client{socket.remote_endpoint(unknown).address().to_string(), false};
  beast::tcp_stream stream(std::move(socket));
  beast::flat_buffer buffer(options.header_bytes_max + options.body_bytes_max + 4096);
  std::uint32_t idle_ms_max = std::min(options.first_ms_max, options.idle_ms_max);
  for (bool open = true; open; idle_ms_max = options.idle_ms_max) {
    Parser parser;
    if (!co_await read_request(stream, *connection, buffer, parser, idle_ms_max)) break;
    open = parser.get().version() == 11 && parser.get().keep_alive();  // in 1.0 that was said otherwise
    const auto refused = check_access(options.access, asking(parser.get()));
    client.has_token = !options.access.token.empty() && !refused;
    if (refused) open = false;
    if (socket_handler && !refused && beast::websocket::is_upgrade(parser.get())) {
      // What a client may not send before it is answered would be lost.
      if (buffer.size() > 0) {
        co_await say(stream, text_response(400, "a frame before the handshake's end\n"), false);
        co_return;
      }
      co_return co_await serve_socket(std::move(stream), parser.release(), client, std::move(connection));
    }
    Response response = refused ? forbidden(*refused) : answer(to_request(parser.release(), client));
    if (!co_await say(stream, std::move(response), open)) break;
  }
  beast::error_code ignored;
  stream.socket().shutdown(tcp::socket::shutdown_both, ignored);
}

asio::awaitable<void> HttpServer::State::refuse(tcp::socket socket, Connection, std::string_view why) {
  beast::tcp_stream stream(std::move(socket));
  co_await say(stream, text_response(503, std::string(why)), false);
}

asio::awaitable<void> HttpServer::State::serve_socket(beast::tcp_stream stream, Parser::value_type upgrade,
                                                      Client client, Connection connection) {
  const std::string target(upgrade.target());
  auto session = SocketSession::make(sessions, std::move(stream), options, std::move(connection));
  auto conversation = socket_handler(target, client, session->outbox());
  if (!conversation) {
    co_await say(session->stream(), text_response(404, "no WebSocket is at this path\n"), false);
    co_return;
  }
  co_await session->run(std::move(upgrade), std::move(conversation));
}

asio::awaitable<void> HttpServer::State::accept_all() {
  for (;;) {
    // A strand for each connection: the timer of its stream ends its reads and writes, maybe from another thread.
    auto [code, socket] = co_await acceptor.async_accept(asio::any_io_executor(asio::make_strand(context)), kAwait);
    if (code == asio::error::operation_aborted) co_return;
    if (code) {
      // Out of descriptors: wait for some to come back instead of spinning.
      asio::steady_timer pause(context, std::chrono::milliseconds(50));
      co_await pause.async_wait(kAwait);
      continue;
    }
    const asio::any_io_executor strand = socket.get_executor();
    beast::error_code ignored;
    auto place = std::make_shared<Connections::Place>(connections,
                                                      client_of(socket.remote_endpoint(ignored).address().to_string()));
    const std::chrono::milliseconds silent_for(options.silent_ms_min);
    const bool is_too_many = place->of_all() > options.connections_max && !connections.oust(std::nullopt, silent_for);
    const bool is_refused = is_too_many || (place->of_client() > options.connections_per_client_max &&
                                            !connections.oust(place->client(), silent_for));
    if (is_refused) ++options.counts->refused;
    if (place->of_all() > 2 * options.connections_max || place->of_client() > 2 * options.connections_per_client_max)
      continue;  // the socket closes here
    socket.set_option(tcp::no_delay(true), ignored);
    socket.non_blocking(true, ignored);  // of writes that are not awaited
    const std::string_view why = is_too_many ? "too many connections\n"
                                             : "too many connections from this address: use fewer, for more requests\n";
    asio::co_spawn(
        strand,
        is_refused ? refuse(std::move(socket), std::move(place), why) : serve(std::move(socket), std::move(place)),
        asio::detached);
  }
}

HttpServer::HttpServer(std::unique_ptr<State> state) : state_(std::move(state)) {}
HttpServer::~HttpServer() { stop(); }
std::uint16_t HttpServer::port() const { return state_->options.port; }

Result<std::unique_ptr<HttpServer>, std::string> HttpServer::start(ServerOptions options, Handler handler,
                                                                   SocketHandler sockets) {
  auto state = std::make_unique<State>(std::move(options), std::move(handler), std::move(sockets));
  const std::string where = state->options.address + ":" + std::to_string(state->options.port);
  beast::error_code code;
  const auto address = asio::ip::make_address(state->options.address, code);
  if (code) return fail("cannot listen on " + where + ": give an IP address, 127.0.0.1");
  if (!address.is_loopback() && state->options.access.token.empty())
    return fail("cannot listen on " + where +
                ": others would reach it, which needs a token; or give a loopback address, as 127.0.0.1");
  const tcp::endpoint endpoint(address, state->options.port);
  state->acceptor.open(endpoint.protocol(), code);
  if (!code) state->acceptor.set_option(tcp::acceptor::reuse_address(true), code);
  if (!code) state->acceptor.bind(endpoint, code);
  if (!code) state->acceptor.listen(asio::socket_base::max_listen_connections, code);
  if (code) return fail("cannot listen on " + where + ": " + code.message() + "; free the port or choose another");
  state->options.port = state->acceptor.local_endpoint(code).port();
  asio::co_spawn(state->context, state->accept_all(), asio::detached);
  for (std::size_t i = 0; i < std::max<std::size_t>(state->options.threads, 1); ++i)
    state->threads.emplace_back([context = &state->context] { context->run(); });
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(state)));
}

void HttpServer::stop() {
  if (!state_->threads.empty())
    state_->sessions.close_all({beast::websocket::close_code::going_away, "the server stops"}, std::chrono::seconds(1));
  state_->context.stop();
  for (auto& thread : state_->threads) thread.join();
  state_->threads.clear();
  state_->sessions.end_all();
  beast::error_code ignored;
  state_->acceptor.close(ignored);
}

}  // namespace aether::rpc

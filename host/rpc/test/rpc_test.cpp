#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>
#include <thread>

#include "../../api/test/memory_chain.hpp"
#include "aether/rpc/rpc_handler.hpp"
#include "raw_client.hpp"

namespace aether::rpc {
namespace {

using testing::RawClient;

std::string post(std::string_view body, std::string_view more = "Content-Type: application/json\r\n") {
  return "POST / HTTP/1.1\r\nHost: localhost\r\n" + std::string(more) +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

class Server : public ::testing::Test {
 protected:
  explicit Server(ServerOptions options = {}) {
    auto started = HttpServer::start(std::move(options), rpc_handler(chain_));
    if (started) server_ = std::move(*started);
  }
  void SetUp() override { ASSERT_TRUE(server_); }
  std::string once(std::string_view bytes) {
    RawClient client(server_->port());
    client.send(bytes);
    client.end();
    return client.read();
  }

  api::testing::MemoryChain chain_;
  std::unique_ptr<HttpServer> server_;
};

const std::string kHealth = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"aeth_health\"}";

TEST_F(Server, AnswersSeveralRequestsOfOneConnection) {
  RawClient client(server_->port());
  for (int i = 0; i < 3; ++i) {
    client.send(post(kHealth));
    EXPECT_NE(client.read("}}").find("\"status\":\"ready\""), std::string::npos);
  }
}

TEST_F(Server, AnswersRequestsSentTogetherInOrder) {
  const std::string answers =
      once("GET /health HTTP/1.1\r\nHost: localhost\r\n\r\nGET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n");
  const auto first = answers.find("HTTP/1.1 200");
  const auto second = answers.find("HTTP/1.1 404");
  ASSERT_NE(first, std::string::npos);
  ASSERT_NE(second, std::string::npos);
  EXPECT_LT(first, second);
}

TEST_F(Server, RefusesEachMisuseWithItsStatus) {
  const auto status = [this](std::string_view bytes) { return once(bytes).substr(0, 12); };
  EXPECT_EQ(status("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"), "HTTP/1.1 405");
  EXPECT_EQ(status("POST /health HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n"), "HTTP/1.1 405");
  EXPECT_EQ(status("GET /../etc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n"), "HTTP/1.1 404");
  EXPECT_EQ(status(post(kHealth, "")), "HTTP/1.1 415");
  EXPECT_EQ(status(post(kHealth, "Content-Type: text/plain\r\n")), "HTTP/1.1 415");
  EXPECT_EQ(status("nonsense\r\n\r\n"), "HTTP/1.1 400");
  EXPECT_EQ(status("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nabc"), "HTTP/1.1 400");
  EXPECT_EQ(status("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n"), "HTTP/1.1 400");
  EXPECT_EQ(status("GET / HTTP/1.1\r\nHost: localhost\r\nX: " + std::string(9'000, 'a') + "\r\n\r\n"), "HTTP/1.1 431");
  EXPECT_EQ(status(post(std::string(1024 * 1024 + 1, ' '))), "HTTP/1.1 413");
  EXPECT_EQ(status("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999\r\n\r\n"), "HTTP/1.1 413");
  // And goes on.
  EXPECT_EQ(status(post(kHealth)), "HTTP/1.1 200");
  EXPECT_EQ(status("GET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n"), "HTTP/1.1 200");
}

TEST_F(Server, ANotificationHasNoContent) {
  const std::string answer = once(post("{\"jsonrpc\":\"2.0\",\"method\":\"aeth_health\"}"));
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 204"));
}

TEST_F(Server, StopsWithConnectionsOpen) {
  RawClient idle(server_->port());
  RawClient half(server_->port());
  half.send("POST / HTTP/1.1\r\nHo");
  ASSERT_TRUE(idle.connected());
  server_->stop();
  server_->stop();
  server_.reset();
  EXPECT_EQ(idle.read(), "");
}

TEST(CheckAccess, KnowsItsNames) {
  const Access access{.token = {}, .hosts = {"node.example"}, .origins = {}};
  for (const char* host : {"localhost", "LocalHost:8645", "127.0.0.1", "127.0.0.1:1", "10.1.2.3:65535", "[::1]",
                           "[::1]:8645", "node.example", "NODE.example:443"})
    EXPECT_FALSE(check_access(access, {host, {}, {}})) << host;
  for (const char* host :
       {"", ":80", "evil.example", "localhost.evil.example", "localhost:", "localhost:80x", "localhost:123456", "[::1",
        "[::1]x", "[]", "[fe80::1%@/]", "node.example@evil.example", "127.0.0.1.evil.example"})
    EXPECT_EQ(check_access(access, {host, {}, {}}), AccessError::host) << host;
}

TEST(CheckAccess, RefusesPagesOfOtherOrigins) {
  const Access access{.token = {}, .hosts = {}, .origins = {"https://wallet.example"}};
  EXPECT_FALSE(check_access(access, {"localhost", "https://wallet.example", {}}));
  for (const char* origin :
       {"https://evil.example", "http://wallet.example", "https://wallet.example.evil", "null", "http://localhost"})
    EXPECT_EQ(check_access(access, {"localhost", origin, {}}), AccessError::origin) << origin;
}

TEST(CheckAccess, WantsTheWholeToken) {
  const Access access{.token = "s3cret", .hosts = {}, .origins = {}};
  EXPECT_FALSE(check_access(access, {"localhost", {}, "Bearer s3cret"}));
  for (const char* given : {"", "Bearer ", "Bearer s3cre", "Bearer s3crets", "Bearer s3cres", "Bearer s3crets3cret",
                            "Basic s3cret", "s3cret", "bearer  s3cret"})
    EXPECT_EQ(check_access(access, {"localhost", {}, given}), AccessError::token) << given;
}

TEST_F(Server, RefusesWhoMayNotAskWithItsStatus) {
  const auto status = [this](std::string_view lines) {
    return once("GET /health HTTP/1.1\r\n" + std::string(lines) + "\r\n").substr(0, 12);
  };
  EXPECT_EQ(status("Host: localhost\r\n"), "HTTP/1.1 200");
  EXPECT_EQ(status(""), "HTTP/1.1 421");
  EXPECT_EQ(status("Host: evil.example\r\n"), "HTTP/1.1 421");
  EXPECT_EQ(status("Host: localhost\r\nOrigin: https://evil.example\r\n"), "HTTP/1.1 403");
}

class ServerWithToken : public Server {
 protected:
  static ServerOptions options() {
    ServerOptions out;
    out.address = "0.0.0.0";
    out.access.token = "s3cret";
    return out;
  }
  ServerWithToken() : Server(options()) {}
};

TEST_F(ServerWithToken, ListensBeyondLoopbackAndAnswersWhoBearsIt) {
  const auto status = [this](std::string_view lines) {
    return once("GET /health HTTP/1.1\r\nHost: localhost\r\n" + std::string(lines) + "\r\n").substr(0, 12);
  };
  EXPECT_EQ(status(""), "HTTP/1.1 401");
  EXPECT_EQ(status("Authorization: Bearer s3creT\r\n"), "HTTP/1.1 401");
  EXPECT_EQ(status("Authorization: Bearer s3cret\r\n"), "HTTP/1.1 200");
}

TEST(Limits, AClientThatAsksTooOftenIsToldWhenToAskAgain) {
  api::testing::MemoryChain chain;
  RateLimiter limiter({.per_client = 1, .per_token = 0, .spares_loopback = false});
  RequestMeter meter;
  const Around around{.meter = &meter, .limiter = &limiter};
  const auto server = HttpServer::start({}, rpc_handler(chain, around));
  ASSERT_TRUE(server);
  RawClient client((*server)->port());
  client.send(post(kHealth));  // a message and a call are what a bucket of one unit a second holds
  EXPECT_NE(client.read("}}").find("ready"), std::string::npos);
  RawClient other((*server)->port());  // another connection, the same client
  other.send(post(kHealth));
  const std::string answer = other.read("}}}");
  EXPECT_NE(answer.find("rate_limited"), std::string::npos);
  EXPECT_NE(answer.find("\"retry_after_ms\":"), std::string::npos);
  const auto ended = meter.ended();
  ASSERT_EQ(ended.size(), 2U);
  EXPECT_EQ(ended[0].method, "aeth_health");
  EXPECT_EQ(ended[1].code, "rate_limited");
}

class ImpatientServer : public Server {
 protected:
  static ServerOptions options() {
    ServerOptions out;
    out.request_ms_max = 50;
    return out;
  }
  ImpatientServer() : Server(options()) {}
};

TEST_F(ImpatientServer, ClosesOnARequestThatDoesNotEnd) {
  RawClient client(server_->port());
  client.send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nabc");
  EXPECT_EQ(client.read(), "");  // returns because the server closes
}

// Holds each request until it is let go.
class Gate {
 public:
  void pass() {
    std::unique_lock lock(mutex_);
    ++waiting_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return open_; });
  }
  void wait_for_one() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return waiting_ > 0; });
  }
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int waiting_ = 0;
  bool open_ = false;
};

TEST(Limits, RefusesAConnectionAboveTheCap) {
  Gate gate;
  ServerOptions options;
  options.connections_max = 1;
  auto server = HttpServer::start(options, [&gate](const Request&) {
    gate.pass();
    return text_response(200, "done");
  });
  ASSERT_TRUE(server.has_value());
  RawClient first((*server)->port());
  first.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  gate.wait_for_one();
  RawClient second((*server)->port());
  EXPECT_TRUE(second.read().starts_with("HTTP/1.1 503"));
  gate.open();
  EXPECT_NE(first.read("done").find("200"), std::string::npos);
}

constexpr std::string_view kGet = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

TEST(Limits, OneAddressDoesNotKeepOthersOut) {
  ServerOptions options;
  options.connections_max = 4;
  options.connections_per_client_max = 2;
  options.silent_ms_min = options.first_ms_max;
  auto server = HttpServer::start(options, [](const Request&) { return text_response(200, "done"); });
  ASSERT_TRUE(server.has_value());
  const std::uint16_t port = (*server)->port();
  {
    RawClient first(port), second(port);  // both do nothing
    EXPECT_NE(RawClient(port).read().find("from this address"), std::string::npos);
    RawClient other(port, 2);
    other.send(kGet);
    EXPECT_NE(other.read("done").find("200"), std::string::npos);
  }
  EXPECT_EQ(options.counts->refused, 1U);
  // Those that end make room again.
  for (;;) {
    RawClient again(port);
    again.send(kGet);
    if (again.read("done").find("200") != std::string::npos) break;
  }
}

// Programs that open connections and say nothing do not keep others of their address out, nor those of other addresses.
TEST(Limits, WhoSaysNothingGivesItsPlaceToANewOne) {
  ServerOptions options;
  options.connections_max = 3;
  options.connections_per_client_max = 2;
  options.silent_ms_min = 0;
  auto server = HttpServer::start(options, [](const Request&) { return text_response(200, "done"); });
  ASSERT_TRUE(server.has_value());
  const std::uint16_t port = (*server)->port();
  const auto asks = [](RawClient& client) {
    client.send(kGet);
    return client.read("done").find("200") != std::string::npos;
  };
  RawClient kept(port);
  EXPECT_TRUE(asks(kept));
  RawClient silent(port), asking(port);
  EXPECT_TRUE(asks(asking));
  EXPECT_EQ(silent.read(), "") << "the oldest of its address that said nothing is closed";
  EXPECT_EQ(options.counts->ousted, 1U);
  EXPECT_NE(RawClient(port).read().find("from this address"), std::string::npos) << "who has asked keeps its place";
  EXPECT_TRUE(asks(kept) && asks(asking));
  RawClient second(port, 2), third(port, 3);
  EXPECT_TRUE(asks(third));
  EXPECT_EQ(second.read(), "") << "the oldest of all";
  EXPECT_EQ(options.counts->ousted, 2U);
}

// The bound of idle time would not end it.
TEST(Limits, AConnectionThatSaysNothingIsClosedEarly) {
  ServerOptions options;
  options.first_ms_max = 1;
  options.idle_ms_max = std::numeric_limits<std::uint32_t>::max();
  auto server = HttpServer::start(options, [](const Request&) { return text_response(200, "done"); });
  ASSERT_TRUE(server.has_value());
  EXPECT_EQ(RawClient((*server)->port()).read(), "");
}

TEST(Start, RefusesWhatItCannotListenOn) {
  const Handler handler = [](const Request&) { return Response{}; };
  auto first = HttpServer::start({}, handler);
  ASSERT_TRUE(first.has_value());
  ServerOptions options;
  options.port = (*first)->port();
  const auto second = HttpServer::start(options, handler);
  ASSERT_FALSE(second.has_value());
  EXPECT_NE(second.error().find(std::to_string(options.port)), std::string::npos);
  for (const char* address : {"0.0.0.0", "localhost", ""}) {
    options.address = address;
    EXPECT_FALSE(HttpServer::start(options, handler).has_value()) << address;
  }
}

TEST(Handler, ThatThrowsIsAnInternalErrorAndTheServerGoesOn) {
  auto server = HttpServer::start({}, [](const Request&) -> Response { throw std::runtime_error("planted"); });
  ASSERT_TRUE(server.has_value());
  for (int i = 0; i < 2; ++i) {
    RawClient client((*server)->port());
    client.send("GET / HTTP/1.0\r\nHost: localhost\r\n\r\n");
    EXPECT_NE(client.read().find("500"), std::string::npos);
  }
}

}  // namespace
}  // namespace aether::rpc

// WebSockets over real connections, with clients that keep to the protocol and clients that do not.
#include <gtest/gtest.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/json.hpp>
#include <condition_variable>
#include <set>
#include <thread>

#include "../../api/test/memory_chain.hpp"
#include "aether/rpc/rpc_handler.hpp"
#include "raw_client.hpp"

namespace aether::rpc {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = boost::beast::websocket;
using testing::RawClient;

// What the conversations of a server had to do with; each answers a message with itself.
class Talks {
 public:
  SocketHandler handler() {
    return [this](std::string_view target, const rpc::Client& client,
                  std::shared_ptr<api::Sink> sink) -> std::unique_ptr<Conversation> {
      EXPECT_EQ(client.address, "127.0.0.1");
      if (target != "/ws") return nullptr;
      return std::make_unique<Echo>(*this, std::move(sink));
    };
  }
  // The sink of the n-th conversation; the deadlines only end a hang.
  std::shared_ptr<api::Sink> sink(std::size_t n) {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(changed_.wait_for(lock, kHang, [&] { return sinks_.size() > n; }));
    return sinks_.at(n);
  }
  void wait_until_over(std::size_t count) {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(changed_.wait_for(lock, kHang, [&] { return over_ >= count; })) << over_;
  }
  void wait_until_drained() {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(changed_.wait_for(lock, kHang, [&] { return drained_ > 0; }));
  }
  void wait_until_answered(std::size_t count) {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(changed_.wait_for(lock, kHang, [&] { return answered_ >= count; })) << answered_;
  }
  std::size_t answered() {
    const std::lock_guard lock(mutex_);
    return answered_;
  }
  std::size_t answer_bytes = 0;  // of each, where it is not the message itself

 private:
  static constexpr std::chrono::seconds kHang{60};
  class Echo final : public Conversation {
   public:
    Echo(Talks& talks, std::shared_ptr<api::Sink> sink) : talks_(talks) {
      const std::lock_guard lock(talks_.mutex_);
      talks_.sinks_.push_back(std::move(sink));
      talks_.changed_.notify_all();
    }
    ~Echo() override { talks_.count(talks_.over_); }
    std::string answer(std::string_view message) override {
      talks_.count(talks_.answered_);
      if (message == "throw") throw std::runtime_error("planted");
      return talks_.answer_bytes > 0 ? std::string(talks_.answer_bytes, 'a') : std::string(message);
    }
    void drained() override { talks_.count(talks_.drained_); }

   private:
    Talks& talks_;
  };
  void count(std::size_t& what) {
    const std::lock_guard lock(mutex_);
    ++what;
    changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::shared_ptr<api::Sink>> sinks_;
  std::size_t over_ = 0;
  std::size_t drained_ = 0;
  std::size_t answered_ = 0;
};

class Talker {
 public:
  explicit Talker(std::uint16_t port, const std::string& path = "/ws") {
    beast::get_lowest_layer(socket_).connect({asio::ip::address_v4::loopback(), port});
    socket_.handshake(response_, "localhost", path, code_);
  }
  bool is_open() const { return !code_; }
  unsigned status() const { return response_.result_int(); }
  bool write(std::string_view text) {
    socket_.write(asio::buffer(text), code_);
    return !code_;
  }
  void write_binary(std::string_view text) {
    socket_.binary(true);
    socket_.write(asio::buffer(text), code_);
  }
  std::string read() {
    beast::flat_buffer buffer;
    socket_.read(buffer, code_);
    return code_ ? "" : beast::buffers_to_string(buffer.data());
  }
  // Reads on until the connection is over.
  std::size_t read_all() {
    std::size_t count = 0;
    while (read(), !code_) ++count;
    return count;
  }
  unsigned close_code() const { return socket_.reason().code; }
  std::string close_reason() const { return socket_.reason().reason.c_str(); }
  websocket::stream<asio::ip::tcp::socket>& socket() { return socket_; }

 private:
  asio::io_context context_;
  websocket::stream<asio::ip::tcp::socket> socket_{context_};
  websocket::response_type response_;
  beast::error_code code_;
};

// --- Frames by hand (RFC 6455, 5.2); the key that masks is 0 ---------------------------------------------------------

std::string upgrade(std::string_view path = "/ws", std::string_view more = "Host: localhost\r\n") {
  return "GET " + std::string(path) + " HTTP/1.1\r\n" + std::string(more) +
         "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
         "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
}
enum Opcode : unsigned char { kMore = 0, kText = 1, kClose = 8, kPing = 9 };
std::string frame(Opcode opcode, std::string_view payload, bool is_last = true, bool masked = true) {
  std::string out;
  out += static_cast<char>(opcode | (is_last ? 0x80 : 0));
  out += static_cast<char>(payload.size() | (masked ? 0x80 : 0));
  if (masked) out += std::string(4, '\0');
  return out + std::string(payload);
}
std::string close_frame(unsigned code) {
  return {static_cast<char>(0x88), '\x02', static_cast<char>(code >> 8), static_cast<char>(code & 0xff)};
}

struct SocketServer : ::testing::Test {
  void start(ServerOptions options = {}) {
    auto started = HttpServer::start(
        std::move(options), [](const Request&) { return text_response(200, "here\n"); }, talks.handler());
    ASSERT_TRUE(started);
    server = std::move(*started);
  }
  // What a server says to these frames until it closes.
  std::string once(const std::string& frames) {
    RawClient client(server->port());
    client.send(upgrade());
    EXPECT_NE(client.read("\r\n\r\n").find("101"), std::string::npos);
    client.send(frames);
    return client.read();
  }

  Talks talks;  // outlives the server
  std::unique_ptr<HttpServer> server;
};

TEST_F(SocketServer, AnswersMessagesInOrderAndStaysOpenBesideHttp) {
  start();
  Talker client(server->port());
  for (const std::string text : {"a", "", "{}", "\xc3\xa4"}) {
    ASSERT_TRUE(client.write(text));
    if (text.empty()) continue;  // as its answer is, which is none
    EXPECT_EQ(client.read(), text);
  }
  RawClient http(server->port());
  http.send("GET /ws HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_NE(http.read("here\n").find("200"), std::string::npos);
  EXPECT_FALSE(Talker(server->port(), "/other").is_open());
  EXPECT_EQ(Talker(server->port(), "/other").status(), 404U);
}

TEST_F(SocketServer, AsksWhoMayAskBeforeItUpgrades) {
  ServerOptions options;
  options.access.token = "s3cret";
  start(options);
  const auto status = [&](std::string_view lines) {
    RawClient client(server->port());
    client.send(upgrade("/ws", lines));
    return client.read("\r\n\r\n").substr(9, 3);
  };
  const std::string token = "Authorization: Bearer s3cret\r\n";
  EXPECT_EQ(status("Host: localhost\r\n"), "401");
  EXPECT_EQ(status("Host: evil.example\r\n" + token), "421");
  EXPECT_EQ(status("Host: localhost\r\nOrigin: https://evil.example\r\n" + token), "403");
  EXPECT_EQ(status("Host: localhost\r\n" + token), "101");
}

TEST_F(SocketServer, RefusesFramesBeforeTheHandshakesEnd) {
  start();
  RawClient client(server->port());
  client.send(upgrade() + frame(kText, "early"));
  EXPECT_EQ(client.read().substr(0, 12), "HTTP/1.1 400");
  EXPECT_EQ(talks.answered(), 0U);
}

TEST_F(SocketServer, PutsFragmentsTogetherAndAnswersPingsBetween) {
  start();
  RawClient client(server->port());
  client.send(upgrade());
  client.read("\r\n\r\n");
  client.send(frame(kText, "on", false) + frame(kMore, "", false) + frame(kPing, "p") + frame(kMore, "e"));
  const std::string pong{'\x8a', '\x01', 'p'};
  const std::string answer{'\x81', '\x03', 'o', 'n', 'e'};
  EXPECT_EQ(client.read(answer), pong + answer);
}

TEST_F(SocketServer, ClosesWithTheCodeOfWhatIsWrong) {
  ServerOptions options;
  options.body_bytes_max = 100;
  options.request_ms_max = 200;
  start(options);
  EXPECT_TRUE(once(frame(kText, "a", true, false)).starts_with(close_frame(1002).substr(0, 1)));  // not masked
  EXPECT_EQ(once(frame(kMore, "a")).substr(2, 2), close_frame(1002).substr(2));                   // nothing begun
  EXPECT_EQ(once(frame(kText, "\xff")).substr(2, 2), close_frame(1007).substr(2));                // not UTF-8
  EXPECT_EQ(once(frame(kText, std::string(101, 'a'))).substr(2, 2), close_frame(1009).substr(2));
  EXPECT_EQ(once(frame(kText, std::string(60, 'a'), false) + frame(kMore, std::string(60, 'a'))).substr(2, 2),
            close_frame(1009).substr(2));
  EXPECT_EQ(talks.answered(), 0U);
  {
    Talker client(server->port());
    client.write_binary("a");
    client.read_all();
    EXPECT_EQ(client.close_code(), 1003U);
  }
  {
    Talker client(server->port());
    client.write("throw");
    client.read_all();
    EXPECT_EQ(client.close_code(), 1011U);
  }
  talks.wait_until_over(7);
}

TEST_F(SocketServer, EndsWithAClientThatEndsHoweverItDoes) {
  start();
  EXPECT_EQ(once(frame(kClose, std::string("\x03\xe8", 2))), close_frame(1000));
  {
    RawClient gone(server->port());
    gone.send(upgrade());
    gone.read("\r\n\r\n");
    gone.send(frame(kText, "half", false));
  }
  talks.wait_until_over(2);
}

TEST_F(SocketServer, ClosesOnAMessageThatDoesNotEnd) {
  ServerOptions options;
  options.request_ms_max = 50;
  start(options);
  once(frame(kText, "half", false));  // returns because the server closes
  talks.wait_until_over(1);
}

TEST_F(SocketServer, ClosesOnAClientThatGivesNoSignOfLife) {
  ServerOptions options;
  options.idle_ms_max = 50;
  start(options);
  const std::string said = once("");  // a ping that is not answered
  EXPECT_EQ(said.substr(0, 2), (std::string{'\x89', '\x00'}));
  talks.wait_until_over(1);
}

TEST_F(SocketServer, ClosesOnAFloodOfPings) {
  ServerOptions options;
  options.pings_max = 10;
  options.request_ms_max = 500;
  start(options);
  std::string flood;
  for (int i = 0; i < 1'000; ++i) flood += frame(kPing, "");
  const std::string said = once(flood);
  EXPECT_NE(said.find(close_frame(1008).substr(2) + "too many control frames"), std::string::npos);
  talks.wait_until_over(1);
}

// --- What is sent without being asked for ----------------------------------------------------------------------------

std::shared_ptr<const std::string> text(std::size_t bytes) { return std::make_shared<const std::string>(bytes, 'x'); }

TEST_F(SocketServer, SendsWhatTheSinkIsGivenInOrderFromAnyThread) {
  start();
  Talker client(server->port());
  const auto sink = talks.sink(0);
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 100; ++i)
        sink->send(std::to_string(t) + " ", std::make_shared<const std::string>(std::to_string(i)), ".");
    });
  }
  std::array<int, 3> next{};
  for (int n = 0; n < 300; ++n) {
    const std::string got = client.read();
    const auto from = static_cast<std::size_t>(got.at(0) - '0');
    ASSERT_EQ(got, std::to_string(from) + " " + std::to_string(next.at(from)++) + ".");
  }
  for (auto& thread : threads) thread.join();
}

TEST_F(SocketServer, DropsAClientThatLetsTooMuchWaitAndSaysWhy) {
  ServerOptions options;
  options.notification_bytes_max = 1 << 20;
  start(options);
  Talker slow(server->port());
  Talker other(server->port());
  const auto sink = talks.sink(0);
  // More than the bound and the buffers of both sockets hold.
  for (int i = 0; i < 400; ++i) sink->send("", text(64 * 1024), "");
  talks.sink(1)->send("still ", text(1), "");
  EXPECT_EQ(other.read(), "still x");
  EXPECT_LT(slow.read_all(), 400U);
  EXPECT_EQ(slow.close_code(), 1008U);
  EXPECT_EQ(slow.close_reason(), "too slow: more than 1048576 bytes of notifications wait");
  talks.wait_until_over(1);
  sink->send("", text(1), "");  // comes to nothing
  EXPECT_FALSE(sink->has_room());
}

TEST_F(SocketServer, CutsTheConnectionOfAClientThatNeverReads) {
  ServerOptions options;
  options.request_ms_max = 100;
  start(options);
  Talker client(server->port());
  const auto sink = talks.sink(0);
  // Of what the outbox holds, the buffers of both sockets do not take all.
  for (int i = 0; i < 100; ++i) sink->send("", text(64 * 1024), "");
  talks.wait_until_over(1);
}

TEST_F(SocketServer, ReadsNoFurtherMessageWhileAnAnswerWaits) {
  ServerOptions options;
  options.request_ms_max = 300;
  talks.answer_bytes = 8 << 20;  // more than the buffers of both sockets hold
  start(options);
  Talker client(server->port());
  for (int i = 0; i < 5; ++i) client.write("more");
  talks.wait_until_over(1);
  EXPECT_EQ(talks.answered(), 1U);
}

TEST_F(SocketServer, SaysWhenThereIsRoomAgain) {
  ServerOptions options;
  options.notification_bytes_max = 16 << 20;
  start(options);
  Talker client(server->port());
  const auto sink = talks.sink(0);
  std::size_t sent = 0;
  for (; sink->has_room(); ++sent) sink->send("", text(256 * 1024), "");
  for (std::size_t n = 0; n < sent; ++n) ASSERT_EQ(client.read().size(), 256U * 1024);
  talks.wait_until_drained();
  EXPECT_TRUE(sink->has_room());
}

TEST_F(SocketServer, StopsWithAWordAndWithThousandsOfMessagesWaiting) {
  start();
  Talker reads(server->port());
  Talker never_reads(server->port());
  RawClient half(server->port());
  half.send(upgrade().substr(0, 40));
  const auto first = talks.sink(0);
  const auto second = talks.sink(1);
  std::atomic<bool> done = false;
  std::thread sender([&] {
    while (!done)
      for (const auto& sink : {first, second}) sink->send("", text(100), "");
  });
  std::thread reader([&] { reads.read_all(); });
  server->stop();
  server.reset();
  done = true;
  sender.join();
  reader.join();
  EXPECT_EQ(reads.close_code(), 1001U);
  talks.wait_until_over(2);
  first->send("", text(1), "");
  EXPECT_FALSE(first->has_room());
}

TEST_F(SocketServer, CountsAsAConnection) {
  ServerOptions options;
  options.connections_max = 1;
  start(options);
  Talker first(server->port());
  EXPECT_EQ(Talker(server->port()).status(), 503U);
}

// --- JSON-RPC --------------------------------------------------------------------------------------------------------

// Tells once of whatever is subscribed to.
struct OneNotice final : api::Feed {
  struct Told final : api::Subscriptions {
    explicit Told(std::shared_ptr<api::Sink> s) : sink(std::move(s)) {}
    api::Answer<api::SubscribeAnswer> handle(const api::Subscribe& request) override {
      EXPECT_TRUE(std::holds_alternative<api::LogsTopic>(request.topic));
      sink->send("{\"told\":", std::make_shared<const std::string>("true"), "}");
      return api::SubscribeAnswer{{}, 7};
    }
    api::Answer<api::UnsubscribeAnswer> handle(const api::Unsubscribe&) override { return api::UnsubscribeAnswer{}; }
    void drained() override {}
    std::shared_ptr<api::Sink> sink;
  };
  std::unique_ptr<api::Subscriptions> open(std::shared_ptr<api::Sink> sink) override {
    return std::make_unique<Told>(std::move(sink));
  }
};

TEST(JsonRpcSockets, SpeakAsHttpDoesAndSubscribe) {
  api::testing::MemoryChain chain;
  OneNotice feed;
  const auto server = HttpServer::start({}, rpc_handler(chain), rpc_sockets(chain, {.feed = &feed}));
  ASSERT_TRUE(server);
  for (const std::string path : {"/", "/ws", "/ws?x=1"}) {
    Talker client((*server)->port(), path);
    const auto ask = [&](std::string_view method, boost::json::value params) {
      client.write(api::request_text(method, std::move(params)));
      return boost::json::parse(client.read()).as_object();
    };
    EXPECT_EQ(ask("aeth_health", boost::json::object{}).at("result").at("status").as_string(), "ready");
    EXPECT_TRUE(ask("aeth_nothing", boost::json::object{}).contains("error"));
    client.write("{");
    EXPECT_NE(client.read().find("parse_error"), std::string::npos);
    EXPECT_EQ(ask("aeth_subscribe", {{"topic", {{"logs", boost::json::object{}}}}})
                  .at("result")
                  .at("subscription")
                  .as_string(),
              "7");
    EXPECT_EQ(client.read(), "{\"told\":true}");  // not before the answer
    EXPECT_TRUE(ask("aeth_unsubscribe", {{"subscription", "7"}}).contains("result"));
  }
  EXPECT_EQ(Talker((*server)->port(), "/health").status(), 404U);
  RawClient http((*server)->port());
  const std::string body = api::request_text("aeth_unsubscribe", {{"subscription", "7"}});
  http.send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: " +
            std::to_string(body.size()) + "\r\n\r\n" + body);
  EXPECT_NE(http.read("}}}").find("not_available"), std::string::npos);
}

}  // namespace
}  // namespace aether::rpc

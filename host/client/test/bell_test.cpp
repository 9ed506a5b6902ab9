#include "bell.hpp"

#include <gtest/gtest.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/websocket.hpp>
#include <functional>

#include "scripted_server.hpp"

namespace aether::client {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;
using WebSocket = beast::websocket::stream<tcp::socket>;

const Hash kId{{7}};

std::string notice(std::string_view result) {
  return R"({"jsonrpc":"2.0","method":"aeth_subscription","params":{"subscription":"1","result":)" +
         std::string(result) + "}}";
}

// A server of one WebSocket, with which a function speaks when it has read what is subscribed to.
class SocketServer {
 public:
  explicit SocketServer(std::function<void(WebSocket&)> speak)
      : acceptor_(context_, {asio::ip::address_v4::loopback(), 0}) {
    thread_ = std::thread([this, speak = std::move(speak)] {
      beast::error_code code;
      WebSocket socket(acceptor_.accept(code));
      if (!code) socket.accept(code);
      beast::flat_buffer buffer;
      for (int i = 0; i < 2 && !code; ++i) {
        socket.read(buffer, code);
        asked_.push_back(beast::buffers_to_string(buffer.cdata()));
        buffer.clear();
      }
      if (!code) speak(socket);
      while (!code) socket.read(buffer, code);  // until the client goes
    });
  }
  SocketServer(const SocketServer&) = delete;
  SocketServer& operator=(const SocketServer&) = delete;
  ~SocketServer() { join(); }
  void join() {
    if (thread_.joinable()) thread_.join();
  }
  Url url() const { return {"127.0.0.1", acceptor_.local_endpoint().port(), "/"}; }
  const std::vector<std::string>& asked() const { return asked_; }

 private:
  asio::io_context context_;
  tcp::acceptor acceptor_;
  std::vector<std::string> asked_;
  std::thread thread_;
};

void say(WebSocket& socket, std::string_view text) { socket.write(asio::buffer(text)); }

// What rings first that is news.
Ring first_news(Bell& bell) {
  Ring out = bell.wait();
  while (out == Ring::nothing) out = bell.wait();
  return out;
}

TEST(Bell, RingsWhenTheTransactionEndedAndWhenABlockIsFinal) {
  SocketServer server([](WebSocket& socket) {
    say(socket, R"({"jsonrpc":"2.0","id":1,"result":{"subscription":"1"}})");
    say(socket, notice(R"({"at":{},"header":null})"));
  });
  {
    Bell bell(server.url(), kId, 1);
    EXPECT_EQ(first_news(bell), Ring::new_block);
  }
  server.join();
  ASSERT_EQ(server.asked().size(), 2U);
  EXPECT_NE(server.asked()[0].find("\"transaction\":\"0x07"), std::string::npos) << server.asked()[0];
  EXPECT_NE(server.asked()[1].find("finalizedHeads"), std::string::npos) << server.asked()[1];

  SocketServer ending([](WebSocket& socket) { say(socket, notice(R"({"at":{},"receipt":{}})")); });
  Bell bell(ending.url(), kId, 1);
  EXPECT_EQ(first_news(bell), Ring::ended);
  EXPECT_EQ(bell.wait(), Ring::unheard);  // then the clock is as good
}

TEST(Bell, GoesByTheClockWhereNothingTells) {
  testing::ScriptedServer http([](const std::string&) { return testing::ok("{}"); });
  Bell without(http.url(), kId, 1);
  EXPECT_EQ(without.wait(), Ring::unheard);
  Bell nobody({"127.0.0.1", 1, "/"}, kId, 1);
  EXPECT_EQ(nobody.wait(), Ring::unheard);
  SocketServer closing([](WebSocket& socket) {
    beast::error_code ignored;
    socket.close(beast::websocket::close_code::going_away, ignored);
  });
  Bell closed(closing.url(), kId, 1);
  EXPECT_EQ(first_news(closed), Ring::unheard);
}

TEST(Bell, HearsNothingFromWhatIsNoAnswerOfThisInterface) {
  for (const char* said :
       {"nonsense", "[]", "{}", R"({"jsonrpc":"2.0","id":1,"error":{"code":-32009}})",
        R"({"jsonrpc":"2.0","method":"aeth_subscription","params":{"subscription":"1","error":{}}})"}) {
    SocketServer server([said](WebSocket& socket) { say(socket, said); });
    Bell bell(server.url(), kId, 1);
    EXPECT_EQ(first_news(bell), Ring::unheard) << said;
  }
}

}  // namespace
}  // namespace aether::client

// One WebSocket of an HttpServer. It lives while one of its two coroutines does: one reads messages and answers them,
// one sends what the outbox holds. All of it runs on the strand of the connection.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>
#include <condition_variable>
#include <set>

#include "aether/rpc/http_server.hpp"
#include "outbox.hpp"

namespace aether::rpc {

class SocketSession;

// The sessions of a server that are alive, for its stop.
class SocketSessions {
 public:
  void add(SocketSession& session);
  void remove(SocketSession& session);
  // Tells each client why, and waits until all have gone, or so long.
  void close_all(const Closing& why, std::chrono::milliseconds longest);
  // From now on nothing wakes a session.
  void end_all();

 private:
  std::mutex mutex_;
  std::condition_variable gone_;
  std::set<SocketSession*> sessions_;  // by mutex_
};

class SocketSession : public std::enable_shared_from_this<SocketSession> {
 public:
  using Request = boost::beast::http::request<boost::beast::http::string_body>;

  // Holds `connection` while it lives.
  static std::shared_ptr<SocketSession> make(SocketSessions& sessions, boost::beast::tcp_stream stream,
                                             const ServerOptions& options, std::shared_ptr<void> connection);
  SocketSession(SocketSessions& sessions, boost::beast::tcp_stream stream, const ServerOptions& options,
                std::shared_ptr<void> connection);
  ~SocketSession();

  [[nodiscard]] const std::shared_ptr<Outbox>& outbox() const { return outbox_; }
  [[nodiscard]] boost::beast::tcp_stream& stream() { return boost::beast::get_lowest_layer(socket_); }
  // Accepts the upgrade and goes on until the connection is over.
  boost::asio::awaitable<void> run(Request upgrade, std::unique_ptr<Conversation> conversation);

 private:
  using Timer = boost::asio::steady_timer;

  boost::asio::awaitable<bool> read_message();
  boost::asio::awaitable<void> write_all();
  void count_control_frame();
  // Ends the connection unless `timer` is disarmed in time.
  void arm(Timer& timer);
  static void disarm(Timer& timer);
  static void let_go(Timer& timer) { timer.cancel(); }

  SocketSessions& sessions_;
  const ServerOptions& options_;
  const std::shared_ptr<void> connection_;
  boost::beast::websocket::stream<boost::beast::tcp_stream> socket_;
  Timer message_end_;   // the last byte of a message that has begun
  Timer message_sent_;  // the client has taken a message
  Timer awake_;         // of the writer, when there is nothing to send
  Timer answered_;      // of the reader, while an answer waits
  boost::beast::flat_buffer buffer_;
  std::unique_ptr<Conversation> conversation_;
  bool answer_waits_ = false;
  std::uint64_t pings_left_ = 0;
  std::chrono::steady_clock::time_point pings_since_;
  std::shared_ptr<Outbox> outbox_;
};

}  // namespace aether::rpc

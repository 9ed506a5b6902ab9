#include "socket_session.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "aether/telemetry/log.hpp"

namespace aether::rpc {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = boost::beast::websocket;
using SteadyClock = std::chrono::steady_clock;
constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

// --- All of a server -----------------------------------------------------------------------------------------------

void SocketSessions::add(SocketSession& session) {
  const std::lock_guard lock(mutex_);
  sessions_.insert(&session);
}

void SocketSessions::remove(SocketSession& session) {
  {
    const std::lock_guard lock(mutex_);
    sessions_.erase(&session);
  }
  gone_.notify_all();
}

void SocketSessions::close_all(const Closing& why, std::chrono::milliseconds longest) {
  std::unique_lock lock(mutex_);
  for (SocketSession* session : sessions_) session->outbox()->close(why);
  gone_.wait_for(lock, longest, [this] { return sessions_.empty(); });
}

void SocketSessions::end_all() {
  const std::lock_guard lock(mutex_);
  for (SocketSession* session : sessions_) session->outbox()->end();
}

// --- One -----------------------------------------------------------------------------------------------------------

std::shared_ptr<SocketSession> SocketSession::make(SocketSessions& sessions, beast::tcp_stream stream,
                                                   const ServerOptions& options, std::shared_ptr<void> connection) {
  auto out = std::make_shared<SocketSession>(sessions, std::move(stream), options, std::move(connection));
  // The executor outlives what wakes: the server ends all outboxes before it goes.
  out->outbox_ = std::make_shared<Outbox>(options.notification_bytes_max,
                                          [weak = std::weak_ptr(out), strand = out->socket_.get_executor()] {
                                            asio::post(strand, [weak] {
                                              if (const auto self = weak.lock()) let_go(self->awake_);
                                            });
                                          });
  sessions.add(*out);
  return out;
}

SocketSession::SocketSession(SocketSessions& sessions, beast::tcp_stream stream, const ServerOptions& options,
                             std::shared_ptr<void> connection)
    : sessions_(sessions),
      options_(options),
      connection_(std::move(connection)),
      socket_(std::move(stream)),
      message_end_(socket_.get_executor()),
      message_sent_(socket_.get_executor()),
      awake_(socket_.get_executor()),
      answered_(socket_.get_executor()),
      buffer_(options.body_bytes_max),
      pings_left_(options.pings_max),
      pings_since_(SteadyClock::now()) {
  ++options_.counts->sockets;
}

SocketSession::~SocketSession() {
  --options_.counts->sockets;
  outbox_->end();
  sessions_.remove(*this);
}

void SocketSession::arm(Timer& timer) {
  timer.expires_after(std::chrono::milliseconds(options_.request_ms_max));
  timer.async_wait([weak = weak_from_this(), &timer](const beast::error_code& code) {
    const auto self = weak.lock();
    if (code || !self || timer.expiry() > SteadyClock::now()) return;
    beast::get_lowest_layer(self->socket_).close();
  });
}

void SocketSession::disarm(Timer& timer) { timer.expires_at(SteadyClock::time_point::max()); }

void SocketSession::count_control_frame() {
  // As many at once as in a minute, and then one each so often.
  const auto now = SteadyClock::now();
  const auto every = SteadyClock::duration(std::chrono::minutes(1)) / std::max<std::uint32_t>(options_.pings_max, 1);
  const auto fresh = static_cast<std::uint64_t>((now - pings_since_) / every);
  pings_since_ += every * fresh;
  pings_left_ = std::min<std::uint64_t>(pings_left_ + fresh, options_.pings_max);
  if (pings_left_ == 0)
    outbox_->close({websocket::close_code::policy_error, "too many control frames"});
  else
    --pings_left_;
}

asio::awaitable<void> SocketSession::run(Request upgrade, std::unique_ptr<Conversation> conversation) {
  const auto self = shared_from_this();
  conversation_ = std::move(conversation);
  disarm(message_end_);
  const std::chrono::milliseconds patience(options_.request_ms_max);
  // Pings after half of the idle time; after all of it without a sign of life the connection is closed.
  socket_.set_option(
      websocket::stream_base::timeout{patience, std::chrono::milliseconds(options_.idle_ms_max) / 2, true});
  socket_.set_option(websocket::stream_base::decorator(
      [](websocket::response_type& response) { response.set(beast::http::field::server, "aether"); }));
  socket_.read_message_max(options_.body_bytes_max);
  socket_.auto_fragment(false);
  socket_.text(true);
  beast::get_lowest_layer(socket_).expires_never();
  const auto [code] = co_await socket_.async_accept(upgrade, kAwait);
  if (!code) {
    socket_.control_callback([this](websocket::frame_type, beast::string_view) { count_control_frame(); });
    asio::co_spawn(socket_.get_executor(), [self] { return self->write_all(); }, asio::detached);
    while (co_await read_message()) {
      std::string answer;
      outbox_->keep_place();
      try {
        answer = conversation_->answer({static_cast<const char*>(buffer_.data().data()), buffer_.size()});
      } catch (const std::exception& error) {
        telemetry::log(telemetry::Level::error, std::string("a request failed: ") + error.what());
        outbox_->close({websocket::close_code::internal_error, "internal error; the log says more"});
      }
      buffer_.consume(buffer_.size());
      if (answer.empty()) continue;
      // The next message is read when the client has taken the answer to this one.
      answer_waits_ = outbox_->answer(std::move(answer));
      if (!answer_waits_) break;
      answered_.expires_at(Timer::time_point::max());
      while (answer_waits_) co_await answered_.async_wait(kAwait);
    }
  }
  outbox_->end();
}

// False when the connection is over.
asio::awaitable<bool> SocketSession::read_message() {
  for (;;) {
    const auto [code, count] = co_await socket_.async_read_some(buffer_, options_.body_bytes_max, kAwait);
    if (code) co_return false;
    if (!socket_.is_message_done()) {
      if (message_end_.expiry() == Timer::time_point::max()) arm(message_end_);
      continue;
    }
    disarm(message_end_);
    if (socket_.got_text()) co_return true;
    outbox_->close({websocket::close_code::unknown_data, "send text"});
    buffer_.consume(buffer_.size());
  }
}

asio::awaitable<void> SocketSession::write_all() {
  const auto self = shared_from_this();
  for (;;) {
    const Outbox::Next next = outbox_->next();
    if (next.closing) {
      if (next.closing->is_slow) ++options_.counts->slow;
      co_await socket_.async_close({websocket::close_code(next.closing->code), next.closing->reason}, kAwait);
      break;
    }
    if (next.is_over) break;
    if (!next.message) {
      awake_.expires_at(Timer::time_point::max());
      co_await awake_.async_wait(kAwait);
      continue;
    }
    const Outbox::Message& message = *next.message;
    const std::array<asio::const_buffer, 3> parts{
        asio::buffer(message.before),
        message.shared ? asio::buffer(*message.shared) : asio::const_buffer(),
        asio::buffer(message.behind),
    };
    arm(message_sent_);
    const auto [code, count] = co_await socket_.async_write(parts, kAwait);
    disarm(message_sent_);
    if (code) break;
    if (outbox_->sent(message)) conversation_->drained();
    if (message.is_notification()) continue;
    answer_waits_ = false;
    let_go(answered_);
  }
  // Ends the reader too.
  beast::get_lowest_layer(socket_).close();
  answer_waits_ = false;
  let_go(answered_);
  outbox_->end();
}

}  // namespace aether::rpc

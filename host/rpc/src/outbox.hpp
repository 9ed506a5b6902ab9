// What waits to be sent to the client of a WebSocket: answers, and notifications up to a bound.
#pragma once

#include <deque>
#include <functional>
#include <mutex>
#include <optional>

#include "aether/api/subscriptions.hpp"

namespace aether::rpc {

// Why a WebSocket is closed, as its client is told (RFC 6455, 7.4.1).
struct Closing {
  std::uint16_t code = 0;
  std::string reason;    // at most 123 bytes
  bool is_slow = false;  // too much waited for it
};

// From any thread.
class Outbox final : public api::Sink {
 public:
  // `wake` is called when there is something to do after next() gave nothing; once until next() is called again.
  Outbox(std::size_t bytes_max, std::function<void()> wake) : bytes_max_(bytes_max), wake_(std::move(wake)) {}

  // --- api::Sink
  void send(std::string before, std::shared_ptr<const std::string> result, std::string_view behind) override;
  [[nodiscard]] bool has_room() override;

  // The place of the next answer() is before what is sent from now on. next() is not called between the two.
  void keep_place();
  // False: it is not taken, the connection ends.
  [[nodiscard]] bool answer(std::string text);
  // Forgets what waits and closes; the first reason counts.
  void close(Closing why);
  // The connection is over: nothing is taken, and nobody woken, any more.
  void end();

  struct Message {
    std::string before;
    std::shared_ptr<const std::string> shared;  // null: `before` is all of it
    std::string_view behind;

    [[nodiscard]] std::size_t size() const { return before.size() + (shared ? shared->size() : 0) + behind.size(); }
    [[nodiscard]] bool is_notification() const { return shared != nullptr; }
  };
  struct Next {
    std::optional<Message> message;
    std::optional<Closing> closing;
    bool is_over = false;
  };
  // What to do next; nothing: wait to be woken.
  [[nodiscard]] Next next();
  // The message is on its way. True: has_room() had said no, and would say yes now.
  [[nodiscard]] bool sent(const Message& message);

 private:
  [[nodiscard]] bool is_roomy() const { return bytes_ <= bytes_max_ / 4; }
  void close_with(Closing why);
  void wake();

  const std::size_t bytes_max_;
  std::mutex mutex_;  // of all below
  std::function<void()> wake_;
  std::deque<Message> waiting_;
  std::size_t bytes_ = 0;  // of notifications that wait, the one under way included
  std::optional<Closing> closing_;
  std::size_t place_ = 0;  // in waiting_
  bool refused_room_ = false;
  bool sleeps_ = false;
  bool is_over_ = false;
};

}  // namespace aether::rpc

#include "outbox.hpp"

namespace aether::rpc {
namespace {

constexpr std::uint16_t kPolicyViolation = 1008;

}  // namespace

void Outbox::send(std::string before, std::shared_ptr<const std::string> result, std::string_view behind) {
  const std::lock_guard lock(mutex_);
  if (is_over_ || closing_) return;
  Message message{std::move(before), std::move(result), behind};
  if (bytes_ + message.size() > bytes_max_)
    return close_with(
        {kPolicyViolation, "too slow: more than " + std::to_string(bytes_max_) + " bytes of notifications wait", true});
  bytes_ += message.size();
  waiting_.push_back(std::move(message));
  wake();
}

bool Outbox::has_room() {
  const std::lock_guard lock(mutex_);
  if (is_over_ || closing_) return false;
  refused_room_ = !is_roomy();
  return !refused_room_;
}

void Outbox::keep_place() {
  const std::lock_guard lock(mutex_);
  place_ = waiting_.size();
}

bool Outbox::answer(std::string text) {
  const std::lock_guard lock(mutex_);
  if (is_over_ || closing_) return false;
  waiting_.insert(waiting_.begin() + static_cast<std::ptrdiff_t>(place_), {std::move(text), nullptr, {}});
  wake();
  return true;
}

void Outbox::close(Closing why) {
  const std::lock_guard lock(mutex_);
  if (!is_over_ && !closing_) close_with(std::move(why));
}

void Outbox::end() {
  const std::lock_guard lock(mutex_);
  is_over_ = true;
  waiting_.clear();
  wake();
  wake_ = nullptr;
}

Outbox::Next Outbox::next() {
  const std::lock_guard lock(mutex_);
  Next out;
  out.is_over = is_over_;
  out.closing = closing_;
  if (!is_over_ && !closing_ && !waiting_.empty()) {
    out.message = std::move(waiting_.front());
    waiting_.pop_front();
  }
  sleeps_ = !out.is_over && !out.closing && !out.message;
  return out;
}

bool Outbox::sent(const Message& message) {
  const std::lock_guard lock(mutex_);
  if (message.is_notification()) bytes_ -= message.size();
  const bool has_room_again = refused_room_ && is_roomy();
  if (has_room_again) refused_room_ = false;
  return has_room_again;
}

void Outbox::close_with(Closing why) {
  closing_ = std::move(why);
  waiting_.clear();
  wake();
}

void Outbox::wake() {
  if (!sleeps_ || !wake_) return;
  sleeps_ = false;
  wake_();
}

}  // namespace aether::rpc

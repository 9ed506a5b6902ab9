#include "connections.hpp"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>

namespace aether::rpc {

std::string client_of(std::string_view text) {
  boost::system::error_code code;
  const auto address = boost::asio::ip::make_address(text, code);
  if (code || !address.is_v6()) return std::string(text);
  const auto bytes = address.to_v6().to_bytes();
  return std::string(bytes.begin(), bytes.begin() + 8);
}

Connections::Place::Place(Connections& of, std::string client) : of_(of), client_(std::move(client)) {
  of_all_ = ++of_.counts_->connections;
  const std::lock_guard lock(of_.mutex_);
  of_client_ = ++of_.by_client_[client_];
}

Connections::Place::~Place() {
  --of_.counts_->connections;
  const std::lock_guard lock(of_.mutex_);
  if (silent_) of_.silent_.erase(*silent_);
  const auto found = of_.by_client_.find(client_);
  if (--found->second == 0) of_.by_client_.erase(found);
}

void Connections::Place::waits(boost::beast::tcp_stream& stream) {
  waiting_ = std::make_shared<boost::beast::tcp_stream*>(&stream);
  const std::lock_guard lock(of_.mutex_);
  silent_ =
      of_.silent_.insert(of_.silent_.end(), {this, std::chrono::steady_clock::now(), stream.get_executor(), waiting_});
}

void Connections::Place::heard() {
  if (is_heard_) return;
  is_heard_ = true;
  waiting_ = nullptr;
  const std::lock_guard lock(of_.mutex_);
  if (silent_) of_.silent_.erase(*silent_);
  silent_.reset();
}

bool Connections::oust(const std::optional<std::string>& client, std::chrono::milliseconds silent_for) {
  const std::lock_guard lock(mutex_);
  const auto oldest =
      std::ranges::find_if(silent_, [&](const Silent& one) { return !client || one.place->client_ == *client; });
  if (oldest == silent_.end() || std::chrono::steady_clock::now() - oldest->since < silent_for) return false;
  oldest->place->silent_.reset();
  boost::asio::post(oldest->strand, [waiting = oldest->waiting] {
    if (const auto still = waiting.lock()) (*still)->cancel();
  });
  silent_.erase(oldest);
  ++counts_->ousted;
  return true;
}

}  // namespace aether::rpc

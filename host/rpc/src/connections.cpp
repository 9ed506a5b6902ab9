#include "connections.hpp"

#include <boost/asio/ip/address.hpp>

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
  const auto found = of_.by_client_.find(client_);
  if (--found->second == 0) of_.by_client_.erase(found);
}

}  // namespace aether::rpc

// How many connections a server has, of all clients and of each.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "aether/rpc/http_server.hpp"

namespace aether::rpc {

// What one client is told apart by, from its IP address: all of an IPv6 /64 are one.
[[nodiscard]] std::string client_of(std::string_view address);

class Connections {
 public:
  explicit Connections(std::shared_ptr<ServerCounts> counts) : counts_(std::move(counts)) {}

  // A connection, which counts while it lives. Connections outlives it.
  class Place {
   public:
    Place(Connections& of, std::string client);
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    ~Place();
    // When it came, itself included.
    [[nodiscard]] std::size_t of_all() const { return of_all_; }
    [[nodiscard]] std::size_t of_client() const { return of_client_; }

   private:
    Connections& of_;
    std::string client_;
    std::size_t of_all_ = 0;
    std::size_t of_client_ = 0;
  };

 private:
  std::shared_ptr<ServerCounts> counts_;
  std::mutex mutex_;
  std::unordered_map<std::string, std::size_t> by_client_;  // by mutex_; none is 0
};

}  // namespace aether::rpc

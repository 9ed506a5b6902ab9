// How many connections a server has, of all clients and of each, and of which of them nothing was heard yet.
#pragma once

#include <boost/beast/core/tcp_stream.hpp>
#include <chrono>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "aether/rpc/http_server.hpp"

namespace aether::rpc {

// What one client is told apart by, from its IP address: all of an IPv6 /64 are one.
[[nodiscard]] std::string client_of(std::string_view address);

class Connections {
 public:
  class Place;

 private:
  struct Silent {
    Place* place = nullptr;
    std::chrono::steady_clock::time_point since;
    boost::beast::tcp_stream::executor_type strand;
    std::weak_ptr<boost::beast::tcp_stream*> waiting;
  };

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
    [[nodiscard]] const std::string& client() const { return client_; }
    // Until heard(), what the stream waits for may be cancelled for others' sake.
    void waits(boost::beast::tcp_stream& stream);
    void heard();
    [[nodiscard]] bool is_heard() const { return is_heard_; }

   private:
    Connections& of_;
    std::string client_;
    std::size_t of_all_ = 0;
    std::size_t of_client_ = 0;
    friend class Connections;
    bool is_heard_ = false;
    std::shared_ptr<boost::beast::tcp_stream*> waiting_;
    std::optional<std::list<Silent>::iterator> silent_;  // by of_.mutex_
  };

  // Closes the oldest connection that was not heard, of one client or of all, if it is `silent_for` old; whether it
  // did.
  bool oust(const std::optional<std::string>& client, std::chrono::milliseconds silent_for);

 private:
  std::shared_ptr<ServerCounts> counts_;
  std::mutex mutex_;
  std::unordered_map<std::string, std::size_t> by_client_;  // by mutex_; none is 0
  std::list<Silent> silent_;                                // by mutex_; oldest first
};

}  // namespace aether::rpc

// A network of nodes: when a message arrives, how often, or why not at all. It knows sizes, not contents.
//
// A link has a latency and jitter, may be cut in one direction, and may be clogged: what is sent then arrives after the
// clog. A node's uplink has a bandwidth; what it sends queues, for up to two seconds.
#pragma once

#include "aether/world/event_queue.hpp"
#include "aether/world/random.hpp"

namespace aether::sim {

struct NetworkOptions {
  std::uint64_t loss_pm = 0;  // of a million messages
  std::uint64_t duplicate_pm = 0;
  std::uint64_t reorder_pm = 0;  // kept back by up to reorder_us_max
  Micros reorder_us_max = 0;
  std::uint64_t uplink_bytes_s = 0;  // of each node; 0: no bound
};

struct Passage {
  enum class Loss : std::uint8_t { none, lost, cut };

  Loss loss = Loss::none;
  bool reordered = false, clogged = false, queued = false;
  Micros arrival = 0;
  Micros second_arrival = 0;  // of a duplicate; 0: none
};

class Network {
 public:
  Network(std::size_t nodes, const NetworkOptions& options, Random random);

  // The latency of both directions is `latency_us`, ± jitter_us.
  void set_latency(std::size_t a, std::size_t b, Micros latency_us, Micros jitter_us);
  void cut(std::size_t from, std::size_t to, bool cut) { link(from, to).cut = cut; }
  void clog(std::size_t from, std::size_t to, Micros until) { link(from, to).clogged_until = until; }
  // No link is cut or clogged any more, and nothing is lost, doubled, kept back or queued.
  void heal();
  void trouble(const NetworkOptions& options) { options_ = options; }
  void join();  // no link is cut
  // Whether what was sent later arrives no earlier, so that a burst is as late as the latest of it. Not at first.
  void keep_order(bool keeps) { keeps_order_ = keeps; }

  [[nodiscard]] Passage send(std::size_t from, std::size_t to, std::size_t bytes, Micros now);

 private:
  struct Link {
    Micros latency_us = 1'000, jitter_us = 0;
    Micros clogged_until = 0;
    Micros last_arrival = 0;
    bool cut = false;
  };
  Link& link(std::size_t from, std::size_t to) { return links_[from * nodes_ + to]; }
  [[nodiscard]] Micros travel(const Link& link);

  std::size_t nodes_;
  NetworkOptions options_;
  bool keeps_order_ = false;
  Random random_;
  std::vector<Link> links_;
  std::vector<Micros> uplink_free_;
};

}  // namespace aether::sim

#include "aether/world/network.hpp"

namespace aether::sim {

namespace {
constexpr Micros kQueueMax = 2 * kMillion;  // what would wait longer in an uplink is dropped
}

Network::Network(std::size_t nodes, const NetworkOptions& options, Random random)
    : nodes_(nodes), options_(options), random_(random), links_(nodes * nodes), uplink_free_(nodes) {}

void Network::set_latency(std::size_t a, std::size_t b, Micros latency_us, Micros jitter_us) {
  for (Link* one : {&link(a, b), &link(b, a)}) {
    one->latency_us = latency_us;
    one->jitter_us = std::min(jitter_us, latency_us);
  }
}

void Network::heal() {
  join();
  for (Link& one : links_) one.clogged_until = 0;
  options_ = {};
  for (Micros& free : uplink_free_) free = 0;
}

void Network::join() {
  for (Link& one : links_) one.cut = false;
}

Micros Network::travel(const Link& link) {
  return link.latency_us - link.jitter_us + random_.between(0, 2 * link.jitter_us);
}

Passage Network::send(std::size_t from, std::size_t to, std::size_t bytes, Micros now) {
  Link& way = link(from, to);
  Passage passage;
  if (way.cut) {
    passage.loss = Passage::Loss::cut;
    return passage;
  }
  Micros leaves = now;
  if (options_.uplink_bytes_s > 0) {
    Micros& free = uplink_free_[from];
    if (free > now + kQueueMax) {
      passage.loss = Passage::Loss::lost;
      return passage;
    }
    passage.queued = free > now;
    leaves = std::max(now, free) + bytes * kMillion / options_.uplink_bytes_s;
    free = leaves;
  }
  if (options_.loss_pm > 0 && random_.chance(options_.loss_pm)) {
    passage.loss = Passage::Loss::lost;
    return passage;
  }
  if (way.clogged_until > leaves) {
    leaves = way.clogged_until;
    passage.clogged = true;
  }
  passage.arrival = leaves + travel(way);
  if (keeps_order_) passage.arrival = way.last_arrival = std::max(passage.arrival, way.last_arrival);
  if (options_.reorder_pm > 0 && random_.chance(options_.reorder_pm)) {
    passage.arrival += random_.between(1, options_.reorder_us_max);
    passage.reordered = true;
  }
  if (options_.duplicate_pm > 0 && random_.chance(options_.duplicate_pm))
    passage.second_arrival = passage.arrival + random_.between(1, 4 * way.latency_us);
  return passage;
}

}  // namespace aether::sim

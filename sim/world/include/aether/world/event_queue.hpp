// What will happen, by virtual time in µs; what falls on the same moment happens in the order in which it was put in.
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

namespace aether::sim {

using Micros = std::uint64_t;  // virtual time since the start of the run

template <class T>
class EventQueue {
 public:
  void push(Micros at, T item) {
    heap_.push_back({at, sequence_++, std::move(item)});
    std::push_heap(heap_.begin(), heap_.end(), later);
  }
  // The next one; the queue must not be empty.
  std::pair<Micros, T> pop() {
    std::pop_heap(heap_.begin(), heap_.end(), later);
    Entry entry = std::move(heap_.back());
    heap_.pop_back();
    return {entry.at, std::move(entry.item)};
  }
  [[nodiscard]] bool empty() const { return heap_.empty(); }
  [[nodiscard]] std::size_t size() const { return heap_.size(); }
  [[nodiscard]] Micros next_at() const { return heap_.front().at; }

 private:
  struct Entry {
    Micros at = 0;
    std::uint64_t sequence = 0;
    T item;
  };
  static bool later(const Entry& a, const Entry& b) { return a.at != b.at ? a.at > b.at : a.sequence > b.sequence; }

  std::vector<Entry> heap_;
  std::uint64_t sequence_ = 0;
};

}  // namespace aether::sim

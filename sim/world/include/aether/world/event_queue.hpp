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
    std::size_t place = items_.size();
    if (free_.empty()) {
      items_.push_back(std::move(item));
    } else {
      place = free_.back();
      free_.pop_back();
      items_[place] = std::move(item);
    }
    heap_.push_back({at, sequence_++, place});
    std::push_heap(heap_.begin(), heap_.end(), later);
  }
  // The next one; the queue must not be empty.
  std::pair<Micros, T> pop() {
    std::pop_heap(heap_.begin(), heap_.end(), later);
    const Entry entry = heap_.back();
    heap_.pop_back();
    free_.push_back(entry.place);
    return {entry.at, std::move(items_[entry.place])};
  }
  [[nodiscard]] bool empty() const { return heap_.empty(); }
  [[nodiscard]] std::size_t size() const { return heap_.size(); }
  [[nodiscard]] Micros next_at() const { return heap_.front().at; }

 private:
  struct Entry {
    Micros at = 0;
    std::uint64_t sequence = 0;
    std::size_t place = 0;  // of the item, which is moved in and out once: it may be large
  };
  static bool later(const Entry& a, const Entry& b) { return a.at != b.at ? a.at > b.at : a.sequence > b.sequence; }

  std::vector<Entry> heap_;
  std::vector<T> items_;
  std::vector<std::size_t> free_;  // places in items_
  std::uint64_t sequence_ = 0;
};

}  // namespace aether::sim

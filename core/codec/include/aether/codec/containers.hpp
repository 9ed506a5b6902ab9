// Containers that carry their bound in the type. The decoder refuses what exceeds it before it allocates; an encoder
// asserts it. Text is printable ASCII (0x20…0x7e), so it needs no normal form.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "aether/base/bytes.hpp"

namespace aether::codec {

// Up to Max elements in order.
template <class T, std::size_t Max>
struct List : std::vector<T> {
  using std::vector<T>::vector;
  List(std::vector<T> from) : std::vector<T>(std::move(from)) {}
  static constexpr std::size_t kMax = Max;
};

// Up to Max bytes.
template <std::size_t Max>
struct Blob : Bytes {
  using Bytes::vector;
  Blob(Bytes from) : Bytes(std::move(from)) {}
  static constexpr std::size_t kMax = Max;
};

// Up to Max characters of printable ASCII.
template <std::size_t Max>
struct Text : std::string {
  using std::string::basic_string;
  Text(std::string from) : std::string(std::move(from)) {}
  static constexpr std::size_t kMax = Max;
};

// Up to Max elements, strictly increasing by operator<: hashes and ids in the order of their bytes, integers by value.
template <class T, std::size_t Max>
class SortedSet {
 public:
  static constexpr std::size_t kMax = Max;
  SortedSet() = default;
  SortedSet(std::initializer_list<T> from) : SortedSet(std::vector<T>(from)) {}
  explicit SortedSet(std::vector<T> from) : items_(std::move(from)) {
    std::stable_sort(items_.begin(), items_.end());
    items_.erase(std::unique(items_.begin(), items_.end()), items_.end());
  }
  bool contains(const T& item) const { return std::binary_search(items_.begin(), items_.end(), item); }
  void insert(const T& item) {
    const auto at = std::lower_bound(items_.begin(), items_.end(), item);
    if (at == items_.end() || *at != item) items_.insert(at, item);
  }
  const std::vector<T>& items() const { return items_; }
  std::size_t size() const { return items_.size(); }
  bool empty() const { return items_.empty(); }
  auto begin() const { return items_.begin(); }
  auto end() const { return items_.end(); }
  bool operator==(const SortedSet&) const = default;

 private:
  std::vector<T> items_;
};

}  // namespace aether::codec

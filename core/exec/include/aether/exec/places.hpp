// An array whose elements are made one by one, by several threads: to make thousands at once would keep all but one
// idle.
#pragma once

#include <cstddef>
#include <memory>

namespace aether::exec {

template <class T>
class Places {
 public:
  Places() = default;
  Places(const Places&) = delete;
  Places& operator=(const Places&) = delete;
  ~Places() {
    std::destroy_n(data_, size_);
    if (data_ != nullptr) std::allocator<T>().deallocate(data_, size_);
  }

  // Once. All `size` elements are made before any is used, or the array goes.
  void reserve(std::size_t size) {
    data_ = std::allocator<T>().allocate(size);
    size_ = size;
  }
  T& make(std::size_t at) { return *std::construct_at(data_ + at); }

  [[nodiscard]] std::size_t size() const { return size_; }
  T& operator[](std::size_t at) { return data_[at]; }
  const T& operator[](std::size_t at) const { return data_[at]; }

 private:
  T* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace aether::exec

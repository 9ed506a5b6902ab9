// A secret of N bytes: wiped when it dies or is moved from, compared in constant time, never copied by accident.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace aether {

// Overwrites in a way that the optimizer keeps.
void wipe(std::span<std::uint8_t> bytes);

[[nodiscard]] bool equal_constant_time(std::span<const std::uint8_t> a, std::span<const std::uint8_t> b);

template <std::size_t N>
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::span<const std::uint8_t, N> bytes) {
    for (std::size_t i = 0; i < N; ++i) bytes_[i] = bytes[i];
  }
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  Secret(Secret&& other) noexcept : bytes_(other.bytes_) { wipe(other.bytes_); }
  Secret& operator=(Secret&& other) noexcept {
    if (this != &other) {
      bytes_ = other.bytes_;
      wipe(other.bytes_);
    }
    return *this;
  }
  ~Secret() { wipe(bytes_); }

  // A deliberate copy, for keys that two owners must hold.
  Secret clone() const { return Secret(std::span<const std::uint8_t, N>(bytes_)); }

  std::span<const std::uint8_t, N> view() const { return bytes_; }
  std::span<std::uint8_t, N> mutable_view() { return bytes_; }
  friend bool operator==(const Secret& a, const Secret& b) { return equal_constant_time(a.bytes_, b.bytes_); }

 private:
  std::array<std::uint8_t, N> bytes_{};
};

}  // namespace aether

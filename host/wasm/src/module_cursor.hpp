// Reads the bytes of a module that judge() has accepted.
#pragma once

#include <cstdint>

#include "aether/base/bytes.hpp"
#include "aether/base/result.hpp"

namespace aether::wasm {

inline constexpr std::size_t kModuleHeaderBytes = 8;  // before its sections

class Cursor {
 public:
  explicit Cursor(ByteView bytes) : bytes_(bytes) {}

  std::size_t left() const { return bytes_.size() - at_; }
  bool done() const { return left() == 0; }
  std::uint8_t peek() const {
    AETHER_ASSERT(!done());
    return bytes_[at_];
  }
  std::uint8_t byte() {
    const std::uint8_t read = peek();
    ++at_;
    return read;
  }
  // An unsigned number, or any whose sign does not matter.
  std::uint32_t number() {
    std::uint64_t read = 0;
    for (unsigned shift = 0;; shift += 7) {
      const std::uint8_t next = byte();
      if (shift < 32) read |= std::uint64_t{next & 0x7fu} << shift;
      if (next < 0x80) return static_cast<std::uint32_t>(read);
    }
  }
  ByteView part(std::size_t size) {
    AETHER_ASSERT(size <= bytes_.size() - at_);
    at_ += size;
    return bytes_.subspan(at_ - size, size);
  }
  void skip_value_type() {
    const std::uint8_t first = byte();
    if (first == 0x63 || first == 0x64) number();  // a reference in its long form
  }

 private:
  ByteView bytes_;
  std::size_t at_ = 0;
};

}  // namespace aether::wasm

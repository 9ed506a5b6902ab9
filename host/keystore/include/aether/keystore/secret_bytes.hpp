// Bytes or text of any length that are wiped at the end, and wherever they grow out of; never copied by accident.
#pragma once

#include <utility>

#include "aether/base/bytes.hpp"
#include "aether/base/secret.hpp"

namespace aether::keystore {

class SecretBytes {
 public:
  SecretBytes() = default;
  explicit SecretBytes(ByteView bytes) : bytes_(bytes.begin(), bytes.end()) {}
  explicit SecretBytes(Bytes&& bytes) : bytes_(std::move(bytes)) {}
  SecretBytes(SecretBytes&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}
  SecretBytes& operator=(SecretBytes&& other) noexcept {
    bytes_.swap(other.bytes_);
    return *this;
  }
  ~SecretBytes() { wipe(bytes_); }

  ByteView view() const { return bytes_; }
  std::string_view text() const { return as_text(bytes_); }
  std::span<std::uint8_t> mutable_view() { return bytes_; }
  std::size_t size() const { return bytes_.size(); }
  bool empty() const { return bytes_.empty(); }

  void append(ByteView more);
  void append(std::string_view more) { append(as_bytes(more)); }
  void keep_first(std::size_t size);                     // wipes the rest
  Bytes release() { return std::exchange(bytes_, {}); }  // of what is no secret after all

 private:
  Bytes bytes_;
};

// Lower-case hex digits of a secret, and back: an even number of digits of either case, with or without 0x.
[[nodiscard]] SecretBytes secret_to_hex(ByteView secret);
[[nodiscard]] std::optional<SecretBytes> secret_from_hex(std::string_view text);

}  // namespace aether::keystore

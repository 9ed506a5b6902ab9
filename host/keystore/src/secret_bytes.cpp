#include "aether/keystore/secret_bytes.hpp"

namespace aether::keystore {

void SecretBytes::append(ByteView more) {
  if (bytes_.size() + more.size() > bytes_.capacity()) {
    Bytes larger;
    larger.reserve(std::max(2 * bytes_.capacity(), bytes_.size() + more.size()));
    larger.assign(bytes_.begin(), bytes_.end());
    wipe(bytes_);
    bytes_.swap(larger);
  }
  bytes_.insert(bytes_.end(), more.begin(), more.end());
}

void SecretBytes::keep_first(std::size_t size) {
  if (size >= bytes_.size()) return;
  wipe(mutable_view().subspan(size));
  bytes_.resize(size);
}

SecretBytes secret_to_hex(ByteView secret) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  SecretBytes out(Bytes(2 * secret.size()));
  const auto to = out.mutable_view();
  for (std::size_t i = 0; i < secret.size(); ++i) {
    to[2 * i] = static_cast<std::uint8_t>(kDigits[secret[i] >> 4]);
    to[2 * i + 1] = static_cast<std::uint8_t>(kDigits[secret[i] & 15]);
  }
  return out;
}

std::optional<SecretBytes> secret_from_hex(std::string_view text) {
  auto bytes = from_hex(text);
  if (!bytes) return std::nullopt;
  return SecretBytes(std::move(*bytes));
}

}  // namespace aether::keystore

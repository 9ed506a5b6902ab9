// Addresses: 32 bytes, H("aether/address", scheme ‖ public key). Text form: bech32m (BIP-350) with prefix `aeth`.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "aether/codec/bcs.hpp"
#include "aether/crypto/ed25519.hpp"

namespace aether {

struct Address {
  Hash hash;

  constexpr auto operator<=>(const Address&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("hash", self.hash);
  }
};

// The sender's public key with its scheme; the variant's index is the scheme's byte. ed25519 is the only one.
using SenderKey = std::variant<crypto::PublicKey>;

[[nodiscard]] Address address_of(const SenderKey& key);
inline Address address_of(const crypto::PublicKey& key) { return address_of(SenderKey{key}); }

// "aeth1…"
[[nodiscard]] std::string to_text(const Address& address);

enum class AddressError : std::uint8_t {
  bad_character,  // outside the bech32 alphabet, or mixed case
  bad_prefix,     // not `aeth`
  bad_checksum,   // the bech32m checksum does not match (a typing error)
  bad_length,     // not 32 bytes
};
std::string_view to_string(AddressError error);
[[nodiscard]] Result<Address, AddressError> address_from_text(std::string_view text);

}  // namespace aether

namespace aether::codec {
template <>
inline constexpr auto variant_names<SenderKey> = std::array<std::string_view, 1>{"ed25519"};
}  // namespace aether::codec

#include "aether/types/address.hpp"

#include "aether/codec/bech32m.hpp"
#include "aether/crypto/sha256.hpp"

namespace aether {
namespace {

constexpr std::string_view kPrefix = "aeth";
constexpr std::size_t kCharacters = 63;

}  // namespace

Address address_of(const SenderKey& key) { return {crypto::tagged_hash("aether/address", codec::encode(key))}; }

std::string to_text(const Address& address) {
  const auto text = codec::bech32m_encode(kPrefix, codec::symbols_from_bytes(address.hash.bytes));
  AETHER_ASSERT(text && text->size() == kCharacters);
  return *text;
}

std::string_view to_string(AddressError error) {
  switch (error) {
    case AddressError::bad_character: return "an address has letters and digits of the bech32 alphabet, in one case";
    case AddressError::bad_prefix: return "an address begins with aeth1";
    case AddressError::bad_checksum: return "the address's checksum does not match: a character is wrong";
    case AddressError::bad_length: return "an address has 63 characters";
  }
  return "unknown";
}

Result<Address, AddressError> address_from_text(std::string_view text) {
  using codec::Bech32mError;
  const auto decoded = codec::bech32m_decode(text);
  if (!decoded && (decoded.error() == Bech32mError::mixed_case || decoded.error() == Bech32mError::bad_character))
    return fail(AddressError::bad_character);
  if (!text.starts_with("aeth1") && !text.starts_with("AETH1")) return fail(AddressError::bad_prefix);
  if (text.size() != kCharacters) return fail(AddressError::bad_length);
  if (!decoded) return fail(AddressError::bad_checksum);
  if (decoded->prefix != kPrefix) return fail(AddressError::bad_character);  // another 1 among the symbols
  const auto bytes = codec::bytes_from_symbols(decoded->symbols);
  if (!bytes) return fail(AddressError::bad_length);
  Address out;
  std::copy(bytes->begin(), bytes->end(), out.hash.bytes.begin());
  return out;
}

}  // namespace aether

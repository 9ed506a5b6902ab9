#include "aether/types/address.hpp"

#include "aether/crypto/sha256.hpp"

namespace aether {
namespace {

constexpr std::string_view kPrefix = "aeth";
constexpr std::string_view kAlphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
constexpr std::uint32_t kBech32mConstant = 0x2bc830a3;
constexpr std::size_t kChecksumSymbols = 6;
constexpr std::size_t kDataSymbols = 52;  // ⌈256/5⌉, the last holds 4 padding bits

std::uint32_t polymod_step(std::uint32_t checksum, std::uint8_t value) {
  constexpr std::array<std::uint32_t, 5> generator{0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3};
  const std::uint32_t top = checksum >> 25;
  checksum = (checksum & 0x1ffffff) << 5 ^ value;
  for (unsigned i = 0; i < generator.size(); ++i)
    if (((top >> i) & 1) != 0) checksum ^= generator[i];
  return checksum;
}

std::uint32_t polymod(std::span<const std::uint8_t> symbols) {
  std::uint32_t checksum = 1;
  for (const char c : kPrefix) checksum = polymod_step(checksum, static_cast<std::uint8_t>(c >> 5));
  checksum = polymod_step(checksum, 0);
  for (const char c : kPrefix) checksum = polymod_step(checksum, static_cast<std::uint8_t>(c & 31));
  for (const std::uint8_t symbol : symbols) checksum = polymod_step(checksum, symbol);
  return checksum;
}

constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

}  // namespace

Address address_of(const SenderKey& key) { return {crypto::tagged_hash("aether/address", codec::encode(key))}; }

std::string to_text(const Address& address) {
  std::vector<std::uint8_t> symbols;
  std::uint32_t buffer = 0;
  unsigned bits = 0;
  for (const std::uint8_t byte : address.hash.bytes) {
    buffer = buffer << 8 | byte;
    for (bits += 8; bits >= 5; bits -= 5) symbols.push_back(static_cast<std::uint8_t>(buffer >> (bits - 5) & 31));
    buffer &= 31;
  }
  symbols.push_back(static_cast<std::uint8_t>(buffer << (5 - bits) & 31));
  std::vector<std::uint8_t> checked = symbols;
  checked.resize(symbols.size() + kChecksumSymbols, 0);
  const std::uint32_t checksum = polymod(checked) ^ kBech32mConstant;
  for (unsigned i = 0; i < kChecksumSymbols; ++i)
    symbols.push_back(static_cast<std::uint8_t>(checksum >> (5 * (kChecksumSymbols - 1 - i)) & 31));
  std::string out(kPrefix);
  out.push_back('1');
  for (const std::uint8_t symbol : symbols) out.push_back(kAlphabet[symbol]);
  return out;
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
  bool has_lower = false, has_upper = false;
  std::string folded;
  for (const char c : text) {
    has_lower = has_lower || (c >= 'a' && c <= 'z');
    has_upper = has_upper || (c >= 'A' && c <= 'Z');
    folded.push_back(lower(c));
  }
  if (has_lower && has_upper) return fail(AddressError::bad_character);
  if (!folded.starts_with("aeth1")) return fail(AddressError::bad_prefix);
  const std::string_view data = std::string_view(folded).substr(kPrefix.size() + 1);
  std::vector<std::uint8_t> symbols;
  for (const char c : data) {
    const std::size_t at = kAlphabet.find(c);
    if (at == std::string_view::npos) return fail(AddressError::bad_character);
    symbols.push_back(static_cast<std::uint8_t>(at));
  }
  if (symbols.size() != kDataSymbols + kChecksumSymbols) return fail(AddressError::bad_length);
  if (polymod(symbols) != kBech32mConstant) return fail(AddressError::bad_checksum);
  Address out;
  std::uint32_t buffer = 0;
  unsigned bits = 0;
  std::size_t n = 0;
  for (std::size_t i = 0; i < kDataSymbols; ++i) {
    buffer = (buffer << 5 | symbols[i]) & 0xfff;
    bits += 5;
    if (bits >= 8 && n < out.hash.bytes.size()) {
      bits -= 8;
      out.hash.bytes[n++] = static_cast<std::uint8_t>(buffer >> bits);
    }
  }
  // The padding bits must be zero, or one address would have several texts.
  if ((buffer & ((1u << bits) - 1)) != 0) return fail(AddressError::bad_length);
  return out;
}

}  // namespace aether

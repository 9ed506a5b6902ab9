// Bech32m (BIP-350, https://github.com/bitcoin/bips/blob/master/bip-0350.mediawiki): a prefix, `1`, and symbols of 5
// bits with a checksum of six more, as text of at most 90 characters. Up to four wrong characters are always noticed.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "aether/base/bytes.hpp"
#include "aether/base/result.hpp"

namespace aether::codec {

enum class Bech32mError : std::uint8_t {
  bad_length,     // more than 90 characters, or fewer than six after the last `1`
  mixed_case,     // letters of both cases
  bad_character,  // outside printable ASCII, or after the last `1` outside the alphabet
  bad_prefix,     // no `1`, or nothing before the last one; to encode: a capital
  bad_checksum,
  bad_symbol,   // to encode: above 31
  bad_padding,  // the symbols are no whole number of bytes followed by less than five zero bits
};
[[nodiscard]] std::string_view to_string(Bech32mError error);

inline constexpr std::size_t kBech32mCharactersMax = 90;

// A symbol is 0 to 31.
using Bech32mSymbols = std::vector<std::uint8_t>;

struct Bech32m {
  std::string prefix;  // lower case
  Bech32mSymbols symbols;

  bool operator==(const Bech32m&) const = default;
};

[[nodiscard]] Result<std::string, Bech32mError> bech32m_encode(std::string_view prefix,
                                                               std::span<const std::uint8_t> symbols);
[[nodiscard]] Result<Bech32m, Bech32mError> bech32m_decode(std::string_view text);

// Bytes as symbols, most significant bit first, the last symbol padded with zeros; and back.
[[nodiscard]] Bech32mSymbols symbols_from_bytes(ByteView bytes);
[[nodiscard]] Result<Bytes, Bech32mError> bytes_from_symbols(std::span<const std::uint8_t> symbols);

}  // namespace aether::codec

#include "aether/codec/bech32m.hpp"

#include <algorithm>

namespace aether::codec {
namespace {

constexpr std::string_view kAlphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
constexpr std::uint32_t kConstant = 0x2bc830a3;
constexpr std::size_t kChecksumSymbols = 6;

constexpr bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
constexpr bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
constexpr bool is_printable(char c) { return c > 0x20 && c < 0x7f; }

std::uint32_t polymod_step(std::uint32_t checksum, std::uint8_t symbol) {
  constexpr std::array<std::uint32_t, 5> generator{0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3};
  const std::uint32_t top = checksum >> 25;
  checksum = (checksum & 0x1ffffff) << 5 ^ symbol;
  for (unsigned i = 0; i < generator.size(); ++i)
    if (((top >> i) & 1) != 0) checksum ^= generator[i];
  return checksum;
}

std::uint32_t polymod(std::string_view prefix, std::span<const std::uint8_t> symbols) {
  std::uint32_t checksum = 1;
  for (const char c : prefix) checksum = polymod_step(checksum, static_cast<std::uint8_t>(c >> 5));
  checksum = polymod_step(checksum, 0);
  for (const char c : prefix) checksum = polymod_step(checksum, static_cast<std::uint8_t>(c & 31));
  for (const std::uint8_t symbol : symbols) checksum = polymod_step(checksum, symbol);
  return checksum;
}

}  // namespace

std::string_view to_string(Bech32mError error) {
  switch (error) {
    case Bech32mError::bad_length: return "bech32m has at most 90 characters, and six or more after the last 1";
    case Bech32mError::mixed_case: return "bech32m has letters of one case";
    case Bech32mError::bad_character: return "a character outside printable ASCII or the bech32 alphabet";
    case Bech32mError::bad_prefix: return "bech32m begins with a prefix, written in lower case, and a 1";
    case Bech32mError::bad_checksum: return "the checksum does not match: a character is wrong";
    case Bech32mError::bad_symbol: return "a symbol is a number from 0 to 31";
    case Bech32mError::bad_padding: return "the symbols are no whole number of bytes, padded with zero bits";
  }
  return "unknown";
}

Result<std::string, Bech32mError> bech32m_encode(std::string_view prefix, std::span<const std::uint8_t> symbols) {
  if (prefix.empty() || std::any_of(prefix.begin(), prefix.end(), is_upper)) return fail(Bech32mError::bad_prefix);
  if (!std::all_of(prefix.begin(), prefix.end(), is_printable)) return fail(Bech32mError::bad_character);
  if (prefix.size() > kBech32mCharactersMax || symbols.size() > kBech32mCharactersMax ||
      prefix.size() + 1 + symbols.size() + kChecksumSymbols > kBech32mCharactersMax)
    return fail(Bech32mError::bad_length);
  if (std::any_of(symbols.begin(), symbols.end(), [](std::uint8_t symbol) { return symbol > 31; }))
    return fail(Bech32mError::bad_symbol);
  Bech32mSymbols all(symbols.begin(), symbols.end());
  all.resize(symbols.size() + kChecksumSymbols, 0);
  const std::uint32_t checksum = polymod(prefix, all) ^ kConstant;
  for (unsigned i = 0; i < kChecksumSymbols; ++i)
    all[symbols.size() + i] = static_cast<std::uint8_t>(checksum >> (5 * (kChecksumSymbols - 1 - i)) & 31);
  std::string out(prefix);
  out.push_back('1');
  for (const std::uint8_t symbol : all) out.push_back(kAlphabet[symbol]);
  return out;
}

Result<Bech32m, Bech32mError> bech32m_decode(std::string_view text) {
  if (std::any_of(text.begin(), text.end(), is_upper) && std::any_of(text.begin(), text.end(), is_lower))
    return fail(Bech32mError::mixed_case);
  if (!std::all_of(text.begin(), text.end(), is_printable)) return fail(Bech32mError::bad_character);
  std::string folded(text);
  for (char& c : folded)
    if (is_upper(c)) c = static_cast<char>(c - 'A' + 'a');
  const std::size_t separator = folded.rfind('1');
  if (separator == std::string::npos || separator == 0) return fail(Bech32mError::bad_prefix);
  Bech32m out{folded.substr(0, separator), {}};
  for (const char c : std::string_view(folded).substr(separator + 1)) {
    const std::size_t at = kAlphabet.find(c);
    if (at == std::string_view::npos) return fail(Bech32mError::bad_character);
    out.symbols.push_back(static_cast<std::uint8_t>(at));
  }
  if (text.size() > kBech32mCharactersMax || out.symbols.size() < kChecksumSymbols)
    return fail(Bech32mError::bad_length);
  if (polymod(out.prefix, out.symbols) != kConstant) return fail(Bech32mError::bad_checksum);
  out.symbols.resize(out.symbols.size() - kChecksumSymbols);
  return out;
}

Bech32mSymbols symbols_from_bytes(ByteView bytes) {
  Bech32mSymbols out;
  std::uint32_t buffer = 0;
  unsigned bits = 0;
  for (const std::uint8_t byte : bytes) {
    buffer = (buffer << 8 | byte) & 0xfff;
    for (bits += 8; bits >= 5; bits -= 5) out.push_back(static_cast<std::uint8_t>(buffer >> (bits - 5) & 31));
  }
  if (bits > 0) out.push_back(static_cast<std::uint8_t>(buffer << (5 - bits) & 31));
  return out;
}

Result<Bytes, Bech32mError> bytes_from_symbols(std::span<const std::uint8_t> symbols) {
  Bytes out;
  std::uint32_t buffer = 0;
  unsigned bits = 0;
  for (const std::uint8_t symbol : symbols) {
    if (symbol > 31) return fail(Bech32mError::bad_symbol);
    buffer = (buffer << 5 | symbol) & 0xfff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      out.push_back(static_cast<std::uint8_t>(buffer >> bits));
    }
  }
  // Other padding would give the same bytes several texts.
  if (bits >= 5 || (buffer & ((1u << bits) - 1)) != 0) return fail(Bech32mError::bad_padding);
  return out;
}

}  // namespace aether::codec

#include "aether/base/bytes.hpp"

namespace aether {
namespace {

constexpr std::uint8_t kNoDigit = 0xff;
constexpr auto kDigits = [] {
  std::array<std::uint8_t, 256> out{};
  out.fill(kNoDigit);
  for (std::uint8_t i = 0; i < 10; ++i) out[std::size_t{'0'} + i] = i;
  for (std::uint8_t i = 0; i < 6; ++i)
    out[std::size_t{'a'} + i] = out[std::size_t{'A'} + i] = static_cast<std::uint8_t>(10 + i);
  return out;
}();

constexpr std::uint8_t digit(char c) { return kDigits[static_cast<std::uint8_t>(c)]; }

}  // namespace

std::string to_hex(ByteView bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out(bytes.size() * 2, '0');
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    out[2 * i] = digits[bytes[i] >> 4];
    out[2 * i + 1] = digits[bytes[i] & 15];
  }
  return out;
}

std::string to_hex0x(ByteView bytes) { return "0x" + to_hex(bytes); }

std::optional<Bytes> from_hex(std::string_view text) {
  if (text.starts_with("0x")) text.remove_prefix(2);
  if (text.size() % 2 != 0) return std::nullopt;
  Bytes out(text.size() / 2);
  std::uint8_t any = 0;  // of what is no digit: above 15
  for (std::size_t i = 0; i < out.size(); ++i) {
    const std::uint8_t high = digit(text[2 * i]), low = digit(text[2 * i + 1]);
    any = static_cast<std::uint8_t>(any | high | low);
    out[i] = static_cast<std::uint8_t>(high << 4 | low);
  }
  if (any > 15) return std::nullopt;
  return out;
}

std::optional<Hash> hash_from_hex(std::string_view text) {
  const auto bytes = from_hex(text);
  if (!bytes || bytes->size() != Hash::kSize) return std::nullopt;
  Hash out;
  std::copy(bytes->begin(), bytes->end(), out.bytes.begin());
  return out;
}

}  // namespace aether

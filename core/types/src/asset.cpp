#include "aether/types/asset.hpp"

namespace aether {

std::string to_decimal(u128 value) {
  std::string out;
  do {
    out.insert(out.begin(), static_cast<char>('0' + static_cast<int>(value % 10)));
    value /= 10;
  } while (value != 0);
  return out;
}

std::optional<u128> from_decimal(std::string_view text) {
  if (text.empty() || (text.size() > 1 && text[0] == '0')) return std::nullopt;
  u128 out = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    const auto shifted = checked_mul<u128>(out, 10);
    if (!shifted) return std::nullopt;
    const auto sum = checked_add<u128>(*shifted, static_cast<u128>(c - '0'));
    if (!sum) return std::nullopt;
    out = *sum;
  }
  return out;
}

std::string amount_to_text(Amount amount) {
  std::string fraction = to_decimal(amount % kAmountUnit);
  std::string out = to_decimal(amount / kAmountUnit);
  if (amount % kAmountUnit == 0) return out;
  fraction.insert(0, kAmountDecimals - fraction.size(), '0');
  while (fraction.back() == '0') fraction.pop_back();
  return out + "." + fraction;
}

std::optional<Amount> amount_from_text(std::string_view text) {
  const std::size_t dot = text.find('.');
  const auto whole = from_decimal(text.substr(0, dot));
  if (!whole) return std::nullopt;
  const auto scaled = checked_mul<u128>(*whole, kAmountUnit);
  if (!scaled) return std::nullopt;
  if (dot == std::string_view::npos) return scaled;
  std::string fraction(text.substr(dot + 1));
  if (fraction.empty() || fraction.size() > kAmountDecimals) return std::nullopt;
  u128 part = 0;
  fraction.resize(kAmountDecimals, '0');
  for (const char c : fraction) {
    if (c < '0' || c > '9') return std::nullopt;
    part = part * 10 + static_cast<u128>(c - '0');
  }
  return checked_add<u128>(*scaled, part);
}

}  // namespace aether

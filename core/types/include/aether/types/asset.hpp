// The two assets, and amounts of both. Base units, 6 decimals. Arithmetic is checked.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "aether/codec/bcs.hpp"

namespace aether {

enum class Asset : std::uint8_t { swr, aic };  // SWR: stake, governance, fees; AIC: AI credits

using Amount = u128;
inline constexpr unsigned kAmountDecimals = 6;
inline constexpr Amount kAmountUnit = 1'000'000;  // base units in one SWR or AIC

// An amount of each asset.
struct Balance {
  Amount swr = 0;
  Amount aic = 0;

  constexpr bool operator==(const Balance&) const = default;
  constexpr Amount& of(Asset asset) { return asset == Asset::swr ? swr : aic; }
  constexpr Amount of(Asset asset) const { return asset == Asset::swr ? swr : aic; }
  constexpr bool is_zero() const { return swr == 0 && aic == 0; }

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("swr", self.swr);
    visit("aic", self.aic);
  }
};

// Base units as decimal digits; the JSON form of every u64 and u128.
[[nodiscard]] std::string to_decimal(u128 value);
[[nodiscard]] std::optional<u128> from_decimal(std::string_view text);

// "12.5" ↔ 12 500 000 base units. At most 6 decimals, no sign, no exponent, no leading or trailing dot.
[[nodiscard]] std::string amount_to_text(Amount amount);
[[nodiscard]] std::optional<Amount> amount_from_text(std::string_view text);

}  // namespace aether

namespace aether::codec {
template <>
inline constexpr auto enum_names<Asset> = std::array<std::string_view, 2>{"SWR", "AIC"};
}  // namespace aether::codec

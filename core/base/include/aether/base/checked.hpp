// Checked integer arithmetic for money, gas and sizes: never wraps, never saturates. mul_div goes through 256 bits.
#pragma once

#include <cstdint>
#include <optional>

namespace aether {

__extension__ using u128 = unsigned __int128;
__extension__ using i128 = __int128;

template <class T>
[[nodiscard]] constexpr std::optional<T> checked_add(T a, T b) {
  T out{};
  if (__builtin_add_overflow(a, b, &out)) return std::nullopt;
  return out;
}
template <class T>
[[nodiscard]] constexpr std::optional<T> checked_sub(T a, T b) {
  T out{};
  if (__builtin_sub_overflow(a, b, &out)) return std::nullopt;
  return out;
}
template <class T>
[[nodiscard]] constexpr std::optional<T> checked_mul(T a, T b) {
  T out{};
  if (__builtin_mul_overflow(a, b, &out)) return std::nullopt;
  return out;
}

enum class Rounding : std::uint8_t { down, up };

// ⌊a·b/c⌋ or ⌈a·b/c⌉ with the product in 256 bits; none when c = 0 or the quotient does not fit.
[[nodiscard]] std::optional<u128> mul_div(u128 a, u128 b, u128 c, Rounding rounding = Rounding::down);

}  // namespace aether

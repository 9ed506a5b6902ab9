// What the compiler calls by name and no library provides here: memory functions, and arithmetic of 128 bits. Weak, so
// that several sources may include it; the linker drops what nothing uses.
#pragma once

#include "aether/contract/types.hpp"

namespace aether::runtime {

struct Halves {
  u64 low;
  u64 high;
};
constexpr Halves halves(u128 value) { return {static_cast<u64>(value), static_cast<u64>(value >> 64)}; }
constexpr u128 join(u64 low, u64 high) { return (static_cast<u128>(high) << 64) | low; }

// 64 × 64 → 128 bits, by parts of 32.
constexpr Halves multiply(u64 a, u64 b) {
  constexpr u64 kLow = 0xffff'ffff;
  const u64 low = (a & kLow) * (b & kLow);
  const u64 middle = (a >> 32) * (b & kLow) + (low >> 32);
  const u64 other = (a & kLow) * (b >> 32) + (middle & kLow);
  return {(other << 32) | (low & kLow), (a >> 32) * (b >> 32) + (middle >> 32) + (other >> 32)};
}

// Schoolbook, bit by bit, where a half does not do.
constexpr u128 divide(u128 dividend, u128 divisor, u128& remainder) {
  const Halves n = halves(dividend), d = halves(divisor);
  if (d.low == 0 && d.high == 0) __builtin_trap();
  if (n.high == 0 && d.high == 0) {
    remainder = n.low % d.low;
    return n.low / d.low;
  }
  Halves rest{0, 0}, quotient{0, 0};
  for (int i = 127; i >= 0; --i) {
    const u64 top = rest.high >> 63;
    rest.high = (rest.high << 1) | (rest.low >> 63);
    rest.low = (rest.low << 1) | ((i >= 64 ? n.high >> (i - 64) : n.low >> i) & 1);
    if (top == 0 && (rest.high < d.high || (rest.high == d.high && rest.low < d.low))) continue;
    const u64 borrow = rest.low < d.low ? 1 : 0;
    rest = {rest.low - d.low, rest.high - d.high - borrow};
    (i >= 64 ? quotient.high : quotient.low) |= u64{1} << (i % 64);
  }
  remainder = join(rest.low, rest.high);
  return join(quotient.low, quotient.high);
}

}  // namespace aether::runtime

extern "C" {

#define AETHER_WEAK __attribute__((weak, no_builtin, visibility("hidden")))

AETHER_WEAK void* memcpy(void* to, const void* from, size_t size) {
  for (size_t i = 0; i < size; ++i) static_cast<char*>(to)[i] = static_cast<const char*>(from)[i];
  return to;
}
AETHER_WEAK void* memmove(void* to, const void* from, size_t size) {
  auto* out = static_cast<char*>(to);
  const auto* in = static_cast<const char*>(from);
  if (out < in) {
    for (size_t i = 0; i < size; ++i) out[i] = in[i];
  } else {
    for (size_t i = size; i > 0; --i) out[i - 1] = in[i - 1];
  }
  return to;
}
AETHER_WEAK void* memset(void* to, int byte, size_t size) {
  for (size_t i = 0; i < size; ++i) static_cast<char*>(to)[i] = static_cast<char>(byte);
  return to;
}
AETHER_WEAK int memcmp(const void* a, const void* b, size_t size) {
  const auto *x = static_cast<const unsigned char*>(a), *y = static_cast<const unsigned char*>(b);
  for (size_t i = 0; i < size; ++i)
    if (x[i] != y[i]) return x[i] < y[i] ? -1 : 1;
  return 0;
}

AETHER_WEAK aether::u128 __multi3(aether::u128 a, aether::u128 b) {
  const auto x = aether::runtime::halves(a), y = aether::runtime::halves(b);
  const auto low = aether::runtime::multiply(x.low, y.low);
  return aether::runtime::join(low.low, low.high + x.low * y.high + x.high * y.low);
}
AETHER_WEAK aether::u128 __udivti3(aether::u128 a, aether::u128 b) {
  aether::u128 remainder = 0;
  return aether::runtime::divide(a, b, remainder);
}
AETHER_WEAK aether::u128 __umodti3(aether::u128 a, aether::u128 b) {
  aether::u128 remainder = 0;
  (void)aether::runtime::divide(a, b, remainder);
  return remainder;
}
AETHER_WEAK aether::u128 __ashlti3(aether::u128 a, int by) {
  const auto x = aether::runtime::halves(a);
  if (by == 0) return a;
  if (by >= 64) return aether::runtime::join(0, x.low << (by - 64));
  return aether::runtime::join(x.low << by, (x.high << by) | (x.low >> (64 - by)));
}
AETHER_WEAK aether::u128 __lshrti3(aether::u128 a, int by) {
  const auto x = aether::runtime::halves(a);
  if (by == 0) return a;
  if (by >= 64) return aether::runtime::join(x.high >> (by - 64), 0);
  return aether::runtime::join((x.low >> by) | (x.high << (64 - by)), x.high >> by);
}

#undef AETHER_WEAK

}  // extern "C"

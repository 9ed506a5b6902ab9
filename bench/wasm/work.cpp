// Computation without the chain, for ./aether bench wasm: what fuel costs where a contract does nothing but run.
#include "aether/contract.hpp"

namespace {

using aether::u32;
using aether::u64;
using aether::u8;

// 0: loops over memory.
u32 primes_below(u32 bound) {
  static u8 composite[1 << 15];
  aether::require(bound <= sizeof composite, 1);
  for (u32 i = 0; i < bound; ++i) composite[i] = 0;
  u32 count = 0;
  for (u32 i = 2; i < bound; ++i) {
    if (composite[i] != 0) continue;
    ++count;
    for (u32 j = 2 * i; j < bound; j += i) composite[j] = 1;
  }
  return count;
}

// 1: calls.
[[gnu::noinline]] u32 recurse(u32 n) { return n < 2 ? n : recurse(n - 1) + recurse(n - 2); }
u32 fibonacci(u32 n) { return recurse(n); }

// 2: a long block of arithmetic, repeated.
u64 mix(u64 seed, u32 rounds) {
  u64 a = seed, b = ~seed, c = seed << 7, d = seed * 5;
  for (u32 i = 0; i < rounds; ++i) {
    a += b, d ^= a, d = d << 32 | d >> 32;
    c += d, b ^= c, b = b << 40 | b >> 24;
    a += b, d ^= a, d = d << 48 | d >> 16;
    c += d, b ^= c, b = b << 1 | b >> 63;
  }
  return a ^ b ^ c ^ d;
}

}  // namespace

AETHER_CALL(primes_below, fibonacci, mix)

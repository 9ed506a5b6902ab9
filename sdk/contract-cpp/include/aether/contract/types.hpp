// Integers, hashes, addresses, views, and what every contract may end with. Amounts are checked: a sum that does not
// fit ends the transaction (code::overflow).
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace aether {

using u8 = uint8_t;
using u16 = uint16_t;
using u32 = uint32_t;
using u64 = uint64_t;
using u128 = unsigned __int128;
using i32 = int32_t;

// Codes of the SDK itself; a contract's own are below 9 000. The chain's result code is 10 000 + code.
namespace code {
inline constexpr u32 malformed_input = 9'001;  // not the BCS of the method's arguments
inline constexpr u32 unknown_method = 9'002;   // a place without a method
inline constexpr u32 overflow = 9'003;         // arithmetic beyond the type
inline constexpr u32 too_long = 9'004;         // an output, log, key or list above its bound
inline constexpr u32 damaged_storage = 9'005;  // a stored value that is not of the type
}  // namespace code

// Ends the transaction with result code 10 000 + code; nothing that it did remains. code ≤ 9 999.
[[noreturn]] void abort(u32 code);

template <class Code>
inline void require(bool holds, Code code) {
  if (!holds) abort(static_cast<u32>(code));
}

template <class T>
concept UnsignedInteger =
    __is_same(T, u8) || __is_same(T, u16) || __is_same(T, u32) || __is_same(T, u64) || __is_same(T, u128);

template <UnsignedInteger T>
constexpr T checked_add(T a, T b) {
  const T sum = static_cast<T>(a + b);
  require(sum >= a, code::overflow);
  return sum;
}
template <UnsignedInteger T>
constexpr T checked_sub(T a, T b) {
  require(a >= b, code::overflow);
  return static_cast<T>(a - b);
}
template <UnsignedInteger T>
constexpr T checked_mul(T a, T b) {
  const T product = static_cast<T>(a * b);
  require(a == 0 || product / a == b, code::overflow);
  return product;
}

// A quantity of an asset or a token: 128 bits, in the smallest unit.
class Amount {
 public:
  constexpr Amount() = default;
  constexpr Amount(u128 units) : units_(units) {}
  [[nodiscard]] constexpr u128 units() const { return units_; }
  constexpr bool operator==(const Amount&) const = default;
  // Four, since <compare> belongs to the standard library.
  friend constexpr bool operator<(Amount a, Amount b) { return a.units_ < b.units_; }
  friend constexpr bool operator>(Amount a, Amount b) { return a.units_ > b.units_; }
  friend constexpr bool operator<=(Amount a, Amount b) { return a.units_ <= b.units_; }
  friend constexpr bool operator>=(Amount a, Amount b) { return a.units_ >= b.units_; }
  friend constexpr Amount operator+(Amount a, Amount b) { return checked_add(a.units_, b.units_); }
  friend constexpr Amount operator-(Amount a, Amount b) { return checked_sub(a.units_, b.units_); }
  friend constexpr Amount operator*(Amount a, Amount b) { return checked_mul(a.units_, b.units_); }
  friend constexpr Amount operator/(Amount a, Amount b) {
    require(b.units_ != 0, code::overflow);
    return a.units_ / b.units_;
  }
  constexpr Amount& operator+=(Amount other) { return *this = *this + other; }
  constexpr Amount& operator-=(Amount other) { return *this = *this - other; }

 private:
  u128 units_ = 0;
};

enum class Asset : u8 { swr, aic };

// N bytes that are no number. Tag keeps kinds of them apart.
template <u32 N, class Tag>
struct FixedBytes {
  u8 bytes[N] = {};
  constexpr bool operator==(const FixedBytes&) const = default;
};
using Hash = FixedBytes<32, struct HashTag>;
using Address = FixedBytes<32, struct AddressTag>;
using PublicKey = FixedBytes<32, struct PublicKeyTag>;
using Signature = FixedBytes<64, struct SignatureTag>;

// The account whose balance is the contract's.
constexpr Address address_of(const Hash& contract) {
  Address out;
  for (u32 i = 0; i < 32; ++i) out.bytes[i] = contract.bytes[i];
  return out;
}

// A log's topic: at most 32 ASCII characters, then zeros, so that tools can show it.
template <size_t N>
consteval Hash topic(const char (&name)[N]) {
  static_assert(N >= 2 && N - 1 <= 32, "a topic has 1 to 32 characters");
  Hash out;
  for (size_t i = 0; i + 1 < N; ++i) out.bytes[i] = static_cast<u8>(name[i]);
  return out;
}

// Bytes that lie elsewhere. Does not own them.
struct ByteView {
  const u8* data = nullptr;
  u32 size = 0;

  constexpr ByteView() = default;
  constexpr ByteView(const u8* at, u32 count) : data(at), size(count) {}
  template <u32 N, class Tag>
  constexpr ByteView(const FixedBytes<N, Tag>& from) : data(from.bytes), size(N) {}
};

template <class T>
class Optional {
 public:
  constexpr Optional() = default;
  constexpr Optional(const T& content) : content_(content), has_(true) {}
  constexpr explicit operator bool() const { return has_; }
  constexpr const T& operator*() const { return content_; }
  constexpr const T* operator->() const { return &content_; }

 private:
  T content_{};
  bool has_ = false;
};

// At most N items, in place.
template <class T, u32 N>
class List {
 public:
  static constexpr u32 kMax = N;
  [[nodiscard]] constexpr u32 size() const { return size_; }
  constexpr const T& operator[](u32 at) const {
    require(at < size_, code::overflow);
    return items_[at];
  }
  constexpr const T* begin() const { return items_; }
  constexpr const T* end() const { return items_ + size_; }
  constexpr void push_back(const T& item) {
    require(size_ < N, code::too_long);
    items_[size_++] = item;
  }

 private:
  T items_[N] = {};
  u32 size_ = 0;
};

}  // namespace aether

#include "aether/contract/runtime.hpp"

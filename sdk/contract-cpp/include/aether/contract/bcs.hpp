// BCS in both directions: unsigned integers, bool, enums, byte strings, lists, optionals, and structs that say
//   template <class Self, class V> static void fields(Self& self, V& visit) { visit(self.a); visit(self.b); }
// The reader is strict and ends the run with its code where the bytes are not the one encoding of a value.
#pragma once

#include "aether/contract/types.hpp"

namespace aether {

// How many enumerators an enum has; they count from 0.
template <class T>
inline constexpr u32 kEnumCount = 0;
template <>
inline constexpr u32 kEnumCount<Asset> = 2;

namespace detail {

template <class T>
inline constexpr bool is_fixed_bytes = false;
template <u32 N, class Tag>
inline constexpr bool is_fixed_bytes<FixedBytes<N, Tag>> = true;
template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<Optional<T>> = true;
template <class T>
inline constexpr bool is_list = false;
template <class T, u32 N>
inline constexpr bool is_list<List<T, N>> = true;

}  // namespace detail

// The longest encoding of a T in bytes; views have none and are no part of stored values.
template <class T>
consteval u32 bcs_size_max();

namespace detail {

struct SizeSum {
  u32 sum = 0;
  template <class T>
  constexpr void operator()(const T&) {
    sum += bcs_size_max<T>();
  }
};

template <class T>
T* item_of(const Optional<T>&);
template <class T, u32 N>
T* item_of(const List<T, N>&);
template <class T>
using Item = __remove_reference_t(decltype(*item_of(T{})));

}  // namespace detail

template <class T>
consteval u32 bcs_size_max() {
  if constexpr (__is_same(T, bool) || __is_enum(T)) {
    return 1;
  } else if constexpr (UnsignedInteger<T>) {
    return sizeof(T);
  } else if constexpr (__is_same(T, Amount)) {
    return 16;
  } else if constexpr (detail::is_fixed_bytes<T>) {
    return sizeof(T);
  } else if constexpr (detail::is_optional<T>) {
    return 1 + bcs_size_max<detail::Item<T>>();
  } else if constexpr (detail::is_list<T>) {
    return 5 + T::kMax * bcs_size_max<detail::Item<T>>();
  } else {
    detail::SizeSum size;
    const T object{};
    T::fields(object, size);
    return size.sum;
  }
}

// Appends to memory that the caller provides; beyond it the run ends with code::too_long.
class Writer {
 public:
  constexpr Writer(u8* at, u32 capacity) : begin_(at), at_(at), end_(at + capacity) {}
  [[nodiscard]] ByteView written() const { return {begin_, static_cast<u32>(at_ - begin_)}; }

  void raw(const void* from, u32 size) {
    require(size <= static_cast<u32>(end_ - at_), code::too_long);
    __builtin_memcpy(at_, from, size);
    at_ += size;
  }
  void length(u32 count) {
    u8 bytes[5];
    u32 size = 0;
    for (; count >= 128; count >>= 7) bytes[size++] = static_cast<u8>(count | 128);
    bytes[size++] = static_cast<u8>(count);
    raw(bytes, size);
  }
  template <class T>
  void operator()(const T& item) {
    if constexpr (__is_same(T, bool) || UnsignedInteger<T>) {
      raw(&item, sizeof(T));  // wasm is little-endian
    } else if constexpr (__is_enum(T)) {
      static_assert(kEnumCount<T> > 0 && kEnumCount<T> <= 128, "say kEnumCount of the enum");
      const u8 place = static_cast<u8>(item);
      raw(&place, 1);
    } else if constexpr (__is_same(T, Amount)) {
      (*this)(item.units());
    } else if constexpr (detail::is_fixed_bytes<T>) {
      raw(item.bytes, sizeof(T));
    } else if constexpr (__is_same(T, ByteView)) {
      length(item.size);
      raw(item.data, item.size);
    } else if constexpr (detail::is_optional<T>) {
      (*this)(static_cast<bool>(item));
      if (item) (*this)(*item);
    } else if constexpr (detail::is_list<T>) {
      length(item.size());
      for (const auto& one : item) (*this)(one);
    } else {
      T::fields(item, *this);
    }
  }

 private:
  u8* begin_;
  u8* at_;
  u8* end_;
};

// Reads from a view, whose bytes must outlive what is read as ByteView; ends the run with `code` where they do not do.
class Reader {
 public:
  constexpr Reader(ByteView from, u32 code) : at_(from.data), left_(from.size), code_(code) {}
  void expect_end() const { require(left_ == 0, code_); }

  ByteView raw(u32 size) {
    require(size <= left_, code_);
    const ByteView out{at_, size};
    at_ += size;
    left_ -= size;
    return out;
  }
  u32 length() {
    u32 out = 0;
    for (u32 shift = 0;; shift += 7) {
      const u8 byte = *raw(1).data;
      // The last of five groups has four bits; a group of zeros at the end would be a second encoding.
      require(shift < 28 || byte < 16, code_);
      require(shift == 0 || byte != 0, code_);
      out |= static_cast<u32>(byte & 127) << shift;
      if (byte < 128) return out;
    }
  }
  template <class T>
  void operator()(T& item) {
    if constexpr (__is_same(T, bool)) {
      const u8 byte = *raw(1).data;
      require(byte <= 1, code_);
      item = byte == 1;
    } else if constexpr (UnsignedInteger<T>) {
      __builtin_memcpy(&item, raw(sizeof(T)).data, sizeof(T));
    } else if constexpr (__is_enum(T)) {
      static_assert(kEnumCount<T> > 0 && kEnumCount<T> <= 128, "say kEnumCount of the enum");
      const u8 place = *raw(1).data;
      require(place < kEnumCount<T>, code_);
      item = static_cast<T>(place);
    } else if constexpr (__is_same(T, Amount)) {
      u128 units = 0;
      (*this)(units);
      item = units;
    } else if constexpr (detail::is_fixed_bytes<T>) {
      __builtin_memcpy(item.bytes, raw(sizeof(T)).data, sizeof(T));
    } else if constexpr (__is_same(T, ByteView)) {
      item = raw(length());
    } else if constexpr (detail::is_optional<T>) {
      bool has = false;
      (*this)(has);
      item = has ? T(read<detail::Item<T>>()) : T();
    } else if constexpr (detail::is_list<T>) {
      const u32 count = length();
      require(count <= T::kMax, code_);
      item = T();
      for (u32 i = 0; i < count; ++i) item.push_back(read<detail::Item<T>>());
    } else {
      T::fields(item, *this);
    }
  }
  template <class T>
  T read() {
    T out{};
    (*this)(out);
    return out;
  }

 private:
  const u8* at_;
  u32 left_;
  u32 code_;
};

// A value with its encoding on the stack.
template <class T>
class Encoded {
 public:
  explicit Encoded(const T& item) { writer_(item); }
  Encoded(const Encoded&) = delete;
  Encoded& operator=(const Encoded&) = delete;
  [[nodiscard]] ByteView view() const { return writer_.written(); }

 private:
  u8 bytes_[bcs_size_max<T>() + 1];
  Writer writer_{bytes_, bcs_size_max<T>()};
};

}  // namespace aether

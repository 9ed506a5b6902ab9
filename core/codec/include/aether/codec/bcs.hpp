// BCS, strict (https://github.com/diem/bcs; protocol section 1): one value has one byte string.
//
// A type is described once, by its field list, and from that list come BCS, JSON (host/api) and hashing:
//
//   struct Point {
//     std::uint32_t x = 0;
//     codec::List<Hash, 8> path;
//     template <class Self, class V> static void fields(Self& self, V& visit) {
//       visit("x", self.x);
//       visit("path", self.path);
//     }
//   };
//
// Integers are little-endian and fixed-size, lengths ULEB128 in shortest form, optional = 0 | 1 value, variant and
// enum = ULEB128 tag. An enum's names are declared by specialising codec::enum_names. decode() refuses trailing
// bytes, overlong lengths, lengths above the bound, unsorted sets, unknown tags.
#pragma once

#include <array>
#include <concepts>
#include <optional>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

#include "aether/base/bytes.hpp"
#include "aether/base/checked.hpp"
#include "aether/base/result.hpp"
#include "aether/base/strong.hpp"
#include "aether/codec/containers.hpp"

namespace aether::codec {

enum class Error : std::uint8_t {
  truncated,           // the input ends inside a value
  trailing_bytes,      // bytes follow the value
  overlong_length,     // a ULEB128 not in shortest form, or above 2^32 − 1
  length_above_bound,  // longer than the type allows
  unsorted_set,        // a set not strictly increasing
  unknown_tag,         // an enum, variant or optional tag that does not exist
  bad_bool,            // a boolean other than 0 and 1
  bad_text,            // text with a byte outside printable ASCII
};
std::string_view to_string(Error error);

// Specialise for each enum that is encoded: its enumerators' names, from 0 without gaps.
template <class E>
inline constexpr std::array<std::string_view, 0> enum_names{};

// Names of a variant's alternatives, in order; used by JSON only. Specialise beside the variant.
template <class V>
inline constexpr std::array<std::string_view, 0> variant_names{};

template <class T>
inline constexpr bool is_strong = false;
template <class Tag, class T>
inline constexpr bool is_strong<Strong<Tag, T>> = true;
template <class T>
inline constexpr bool is_list = false;
template <class T, std::size_t Max>
inline constexpr bool is_list<List<T, Max>> = true;
template <class T>
inline constexpr bool is_blob = false;
template <std::size_t Max>
inline constexpr bool is_blob<Blob<Max>> = true;
template <class T>
inline constexpr bool is_text = false;
template <std::size_t Max>
inline constexpr bool is_text<Text<Max>> = true;
template <class T>
inline constexpr bool is_sorted_set = false;
template <class T, std::size_t Max>
inline constexpr bool is_sorted_set<SortedSet<T, Max>> = true;
template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;
template <class T>
inline constexpr bool is_variant = false;
template <class... Ts>
inline constexpr bool is_variant<std::variant<Ts...>> = true;
template <class T>
inline constexpr bool is_byte_array = false;
template <std::size_t N>
inline constexpr bool is_byte_array<std::array<std::uint8_t, N>> = true;
template <class T>
concept Integer = (std::integral<T> && !std::same_as<T, bool>) || std::same_as<T, u128>;
struct AnyVisitor {
  template <class T>
  void operator()(std::string_view, T&) {}
};
template <class T>
concept HasFields = requires(T& value, AnyVisitor& visitor) { T::fields(value, visitor); };

// Where a writer's bytes go: into a string of bytes, or nowhere, to count them.
class BytesOut {
 public:
  void byte(std::uint8_t byte) { bytes_.push_back(byte); }
  void raw(ByteView bytes);  // out of line: GCC 12 misjudges the bounds of an inlined insert
  template <std::size_t N>
  void fixed(const std::array<std::uint8_t, N>& bytes) {
    const std::size_t at = bytes_.size();
    bytes_.resize(at + N);
    std::copy(bytes.begin(), bytes.end(), bytes_.begin() + static_cast<std::ptrdiff_t>(at));
  }

 protected:
  Bytes bytes_;
};
class CountOut {
 public:
  void byte(std::uint8_t) { ++count_; }
  void raw(ByteView bytes) { count_ += bytes.size(); }
  template <std::size_t N>
  void fixed(const std::array<std::uint8_t, N>&) {
    count_ += N;
  }

 protected:
  std::size_t count_ = 0;
};

template <class Out>
class BasicWriter : public Out {
 public:
  using Out::byte, Out::raw, Out::fixed;
  void length(std::uint64_t n) {  // ULEB128
    while (n >= 0x80) {
      byte(static_cast<std::uint8_t>(n | 0x80));
      n >>= 7;
    }
    byte(static_cast<std::uint8_t>(n));
  }

  template <class T>
  void put(const T& value) {
    if constexpr (std::same_as<T, bool>) {
      byte(value ? 1 : 0);
    } else if constexpr (Integer<T>) {
      using Word = std::conditional_t<sizeof(T) <= sizeof(std::uint64_t), std::uint64_t, u128>;
      const auto word = static_cast<Word>(value);
      std::array<std::uint8_t, sizeof(T)> little;
      for (std::size_t i = 0; i < sizeof(T); ++i) little[i] = static_cast<std::uint8_t>(word >> (8 * i));
      fixed(little);
    } else if constexpr (std::is_enum_v<T>) {
      static_assert(!enum_names<T>.empty(), "specialise codec::enum_names");
      length(static_cast<std::uint64_t>(value));
    } else if constexpr (is_strong<T>) {
      put(value.raw());
    } else if constexpr (std::same_as<T, Hash>) {
      fixed(value.bytes);
    } else if constexpr (is_byte_array<T>) {
      fixed(value);
    } else if constexpr (is_blob<T>) {
      AETHER_ASSERT(value.size() <= T::kMax);
      length(value.size());
      raw(value);
    } else if constexpr (is_text<T>) {
      AETHER_ASSERT(value.size() <= T::kMax);
      length(value.size());
      raw(as_bytes(value));
    } else if constexpr (is_list<T> || is_sorted_set<T>) {
      AETHER_ASSERT(value.size() <= T::kMax);
      length(value.size());
      for (const auto& item : value) put(item);
    } else if constexpr (is_optional<T>) {
      byte(value ? 1 : 0);
      if (value) put(*value);
    } else if constexpr (is_variant<T>) {
      length(value.index());
      std::visit([this](const auto& inner) { this->put(inner); }, value);
    } else {
      static_assert(HasFields<T>, "a type without a field list");
      T::fields(value, *this);
    }
  }
  template <class T>
  void operator()(std::string_view, const T& value) {
    put(value);
  }
};

class Writer : public BasicWriter<BytesOut> {
 public:
  Writer() = default;
  explicit Writer(std::size_t size) { bytes_.reserve(size); }  // bytes to come, as far as is known
  Bytes take() { return std::move(bytes_); }
};
class Counter : public BasicWriter<CountOut> {
 public:
  [[nodiscard]] std::size_t count() const { return count_; }
};

class Reader {
 public:
  explicit Reader(ByteView in) : in_(in) {}
  ByteView rest() const { return in_; }
  std::optional<Error> error() const { return error_; }

  template <class T>
  void get(T& value) {
    if (error_) return;
    if constexpr (std::same_as<T, bool>) {
      const ByteView b = raw(1);
      if (error_) return;
      if (b[0] > 1) return stop(Error::bad_bool);
      value = b[0] == 1;
    } else if constexpr (Integer<T>) {
      const ByteView b = raw(sizeof(T));
      if (error_) return;
      std::conditional_t<sizeof(T) <= sizeof(std::uint64_t), std::uint64_t, u128> bits = 0;
      for (std::size_t i = sizeof(T); i-- > 0;) bits = bits << 8 | b[i];
      value = static_cast<T>(bits);
    } else if constexpr (std::is_enum_v<T>) {
      static_assert(!enum_names<T>.empty(), "specialise codec::enum_names");
      const std::uint64_t tag = length();
      if (error_) return;
      if (tag >= enum_names<T>.size()) return stop(Error::unknown_tag);
      value = static_cast<T>(tag);
    } else if constexpr (is_strong<T>) {
      typename T::Raw raw_value{};
      get(raw_value);
      value = T{raw_value};
    } else if constexpr (std::same_as<T, Hash>) {
      copy(value.bytes);
    } else if constexpr (is_byte_array<T>) {
      copy(value);
    } else if constexpr (is_blob<T>) {
      const ByteView b = raw(bounded(T::kMax));
      if (!error_) static_cast<Bytes&>(value).assign(b.begin(), b.end());
    } else if constexpr (is_text<T>) {
      const ByteView b = raw(bounded(T::kMax));
      if (error_) return;
      for (const std::uint8_t c : b)
        if (c < 0x20 || c > 0x7e) return stop(Error::bad_text);
      static_cast<std::string&>(value).assign(as_text(b));
    } else if constexpr (is_list<T>) {
      const std::size_t n = bounded(T::kMax);
      value.clear();
      // Grows with what has been read, so a length alone allocates nothing.
      for (std::size_t i = 0; i < n && !error_; ++i) get(value.emplace_back());
    } else if constexpr (is_sorted_set<T>) {
      using Item = std::remove_cvref_t<decltype(*value.begin())>;
      const std::size_t n = bounded(T::kMax);
      std::vector<Item> items;
      for (std::size_t i = 0; i < n && !error_; ++i) {
        get(items.emplace_back());
        if (!error_ && i > 0 && !(items[i - 1] < items[i])) return stop(Error::unsorted_set);
      }
      value = T{std::move(items)};
    } else if constexpr (is_optional<T>) {
      const ByteView b = raw(1);
      if (error_) return;
      if (b[0] > 1) return stop(Error::unknown_tag);
      if (b[0] == 1) {
        get(value.emplace());
      } else {
        value.reset();
      }
    } else if constexpr (is_variant<T>) {
      const std::uint64_t tag = length();
      if (error_) return;
      if (tag >= std::variant_size_v<T>) return stop(Error::unknown_tag);
      alternative(value, tag, std::make_index_sequence<std::variant_size_v<T>>{});
    } else {
      static_assert(HasFields<T>, "a type without a field list");
      T::fields(value, *this);
    }
  }
  template <class T>
  void operator()(std::string_view, T& value) {
    get(value);
  }

 private:
  void stop(Error error) {
    if (!error_) error_ = error;
  }
  ByteView raw(std::size_t n) {
    if (error_) return {};
    if (in_.size() < n) {
      stop(Error::truncated);
      return {};
    }
    const ByteView out = in_.first(n);
    in_ = in_.subspan(n);
    return out;
  }
  template <std::size_t N>
  void copy(std::array<std::uint8_t, N>& to) {
    const ByteView b = raw(N);
    if (!error_) std::copy(b.begin(), b.end(), to.begin());
  }
  std::uint64_t length();
  std::size_t bounded(std::size_t max) {
    const std::uint64_t n = length();
    if (!error_ && n > max) stop(Error::length_above_bound);
    return error_ ? 0 : static_cast<std::size_t>(n);
  }
  template <class V, std::size_t... I>
  void alternative(V& value, std::uint64_t tag, std::index_sequence<I...>) {
    ((tag == I ? get(value.template emplace<I>()) : void()), ...);
  }

  ByteView in_;
  std::optional<Error> error_;
};

// How many bytes encode() gives.
template <class T>
[[nodiscard]] std::size_t encoded_size(const T& value) {
  Counter counter;
  counter.put(value);
  return counter.count();
}

template <class T>
[[nodiscard]] Bytes encode(const T& value) {
  Writer writer(encoded_size(value));  // so that the bytes are never moved to where there is more room
  writer.put(value);
  return writer.take();
}

// The whole of `bytes` as one T.
template <class T>
[[nodiscard]] Result<T, Error> decode(ByteView bytes) {
  Reader reader(bytes);
  T value{};
  reader.get(value);
  if (reader.error()) return fail(*reader.error());
  if (!reader.rest().empty()) return fail(Error::trailing_bytes);
  return value;
}

}  // namespace aether::codec

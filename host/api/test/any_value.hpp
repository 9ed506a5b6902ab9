// Random values of any type with a field list, from a seed; lists and blobs stay short.
#pragma once

#include <random>

#include "aether/api/json.hpp"

namespace aether::api::testing {

class AnyValue {
 public:
  explicit AnyValue(std::uint64_t seed) : random_(seed) {}

  template <class T>
  void fill(T& value) {
    if constexpr (std::same_as<T, bool>) {
      value = below(2) == 1;
    } else if constexpr (codec::Integer<T>) {
      // Edges as often as anything else.
      const std::uint64_t kind = below(4);
      value = kind == 0 ? T{0} : kind == 1 ? static_cast<T>(-1) : static_cast<T>((u128{random_()} << 64) | random_());
    } else if constexpr (std::is_enum_v<T>) {
      value = static_cast<T>(below(codec::enum_names<T>.size()));
    } else if constexpr (codec::is_strong<T>) {
      typename T::Raw raw{};
      fill(raw);
      value = T{raw};
    } else if constexpr (std::same_as<T, Hash>) {
      fill(value.bytes);
    } else if constexpr (codec::is_byte_array<T>) {
      for (auto& byte : value) byte = static_cast<std::uint8_t>(random_());
    } else if constexpr (codec::is_blob<T>) {
      value.resize(below(std::min<std::size_t>(20, T::kMax + 1)));
      for (auto& byte : value) byte = static_cast<std::uint8_t>(random_());
    } else if constexpr (codec::is_text<T> || std::same_as<T, std::string>) {
      value.resize(below(8));
      for (auto& c : value) c = static_cast<char>(0x20 + below(0x5f));
    } else if constexpr (codec::is_list<T> || is_plain_vector<T>) {
      value.resize(below(3));
      for (auto& item : value) fill(item);
    } else if constexpr (codec::is_sorted_set<T>) {
      std::vector<std::remove_cvref_t<decltype(*value.begin())>> items(below(4));
      for (auto& item : items) fill(item);
      value = T{std::move(items)};
    } else if constexpr (codec::is_optional<T>) {
      if (below(2) == 1) fill(value.emplace());
    } else if constexpr (codec::is_variant<T>) {
      const std::uint64_t index = below(std::variant_size_v<T>);
      [&]<std::size_t... I>(std::index_sequence<I...>) {
        ((index == I ? this->fill(value.template emplace<I>()) : void()), ...);
      }(std::make_index_sequence<std::variant_size_v<T>>{});
    } else {
      T::fields(value, *this);
    }
  }
  template <class T>
  void operator()(std::string_view, T& value) {
    fill(value);
  }

 private:
  std::uint64_t below(std::uint64_t n) { return random_() % n; }
  std::mt19937_64 random_;
};

}  // namespace aether::api::testing

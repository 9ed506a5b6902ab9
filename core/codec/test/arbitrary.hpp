// Random values of any type that has a field list.
#pragma once

#include <random>

#include "aether/codec/bcs.hpp"

namespace aether::codec::testing {

class Arbitrary {
 public:
  explicit Arbitrary(std::uint64_t seed) : random_(seed) {}

  template <class T>
  T make() {
    T out{};
    fill(out);
    return out;
  }

  template <class T>
  void operator()(const char*, T& field) {
    fill(field);
  }

 private:
  std::size_t length(std::size_t max) { return random_() % (std::min<std::size_t>(max, 40) + 1); }

  template <class T>
  void fill(T& out) {
    if constexpr (std::same_as<T, bool>) {
      out = random_() % 2 == 0;
    } else if constexpr (Integer<T>) {
      out = static_cast<T>((u128{random_()} << 64 | random_()) >> random_() % 128);
    } else if constexpr (is_strong<T>) {
      out = T{static_cast<typename T::Raw>(random_())};
    } else if constexpr (std::is_enum_v<T>) {
      out = static_cast<T>(random_() % enum_names<T>.size());
    } else if constexpr (is_byte_array<T>) {
      for (auto& byte : out) byte = static_cast<std::uint8_t>(random_());
    } else if constexpr (is_optional<T>) {
      if (random_() % 2 == 0) fill(out.emplace());
    } else if constexpr (is_variant<T>) {
      one_of(out, std::make_index_sequence<std::variant_size_v<T>>());
    } else if constexpr (is_sorted_set<T>) {
      for (std::size_t i = length(T::kMax); i > 0; --i)
        out.insert(make<typename std::decay_t<decltype(*out.begin())>>());
    } else if constexpr (is_text<T>) {
      for (std::size_t i = length(T::kMax); i > 0; --i) out.push_back(static_cast<char>(0x20 + random_() % 0x5f));
    } else if constexpr (is_blob<T> || is_list<T>) {
      for (std::size_t i = length(T::kMax); i > 0; --i) out.push_back(make<typename T::value_type>());
    } else if constexpr (requires { T::fields(out, *this); }) {
      T::fields(out, *this);
    } else {
      out = T{make<Hash>()};
    }
  }
  void fill(Hash& out) { fill(out.bytes); }
  template <class V, std::size_t... I>
  void one_of(V& out, std::index_sequence<I...>) {
    const std::size_t chosen = random_() % sizeof...(I);
    ((I == chosen ? fill(out.template emplace<I>()) : void()), ...);
  }

  std::mt19937_64 random_;
};

}  // namespace aether::codec::testing

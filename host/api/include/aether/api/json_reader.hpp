// The strict reader of the JSON forms in json.hpp: from_json<T>(value) and from_json_text<T>(text, bytes_max).
#pragma once

#include <limits>

#include "aether/api/json.hpp"

namespace aether::api {

class JsonReader {
 public:
  [[nodiscard]] const std::optional<JsonError>& error() const { return error_; }

  template <class T>
  void get(const boost::json::value& in, T& out) {
    if (error_) return;
    if constexpr (std::same_as<T, bool>) {
      if (!in.is_bool()) return wrong_type("true or false");
      out = in.get_bool();
    } else if constexpr (codec::Integer<T>) {
      get_integer(in, out);
    } else if constexpr (std::is_enum_v<T>) {
      out = static_cast<T>(index_of(in, codec::enum_names<T>));
    } else if constexpr (codec::is_strong<T>) {
      typename T::Raw raw{};
      get(in, raw);
      out = T{raw};
    } else if constexpr (std::same_as<T, Address>) {
      get_address(in, out);
    } else if constexpr (std::same_as<T, Hash>) {
      get_array(in, out.bytes);
    } else if constexpr (codec::is_byte_array<T>) {
      get_array(in, out);
    } else if constexpr (codec::is_blob<T>) {
      static_cast<Bytes&>(out) = hex(in, T::kMax);
    } else if constexpr (codec::is_text<T>) {
      static_cast<std::string&>(out) = text(in, T::kMax, true);
    } else if constexpr (std::same_as<T, std::string>) {
      out = text(in, std::numeric_limits<std::size_t>::max(), false);
    } else if constexpr (codec::is_list<T>) {
      get_items(in, T::kMax, out);
    } else if constexpr (is_plain_vector<T>) {
      get_items(in, std::numeric_limits<std::size_t>::max(), out);
    } else if constexpr (codec::is_sorted_set<T>) {
      get_set(in, out);
    } else if constexpr (codec::is_optional<T>) {
      if (in.is_null()) return out.reset();
      get(in, out.emplace());
    } else if constexpr (codec::is_variant<T>) {
      get_variant(in, out);
    } else {
      static_assert(codec::HasFields<T>, "a type without a field list");
      get_struct(in, out);
    }
  }

 private:
  struct FieldReader {
    JsonReader& reader;
    const boost::json::object& object;
    std::vector<std::string_view> known;
    template <class T>
    void operator()(std::string_view name, T& value) {
      known.push_back(name);
      reader.get_field(object, name, value);
    }
  };

  void stop(JsonErrorKind kind, std::string message);
  void wrong_type(std::string_view wanted);
  std::uint64_t small_number(const boost::json::value& in, std::uint64_t max);
  u128 decimal(const boost::json::value& in, u128 max);
  void get_address(const boost::json::value& in, Address& out);
  Bytes hex(const boost::json::value& in, std::size_t bytes_max);
  std::string text(const boost::json::value& in, std::size_t size_max, bool printable);
  std::size_t index_of(const boost::json::value& in, std::span<const std::string_view> names);
  std::size_t name_index(std::string_view name, std::span<const std::string_view> names);
  void refuse_unknown(const boost::json::object& object, std::span<const std::string_view> known);

  template <class T>
  void get_integer(const boost::json::value& in, T& out) {
    if constexpr (sizeof(T) <= 4) {
      out = static_cast<T>(small_number(in, std::numeric_limits<T>::max()));
    } else {
      out = static_cast<T>(decimal(in, static_cast<T>(-1)));
    }
  }
  template <std::size_t N>
  void get_array(const boost::json::value& in, std::array<std::uint8_t, N>& out) {
    const Bytes bytes = hex(in, N);
    if (error_) return;
    if (bytes.size() != N) return stop(JsonErrorKind::bad_hex, "0x and " + std::to_string(2 * N) + " hex digits");
    std::copy(bytes.begin(), bytes.end(), out.begin());
  }
  template <class Items>
  void get_items(const boost::json::value& in, std::size_t count_max, Items& out) {
    if (!in.is_array()) return wrong_type("an array");
    const auto& items = in.get_array();
    if (items.size() > count_max)
      return stop(JsonErrorKind::above_bound, "at most " + std::to_string(count_max) + " elements");
    out.clear();
    for (std::size_t i = 0; i < items.size() && !error_; ++i) {
      path_.push_back("[" + std::to_string(i) + "]");
      get(items[i], out.emplace_back());
      path_.pop_back();
    }
  }
  template <class Set>
  void get_set(const boost::json::value& in, Set& out) {
    using Item = std::remove_cvref_t<decltype(*out.begin())>;
    std::vector<Item> items;
    get_items(in, Set::kMax, items);
    for (std::size_t i = 1; i < items.size() && !error_; ++i)
      if (!(items[i - 1] < items[i])) stop(JsonErrorKind::unsorted_set, "elements in strictly increasing order");
    if (!error_) out = Set{std::move(items)};
  }
  template <class Variant>
  void get_variant(const boost::json::value& in, Variant& out) {
    static_assert(codec::variant_names<Variant>.size() == std::variant_size_v<Variant>);
    if (!in.is_object() || in.get_object().size() != 1) return wrong_type("an object with one key, the variant's name");
    const auto& entry = *in.get_object().begin();
    const std::size_t index = name_index(entry.key(), codec::variant_names<Variant>);
    if (error_) return;
    path_.push_back("." + std::string(entry.key()));
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      ((index == I ? this->get(entry.value(), out.template emplace<I>()) : void()), ...);
    }(std::make_index_sequence<std::variant_size_v<Variant>>{});
    path_.pop_back();
  }
  template <class T>
  void get_struct(const boost::json::value& in, T& out) {
    if (!in.is_object()) return wrong_type("an object");
    FieldReader fields{*this, in.get_object(), {}};
    T::fields(out, fields);
    if (!error_) refuse_unknown(fields.object, fields.known);
  }
  template <class T>
  void get_field(const boost::json::object& object, std::string_view name, T& value) {
    if (error_) return;
    const auto* found = object.if_contains(name);
    if (found == nullptr) {
      if constexpr (codec::is_optional<T>) return value.reset();
      return stop(JsonErrorKind::missing_key, "the key \"" + std::string(name) + "\"");
    }
    path_.push_back("." + std::string(name));
    get(*found, value);
    path_.pop_back();
  }

  std::vector<std::string> path_;
  std::optional<JsonError> error_;
};

template <class T>
[[nodiscard]] Result<T, JsonError> from_json(const boost::json::value& value) {
  JsonReader reader;
  T out{};
  reader.get(value, out);
  if (reader.error()) return std::unexpected(*reader.error());
  return out;
}

template <class T>
[[nodiscard]] Result<T, JsonError> from_json_text(std::string_view text, std::size_t bytes_max) {
  AETHER_TRY(const auto value, parse_json(text, bytes_max));
  return from_json<T>(value);
}

}  // namespace aether::api

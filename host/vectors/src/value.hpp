// The types of fields, and their strict reader: {"op": …} becomes values of the declared types, or an error that names
// the field and says what is wanted there.
#pragma once

#include <boost/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "aether/base/bytes.hpp"
#include "aether/base/result.hpp"

namespace aether::vectors {

enum class Type : std::uint8_t {
  bytes,  // hex digits without prefix
  text,
  tag,      // 1 to 127 characters of printable ASCII: what a signature is for
  number,   // 0 to 2^64 − 1, as a JSON number or its decimal digits in a string
  boolean,  // in answers only
  json,
  object,  // with `members`
};

struct Field {
  std::string_view name;
  Type type = Type::bytes;
  std::size_t size = 0;  // of bytes, 0: any. Another size is found by the op, whose kind says what that means
  std::vector<std::string_view> choices{};  // of text; empty: any
  std::vector<Field> members{};
  bool or_text = false;  // what is no hex stands for its own characters
  bool is_list = false;
  bool may_be_lost = false;  // elements of the list may be null
  bool is_optional = false;
  std::string_view also{};  // another name that is taken for it
};

[[nodiscard]] inline Field bytes(std::string_view name, std::size_t size = 0) { return {name, Type::bytes, size}; }
[[nodiscard]] inline Field text(std::string_view name) { return {name, Type::text}; }
[[nodiscard]] inline Field tag() { return {.name = "tag", .type = Type::tag, .is_optional = true}; }
[[nodiscard]] inline Field number(std::string_view name) { return {name, Type::number}; }
[[nodiscard]] inline Field boolean(std::string_view name) { return {name, Type::boolean}; }
[[nodiscard]] Field list(Field of);
[[nodiscard]] Field optional(Field of);
[[nodiscard]] Field also_named(std::string_view name, Field of);

// "bytes[32]", "list of bytes or null", "text, optional", "bytes, also named seed": how `describe` writes a type.
[[nodiscard]] std::string type_text(const Field& field);

struct Value {
  std::string_view name;
  bool is_lost = false;
  Bytes bytes;
  std::string_view text;  // of the JSON that was read, which must outlive the value
  std::uint64_t number = 0;
  const boost::json::value* json = nullptr;
  std::vector<Value> items;  // elements of a list, members of an object
};

// The fields of an op or of an item, read. Only has() may be asked about a field that is not there.
class Fields {
 public:
  explicit Fields(const Value& object) : object_(object) {}

  [[nodiscard]] bool has(std::string_view name) const { return find(name) != nullptr; }
  [[nodiscard]] const Bytes& bytes(std::string_view name) const { return get(name).bytes; }
  [[nodiscard]] std::string_view text(std::string_view name) const { return get(name).text; }
  [[nodiscard]] std::uint64_t number(std::string_view name) const { return get(name).number; }
  [[nodiscard]] const boost::json::value& json(std::string_view name) const { return *get(name).json; }
  [[nodiscard]] std::span<const Value> list(std::string_view name) const { return get(name).items; }

  // Exactly N bytes.
  template <std::size_t N>
  [[nodiscard]] Result<std::array<std::uint8_t, N>, std::string> array(std::string_view name) const;

 private:
  [[nodiscard]] const Value* find(std::string_view name) const;
  [[nodiscard]] const Value& get(std::string_view name) const;
  const Value& object_;
};

[[nodiscard]] std::string wrong_size(std::string_view name, std::size_t wanted, std::size_t given);

template <std::size_t N>
[[nodiscard]] Result<std::array<std::uint8_t, N>, std::string> to_array(std::string_view name, ByteView bytes) {
  if (bytes.size() != N) return fail(wrong_size(name, N, bytes.size()));
  std::array<std::uint8_t, N> out;
  std::copy(bytes.begin(), bytes.end(), out.begin());
  return out;
}

template <std::size_t N>
Result<std::array<std::uint8_t, N>, std::string> Fields::array(std::string_view name) const {
  return to_array<N>(name, bytes(name));
}

// `passed_over`: keys that are not fields.
[[nodiscard]] Result<Value, std::string> read_fields(const boost::json::object& from, std::span<const Field> fields,
                                                     std::span<const std::string_view> passed_over);

}  // namespace aether::vectors

#include "value.hpp"

#include <algorithm>

#include "aether/types/asset.hpp"

namespace aether::vectors {
namespace {

namespace json = boost::json;

using Read = Result<Value, std::string>;

std::string_view type_name(Type type) {
  switch (type) {
    case Type::bytes: return "bytes";
    case Type::text: return "text";
    case Type::tag: return "tag";
    case Type::number: return "number";
    case Type::boolean: return "true or false";
    case Type::json: return "JSON";
    case Type::object: return "object";
  }
  return "unknown";
}

std::string element_text(const Field& field) {
  if (field.type == Type::object) {
    std::string out;
    for (const Field& member : field.members)
      out += (out.empty() ? "{" : ", ") + std::string(member.name) + ": " + type_text(member);
    return out + "}";
  }
  std::string out(type_name(field.type));
  if (field.size > 0) out += "[" + std::to_string(field.size) + "]";
  if (field.or_text) out += " or text";
  for (std::size_t i = 0; i < field.choices.size(); ++i) out += (i == 0 ? " " : " or ") + std::string(field.choices[i]);
  return out;
}

std::string list_of(std::span<const Field> fields) {
  std::string out;
  for (const Field& field : fields)
    out += (out.empty() ? "" : ", ") + std::string(field.name) + (field.is_optional ? " (optional)" : "");
  return out.empty() ? "no fields" : out;
}

class Reader {
 public:
  Read object(const json::object& from, std::span<const Field> fields, std::span<const std::string_view> passed_over) {
    Value out;
    for (const Field& field : fields) {
      const json::value* found = from.if_contains(field.name);
      std::string_view name = field.name;
      if (!field.also.empty() && from.contains(field.also)) {
        if (found != nullptr)
          return fail(at(field.also) + ": another name of " + std::string(name) + ", which is there");
        name = field.also;
        found = from.if_contains(name);
      }
      if (found == nullptr || (found->is_null() && field.is_optional)) {
        if (field.is_optional) continue;
        return fail(at(field.name) + ": missing; the fields are " + list_of(fields));
      }
      AETHER_TRY(Value value, in_place(std::string(name), [&] { return any(*found, field); }));
      value.name = field.name;
      out.items.push_back(std::move(value));
    }
    for (const auto& entry : from) {
      const std::string_view key = entry.key();
      const bool known =
          std::any_of(fields.begin(), fields.end(),
                      [&](const Field& f) { return f.name == key || (!key.empty() && f.also == key); }) ||
          std::find(passed_over.begin(), passed_over.end(), key) != passed_over.end();
      if (!known) return fail(at(key.substr(0, 64)) + ": no such field; the fields are " + list_of(fields));
    }
    return out;
  }

 private:
  // Reads what stands at `step` below the present place, which names it in errors.
  template <class F>
  Read in_place(const std::string& step, F read) {
    const std::size_t size = path_.size();
    if (!path_.empty() && step[0] != '[') path_ += '.';
    path_ += step;
    Read out = read();
    path_.resize(size);
    return out;
  }
  std::string at(std::string_view name) const {
    return path_.empty() ? std::string(name) : path_ + "." + std::string(name);
  }
  std::unexpected<std::string> wanted(const std::string& what) const { return fail(path_ + ": " + what + " wanted"); }

  Read any(const json::value& from, const Field& field) {
    if (!field.is_list) return one(from, field);
    if (!from.is_array()) return wanted("a list");
    Value out;
    out.items.reserve(from.get_array().size());
    for (std::size_t i = 0; i < from.get_array().size(); ++i) {
      AETHER_TRY(Value item,
                 in_place("[" + std::to_string(i) + "]", [&] { return element(from.get_array()[i], field); }));
      out.items.push_back(std::move(item));
    }
    return out;
  }
  Read element(const json::value& from, const Field& field) {
    if (!from.is_null() || !field.may_be_lost) return one(from, field);
    Value out;
    out.is_lost = true;
    return out;
  }
  Read one(const json::value& from, const Field& field) {
    Value out;
    switch (field.type) {
      case Type::bytes: return hex(from, field.or_text);
      case Type::number: return whole_number(from);
      case Type::json: out.json = &from; return out;
      case Type::object:
        if (!from.is_object()) return wanted("an object");
        return object(from.get_object(), field.members, {});
      case Type::text:
      case Type::tag: break;
      case Type::boolean: AETHER_ASSERT(false);
    }
    if (!from.is_string()) return wanted("text in a string");
    out.text = from.get_string();
    if (field.type == Type::tag &&
        (out.text.empty() || out.text.size() > 127 ||
         !std::all_of(out.text.begin(), out.text.end(), [](char c) { return c >= 0x20 && c <= 0x7e; })))
      return wanted("1 to 127 characters of printable ASCII");
    if (!field.choices.empty() &&
        std::find(field.choices.begin(), field.choices.end(), out.text) == field.choices.end())
      return wanted(element_text(field));
    return out;
  }
  Read hex(const json::value& from, bool or_text) const {
    if (!from.is_string()) return wanted("hex digits in a string");
    const std::string_view digits = from.get_string();
    auto decoded = digits.starts_with("0x") || digits.starts_with("0X") ? std::nullopt : from_hex(digits);
    if (!decoded && or_text) decoded.emplace(digits.begin(), digits.end());
    if (!decoded) return wanted("an even number of hex digits, without 0x,");
    Value out;
    out.bytes = std::move(*decoded);
    return out;
  }
  Read whole_number(const json::value& from) const {
    Value out;
    if (from.is_uint64() || (from.is_int64() && from.get_int64() >= 0)) {
      out.number = from.is_uint64() ? from.get_uint64() : static_cast<std::uint64_t>(from.get_int64());
      return out;
    }
    const auto decimal = from.is_string() ? from_decimal(std::string_view(from.get_string())) : std::nullopt;
    if (!decimal || *decimal > static_cast<std::uint64_t>(-1)) return wanted("a whole number from 0 to 2^64 - 1");
    out.number = static_cast<std::uint64_t>(*decimal);
    return out;
  }

  std::string path_;
};

}  // namespace

Field list(Field of) {
  of.is_list = true;
  return of;
}

Field optional(Field of) {
  of.is_optional = true;
  return of;
}

Field also_named(std::string_view name, Field of) {
  of.also = name;
  return of;
}

std::string type_text(const Field& field) {
  std::string out = (field.is_list ? "list of " : "") + element_text(field);
  if (field.may_be_lost) out += " or null";
  if (field.is_optional) out += ", optional";
  if (!field.also.empty()) out += ", also named " + std::string(field.also);
  return out;
}

const Value* Fields::find(std::string_view name) const {
  const auto found =
      std::find_if(object_.items.begin(), object_.items.end(), [&](const Value& value) { return value.name == name; });
  return found == object_.items.end() ? nullptr : &*found;
}

const Value& Fields::get(std::string_view name) const {
  const Value* found = find(name);
  AETHER_ASSERT(found != nullptr);
  return *found;
}

std::string wrong_size(std::string_view name, std::size_t wanted, std::size_t given) {
  return std::string(name) + ": " + std::to_string(wanted) + " bytes wanted, " + std::to_string(given) + " given";
}

Result<Value, std::string> read_fields(const json::object& from, std::span<const Field> fields,
                                       std::span<const std::string_view> passed_over) {
  return Reader().object(from, fields, passed_over);
}

}  // namespace aether::vectors

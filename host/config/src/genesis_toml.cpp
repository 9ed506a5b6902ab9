// Reading and writing walk the same field lists; the only place that knows toml++.
#include <toml++/toml.h>

#include <set>
#include <sstream>

#include "aether/config/genesis.hpp"

namespace aether::config {
namespace {

// Bytes of a fixed number, written as hex.
template <class T>
inline constexpr bool is_fixed_bytes = codec::is_byte_array<T> || std::same_as<T, Hash>;

template <class T>
auto& bytes_of(T& value) {
  if constexpr (std::same_as<std::remove_const_t<T>, Hash>) {
    return value.bytes;
  } else {
    return value;
  }
}

const Address& address_in(const GenesisAccount& account) { return account.address; }
const Address& address_in(const GenesisValidator& validator) { return validator.registration.address; }

// The value of one key, described for an error.
std::string where(std::string_view name, const std::string& path) { return std::string(name) + ": " + path; }

class TableReader {
 public:
  TableReader(const toml::table& table, std::string_view name, std::string path, std::optional<Error>& error)
      : table_(table), name_(name), path_(std::move(path)), error_(error) {}

  template <class T>
  void operator()(std::string_view key, T& value) {
    known_.insert(std::string(key));
    if (error_) return;
    const toml::node* node = table_.get(key);
    if (node == nullptr) return stop(ErrorKind::missing_key, at(key) + " is missing: add it");
    read(*node, at(key), value);
  }

  void refuse_unknown() {
    for (const auto& [key, node] : table_)
      if (!known_.contains(std::string(key.str())))
        return stop(ErrorKind::unknown_key,
                    at(key.str()) + " is not a key of this file: remove it or correct its name");
  }

 private:
  std::string at(std::string_view key) const {
    return path_.empty() ? std::string(key) : path_ + "." + std::string(key);
  }
  void stop(ErrorKind kind, const std::string& message) {
    if (!error_) error_ = Error{kind, where(name_, message)};
  }

  template <class T>
  void read(const toml::node& node, const std::string& path, T& value) {
    if constexpr (codec::is_strong<T>) {
      typename T::Raw raw{};
      read(node, path, raw);
      value = T{raw};
    } else if constexpr (codec::Integer<T>) {
      read_integer(node, path, value);
    } else if constexpr (std::same_as<T, Address>) {
      const auto text = text_of(node, path);
      if (!text) return;
      const auto address = address_from_text(*text);
      if (!address) return stop(ErrorKind::bad_value, path + ": " + std::string(to_string(address.error())));
      value = *address;
    } else if constexpr (is_fixed_bytes<T>) {
      const auto text = text_of(node, path);
      if (!text) return;
      const auto bytes = from_hex(*text);
      auto& out = bytes_of(value);
      if (!bytes || bytes->size() != out.size())
        return stop(ErrorKind::bad_value, path + " must be " + std::to_string(2 * out.size()) + " hex digits");
      std::copy(bytes->begin(), bytes->end(), out.begin());
    } else if constexpr (std::same_as<T, GenesisSealer>) {
      read_sealer(node, path, value);
    } else if constexpr (codec::is_sorted_set<T>) {
      read_set(node, path, value);
    } else {
      const toml::table* table = table_of(node, path);
      if (table != nullptr) read_table(*table, path, value);
    }
  }

  template <class T>
  void read_table(const toml::table& table, const std::string& path, T& value) {
    TableReader inner(table, name_, path, error_);
    T::fields(value, inner);
    if (!error_) inner.refuse_unknown();
  }

  template <class T>
  void read_integer(const toml::node& node, const std::string& path, T& value) {
    std::optional<u128> wide;
    if (const auto* number = node.as_integer()) {
      if (number->get() >= 0) wide = static_cast<u128>(number->get());
    } else if (const auto* text = node.as_string()) {
      wide = from_decimal(text->get());
    } else {
      return stop(ErrorKind::wrong_type, path + " must be a whole number, or one in quotes");
    }
    if (!wide || *wide > static_cast<u128>(std::numeric_limits<T>::max()))
      return stop(ErrorKind::out_of_range, path + " must be a whole number from 0 to " +
                                               to_decimal(static_cast<u128>(std::numeric_limits<T>::max())));
    value = static_cast<T>(*wide);
  }

  void read_sealer(const toml::node& node, const std::string& path, GenesisSealer& value) {
    const toml::table* table = table_of(node, path);
    if (table == nullptr) return;
    const toml::node* kind = table->get("kind");
    if (kind == nullptr)
      return stop(ErrorKind::missing_key, path + ".kind is missing: add kind = \"dev\" or kind = \"bft\"");
    const auto text = text_of(*kind, path + ".kind");
    if (!text) return;
    toml::table rest = *table;
    rest.erase("kind");
    constexpr auto& names = codec::variant_names<GenesisSealer>;
    if (*text == names[0]) return read_table(rest, path, value.emplace<DevSealer>());
    if (*text == names[1]) return read_table(rest, path, value.emplace<BftGenesis>());
    stop(ErrorKind::bad_value, path + ".kind must be \"dev\" or \"bft\"");
  }

  template <class T>
  void read_set(const toml::node& node, const std::string& path, T& value) {
    const toml::array* array = node.as_array();
    if (array == nullptr) return stop(ErrorKind::wrong_type, path + " must be a list of tables, [[" + path + "]]");
    if (array->size() > T::kMax)
      return stop(ErrorKind::out_of_range, path + " may have at most " + std::to_string(T::kMax) + " entries");
    std::vector<std::remove_cvref_t<decltype(*value.begin())>> items(array->size());
    for (std::size_t i = 0; i < items.size() && !error_; ++i)
      read((*array)[i], path + "[" + std::to_string(i) + "]", items[i]);
    std::set<Address> seen;
    for (const auto& item : items)
      if (!error_ && !seen.insert(address_in(item)).second)
        return stop(ErrorKind::repeated, path + ": " + to_text(address_in(item)) + " stands there twice: keep one");
    value = T(std::move(items));
  }

  std::optional<std::string> text_of(const toml::node& node, const std::string& path) {
    if (const auto* text = node.as_string()) return text->get();
    stop(ErrorKind::wrong_type, path + " must be text in quotes");
    return std::nullopt;
  }
  const toml::table* table_of(const toml::node& node, const std::string& path) {
    const toml::table* table = node.as_table();
    if (table == nullptr) stop(ErrorKind::wrong_type, path + " must be a table");
    return table;
  }

  const toml::table& table_;
  std::string_view name_;
  std::string path_;
  std::optional<Error>& error_;
  std::set<std::string> known_;
};

class TableWriter {
 public:
  toml::table take() { return std::move(table_); }

  template <class T>
  void operator()(std::string_view key, const T& value) {
    if constexpr (codec::is_strong<T>) {
      (*this)(key, value.raw());
    } else if constexpr (codec::Integer<T>) {
      if (static_cast<u128>(value) > static_cast<u128>(std::numeric_limits<std::int64_t>::max())) {
        table_.insert(key, to_decimal(static_cast<u128>(value)));
      } else {
        table_.insert(key, static_cast<std::int64_t>(value));
      }
    } else if constexpr (std::same_as<T, Address>) {
      table_.insert(key, to_text(value));
    } else if constexpr (is_fixed_bytes<T>) {
      table_.insert(key, to_hex(bytes_of(value)));
    } else if constexpr (std::same_as<T, GenesisSealer>) {
      toml::table sealer = std::visit([](const auto& kind) { return table(kind); }, value);
      sealer.insert("kind", std::string(codec::variant_names<GenesisSealer>[value.index()]));
      table_.insert(key, std::move(sealer));
    } else if constexpr (codec::is_sorted_set<T>) {
      toml::array items;
      for (const auto& item : value) items.push_back(table(item));
      table_.insert(key, std::move(items));
    } else {
      table_.insert(key, table(value));
    }
  }

 private:
  template <class T>
  static toml::table table(const T& value) {
    TableWriter inner;
    T::fields(value, inner);
    return inner.take();
  }
  toml::table table_;
};

std::string position(const toml::source_position& at) {
  return "line " + std::to_string(at.line) + ", column " + std::to_string(at.column);
}

}  // namespace

Outcome<Genesis> genesis_from_toml(std::string_view text, std::string_view name) {
  toml::table table;
  try {
    table = toml::parse(text);
  } catch (const toml::parse_error& error) {
    return fail(Error{ErrorKind::syntax, where(name, position(error.source().begin) + ": " +
                                                         std::string(error.description()) + "; correct the file")});
  }
  Genesis genesis;
  std::optional<Error> error;
  TableReader reader(table, name, "", error);
  Genesis::fields(genesis, reader);
  if (!error) reader.refuse_unknown();
  if (error) return fail(*error);
  if (genesis.version != 1)
    return fail(Error{ErrorKind::out_of_range, where(name, "version must be 1: this program knows no other")});
  if (const auto valid = validate(genesis.params); !valid)
    return fail(Error{ErrorKind::inconsistent, where(name, "params: " + std::string(to_string(valid.error())))});
  return genesis;
}

std::string genesis_to_toml(const Genesis& genesis) {
  TableWriter writer;
  Genesis::fields(genesis, writer);
  std::ostringstream out;
  out << writer.take() << '\n';
  return out.str();
}

}  // namespace aether::config

#include "aether/config/node.hpp"

#include <toml++/toml.h>

#include <set>
#include <sstream>

namespace aether::config {

namespace {

constexpr std::string_view kVariablePrefix = "AETHERD_";
constexpr std::array<std::string_view, 5> kLevels{"debug", "info", "warn", "error", "off"};
constexpr std::size_t kTextMax = 4'096;
constexpr std::size_t kListMax = 1'024;

// Calls use(key, value, range, purpose); the range is nothing where the value is no number.
template <class Use>
struct EachKey {
  Use use;
  template <class T>
  void operator()(std::string_view key, T& value, Range range, std::string_view purpose) {
    use(key, value, std::optional(range), purpose);
  }
  template <class T>
  void operator()(std::string_view key, T& value, std::string_view purpose) {
    use(key, value, std::optional<Range>(), purpose);
  }
};
template <class Config, class Use>
void each_key(Config& config, Use use) {
  EachKey<Use> visit{std::move(use)};
  NodeConfig::fields(config, visit);
}

std::string variable_of(std::string_view key) {
  std::string out(kVariablePrefix);
  for (const char c : key) out += c == '.' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return out;
}

std::optional<Error> set_text(std::string_view text, std::string& value) {
  if (text.size() > kTextMax || text.find('\n') != text.npos)
    return Error{ErrorKind::out_of_range, "must be one line of at most " + std::to_string(kTextMax) + " characters"};
  value = std::string(text);
  return std::nullopt;
}

template <class T>
std::optional<Error> set_number(std::optional<u128> number, const Range& range, T& value) {
  if (!number || *number < range.min || *number > range.max)
    return Error{ErrorKind::out_of_range,
                 "must be a whole number from " + std::to_string(range.min) + " to " + std::to_string(range.max)};
  value = static_cast<T>(*number);
  return std::nullopt;
}

std::optional<Error> read(const toml::node& node, std::string& value, const std::optional<Range>&) {
  if (const auto* text = node.as_string()) return set_text(text->get(), value);
  return Error{ErrorKind::wrong_type, "must be text in quotes"};
}
template <codec::Integer T>
std::optional<Error> read(const toml::node& node, T& value, const std::optional<Range>& range) {
  const auto* number = node.as_integer();
  if (number == nullptr) return Error{ErrorKind::wrong_type, "must be a whole number"};
  return set_number(number->get() < 0 ? std::nullopt : std::optional(static_cast<u128>(number->get())), *range, value);
}
std::optional<Error> read(const toml::node& node, std::vector<std::string>& value, const std::optional<Range>&) {
  const auto* array = node.as_array();
  if (array == nullptr || array->size() > kListMax)
    return Error{ErrorKind::wrong_type, "must be a list of texts, at most " + std::to_string(kListMax)};
  value.clear();
  for (const toml::node& each : *array)
    if (auto wrong = read(each, value.emplace_back(), std::nullopt)) return wrong;
  return std::nullopt;
}

std::optional<Error> read(std::string_view text, std::string& value, const std::optional<Range>&) {
  return set_text(text, value);
}
template <codec::Integer T>
std::optional<Error> read(std::string_view text, T& value, const std::optional<Range>& range) {
  return set_number(from_decimal(text), *range, value);
}
std::optional<Error> read(std::string_view text, std::vector<std::string>& value, const std::optional<Range>&) {
  value.clear();
  while (!text.empty()) {
    const std::size_t comma = text.find(',');
    if (auto wrong = set_text(text.substr(0, comma), value.emplace_back())) return wrong;
    text = comma == text.npos ? std::string_view() : text.substr(comma + 1);
  }
  return std::nullopt;
}

template <class T>
std::string written(const T& value) {
  toml::array out;
  if constexpr (std::same_as<T, std::vector<std::string>>) {
    for (const std::string& each : value) out.push_back(each);
    std::ostringstream text;
    text << toml::toml_formatter{out, toml::toml_formatter::default_flags & ~toml::format_flags::allow_literal_strings};
    return text.str();
  } else if constexpr (std::same_as<T, std::string>) {
    std::ostringstream text;
    text << toml::toml_formatter{toml::value<std::string>(value),
                                 toml::toml_formatter::default_flags & ~toml::format_flags::allow_literal_strings};
    return text.str();
  } else {
    return std::to_string(value);
  }
}

// The keys of all tables, with dots between.
void collect(const toml::table& table, const std::string& above, std::map<std::string, const toml::node*>& out) {
  for (const auto& [key, node] : table) {
    const std::string name = above + std::string(key.str());
    if (const toml::table* inner = node.as_table())
      collect(*inner, name + ".", out);
    else
      out.emplace(name, &node);
  }
}

std::string source_text(const Setting& setting, std::string_view file) {
  switch (setting.source) {
    case Source::environment: return variable_of(setting.key);
    case Source::flag: return "--set " + setting.key;
    default: return std::string(file) + ": " + setting.key;
  }
}

std::optional<Error> check(const NodeConfig& config, std::string_view name) {
  const auto wrong = [&](const std::string& message) {
    return Error{ErrorKind::bad_value, std::string(name) + ": " + message};
  };
  if (std::ranges::find(kLevels, config.log_level) == kLevels.end())
    return wrong("log.level must be debug, info, warn, error or off");
  if (config.network_listen.empty()) return wrong("network.listen names no address: name one");
  if (config.validator_keys.empty() != config.validator_password_file.empty())
    return wrong("validator.keys and validator.password_file are set together, or neither");
  return std::nullopt;
}

}  // namespace

std::string_view to_string(Source source) {
  switch (source) {
    case Source::fallback: return "default";
    case Source::file: return "file";
    case Source::environment: return "environment";
    case Source::flag: return "flag";
  }
  return "unknown";
}

Outcome<SourcedConfig> node_config(std::string_view file, std::string_view name, std::span<const Setting> settings) {
  toml::table table;
  try {
    table = toml::parse(file);
  } catch (const toml::parse_error& error) {
    return fail(Error{ErrorKind::syntax, std::string(name) + ": line " + std::to_string(error.source().begin.line) +
                                             ": " + std::string(error.description()) + "; correct the file"});
  }
  std::map<std::string, const toml::node*> nodes;
  collect(table, "", nodes);
  SourcedConfig out;
  std::optional<Error> error;
  std::set<std::string, std::less<>> known;
  each_key(out.config, [&](std::string_view key, auto& value, const auto& range, std::string_view) {
    known.emplace(key);
    Source& source = out.sources.emplace(key, Source::fallback).first->second;
    const auto take = [&](std::optional<Error> wrong, const std::string& where) {
      if (wrong && !error) error = Error{wrong->kind, where + " " + wrong->message};
    };
    if (const auto node = nodes.find(std::string(key)); node != nodes.end()) {
      take(read(*node->second, value, range), std::string(name) + ": " + std::string(key));
      source = Source::file;
    }
    for (const Source at : {Source::environment, Source::flag}) {
      for (const Setting& setting : settings) {
        if (setting.key != key || setting.source != at) continue;
        take(read(std::string_view(setting.value), value, range), source_text(setting, name));
        source = at;
      }
    }
  });
  for (const auto& [key, node] : nodes)
    if (!error && !known.contains(key))
      error = Error{ErrorKind::unknown_key,
                    std::string(name) + ": " + key + " is not a key of this file: remove it or correct its name"};
  for (const Setting& setting : settings)
    if (!error && !known.contains(setting.key))
      error = Error{ErrorKind::unknown_key, source_text(setting, name) + ": there is no such key"};
  if (!error) error = check(out.config, name);
  if (error) return fail(*error);
  return out;
}

Outcome<std::vector<Setting>> settings_of_environment(std::span<const std::string> variables) {
  std::map<std::string, std::string> keys;
  const NodeConfig defaults;
  each_key(defaults, [&](std::string_view key, const auto&, const auto&, std::string_view) {
    keys.emplace(variable_of(key), key);
  });
  std::vector<Setting> out;
  for (const std::string& variable : variables) {
    const std::string name = variable.substr(0, variable.find('='));
    if (!name.starts_with(kVariablePrefix) || name.size() == variable.size()) continue;
    const auto key = keys.find(name);
    if (key == keys.end())
      return fail(Error{ErrorKind::unknown_key, name + " is set, and no key has this name: unset it or correct it"});
    out.push_back({key->second, variable.substr(name.size() + 1), Source::environment});
  }
  return out;
}

Outcome<Setting> setting_of_flag(std::string_view text) {
  const std::size_t equals = text.find('=');
  if (equals == text.npos)
    return fail(Error{ErrorKind::syntax, "'" + std::string(text) + "' is not KEY=VALUE, as rpc.port=8645"});
  return Setting{std::string(text.substr(0, equals)), std::string(text.substr(equals + 1)), Source::flag};
}

std::vector<KeyText> node_config_keys(const NodeConfig& config) {
  std::vector<KeyText> out;
  each_key(config, [&](std::string_view key, const auto& value, const auto&, std::string_view purpose) {
    out.push_back({std::string(key), written(value), std::string(purpose)});
  });
  return out;
}

std::string node_config_text(const NodeConfig& config) {
  std::string out = "# What this node does besides what the genesis of its chain fixes.\n";
  std::string section;
  for (const KeyText& key : node_config_keys(config)) {
    const std::size_t dot = key.key.find('.');
    const std::string own = dot == std::string::npos ? "" : key.key.substr(0, dot);
    if (own != section) out += "\n[" + own + "]";
    section = own;
    out +=
        "\n# " + key.purpose + "\n" + key.key.substr(dot == std::string::npos ? 0 : dot + 1) + " = " + key.value + "\n";
  }
  return out;
}

}  // namespace aether::config

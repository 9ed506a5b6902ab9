#include "aether/api/json.hpp"
#include "aether/env/entropy.hpp"
#include "signing.hpp"

namespace aether::cli {
namespace {

namespace json = boost::json;

json::object describe(const keystore::KeyInfo& key) {
  return {{"name", key.name},
          {"address", to_text(key.address)},
          {"public_key", to_hex0x(key.public_key)},
          {"file", key.path.string()}};
}

Output show(const keystore::KeyInfo& key) {
  return {"name        " + key.name + "\naddress     " + to_text(key.address) + "\npublic key  " +
              to_hex0x(key.public_key) + "\nfile        " + key.path.string() + "\n",
          describe(key)};
}

}  // namespace

CommandResult keys_new(const Arguments& arguments) {
  AETHER_TRY(const auto directory, keys_directory(arguments));
  CLI_TRY(const auto path, keystore::key_path(directory, arguments.name));
  AETHER_TRY(const auto secret, password(arguments, true));
  CLI_TRY(const auto key, keystore::import_key(directory, arguments.name, env::random_secret<32>(), secret));
  return show(key);
}

CommandResult keys_list(const Arguments& arguments) {
  AETHER_TRY(const auto directory, keys_directory(arguments));
  CLI_TRY(const auto keys, keystore::list_keys(directory));
  json::array list;
  std::string text;
  for (const auto& key : keys) {
    list.push_back(describe(key));
    text += key.name + "  " + to_text(key.address) + "\n";
  }
  return Output{std::move(text), std::move(list)};
}

CommandResult keys_show(const Arguments& arguments) {
  AETHER_TRY(const auto key, find_key(arguments, arguments.name));
  return show(key);
}

}  // namespace aether::cli

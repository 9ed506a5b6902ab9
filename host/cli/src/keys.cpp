#include "aether/api/json.hpp"
#include "aether/env/entropy.hpp"
#include "aether/keystore/account.hpp"
#include "key_text.hpp"
#include "signing.hpp"

namespace aether::cli {
namespace {

namespace json = boost::json;

std::optional<std::string> path_text(const keystore::KeyInfo& key) {
  if (!key.account) return std::nullopt;
  return keystore::to_text(keystore::account_path(*key.account));
}

json::object describe(const keystore::KeyInfo& key) {
  const auto path = path_text(key);
  return {{"name", key.name},
          {"address", to_text(key.address)},
          {"public_key", to_hex0x(key.public_key)},
          {"path", path ? json::value(*path) : json::value(nullptr)},
          {"file", key.path.string()}};
}

Output show(const keystore::KeyInfo& key) {
  const auto path = path_text(key);
  return {"name        " + key.name + "\naddress     " + to_text(key.address) + "\npublic key  " +
              to_hex0x(key.public_key) + "\n" + (path ? "path        " + *path + "\n" : "") + "file        " +
              key.path.string() + "\n",
          describe(key)};
}

// Refuses a name that is bad or taken before anything is asked or written.
Result<env::Path, Failure> directory_for(const Arguments& arguments) {
  AETHER_TRY(auto directory, keys_directory(arguments));
  CLI_TRY(const auto path, keystore::key_path(directory, arguments.name));
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) return directory;
  return fail(failure_of(
      keystore::Error{keystore::ErrorKind::exists, path.string() + " exists and is kept: choose another name"}));
}

Result<keystore::KeySecret, Failure> read_key_secret(const Arguments& arguments) {
  if (!arguments.mnemonic_file.empty()) {
    AETHER_TRY(auto entropy, read_mnemonic(arguments.mnemonic_file));
    return keystore::MnemonicSecret{std::move(entropy), arguments.account};
  }
  if (arguments.seed_file.empty())
    return usage("no_secret", "nothing to import: give --mnemonic-file FILE or --seed-file FILE");
  AETHER_TRY(auto seed, read_seed(arguments.seed_file));
  return seed;
}

Result<keystore::SecretBytes, Failure> secret_text(const keystore::KeySecret& secret, const Arguments& arguments) {
  if (arguments.format == "seed") return keystore::secret_to_hex(keystore::seed_of(secret).view());
  const auto* mnemonic = std::get_if<keystore::MnemonicSecret>(&secret);
  if (mnemonic == nullptr)
    return fail(Failure{kBadFile, "no_mnemonic", "the key " + arguments.name + " was made from a seed, without words",
                        "aetherctl keys export " + arguments.name + " --format seed"});
  return words_of(mnemonic->entropy.view());
}

}  // namespace

CommandResult keys_new(const Arguments& arguments) {
  AETHER_TRY(const auto directory, directory_for(arguments));
  AETHER_TRY(const auto password_given, password(arguments, true));
  const auto random = env::random_secret<32>();
  const ByteView entropy = ByteView(random.view()).first(arguments.words * 4 / 3);
  auto words = words_of(entropy);
  const bool to_file = !arguments.mnemonic_file.empty();
  if (to_file) AETHER_CHECK(write_secret_file(arguments.mnemonic_file, words));
  const auto key =
      keystore::import_key(directory, arguments.name,
                           keystore::MnemonicSecret{keystore::SecretBytes(entropy), arguments.account}, password_given);
  if (!key) {
    if (to_file) (void)env::erase_file(arguments.mnemonic_file);
    return fail(failure_of(key.error()));
  }
  auto out = show(*key);
  const std::string again = "aetherctl keys export " + arguments.name + " --format mnemonic";
  if (to_file) {
    out.text += "words       " + arguments.mnemonic_file + "\n";
    out.json.as_object().emplace("mnemonic_file", arguments.mnemonic_file);
    note("aetherctl: whoever reads " + arguments.mnemonic_file + " has the key: keep it off this machine");
  } else {
    out.secret = {"mnemonic", std::move(words)};
    note(
        "aetherctl: the words below are the key. Write them down on paper, show them to nobody; they are not shown "
        "again,\n"
        "  but to who has the file and its password: " +
        again);
  }
  return out;
}

CommandResult keys_import(const Arguments& arguments) {
  AETHER_TRY(const auto directory, directory_for(arguments));
  AETHER_TRY(const auto secret, read_key_secret(arguments));
  AETHER_TRY(const auto password_given, password(arguments, true));
  CLI_TRY(const auto key, keystore::import_key(directory, arguments.name, secret, password_given));
  return show(key);
}

CommandResult keys_export(const Arguments& arguments) {
  if (arguments.out.empty() && !arguments.to_stdout)
    return usage("no_target", "nowhere to put the secret: give --out FILE, or --stdout to show it");
  AETHER_TRY(const auto key, find_key(arguments, arguments.name));
  AETHER_TRY(const auto password_given, password(arguments, false));
  CLI_TRY(const auto secret, keystore::unlock_secret(key.path, password_given));
  AETHER_TRY(auto text, secret_text(secret, arguments));
  auto out = show(key);
  auto& object = out.json.as_object();
  object.emplace("format", arguments.format);
  if (arguments.to_stdout) {
    out.secret = {arguments.format, std::move(text)};
    note("aetherctl: whoever reads the last line has the key");
    return out;
  }
  AETHER_CHECK(write_secret_file(arguments.out, text));
  object.emplace("out", arguments.out);
  out.text += "written to  " + arguments.out + "\n";
  return out;
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

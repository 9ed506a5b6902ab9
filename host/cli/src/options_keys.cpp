#include "aether/keystore/slip10.hpp"
#include "option_tree.hpp"

namespace aether::cli {

void Tree::keys(CLI::App& app) {
  auto& keys = group(app, "keys", "Encrypted keys of this user");
  const auto named = [this](CLI::App* command, const char* what) {
    command->add_option("NAME", arguments_.name, what)->required();
  };
  const auto account = [this](CLI::App* command) {
    return command->add_option("--account", arguments_.account, "Which account of the words; the first is 0")
        ->check(CLI::Range(std::uint32_t{0}, keystore::kSlip10IndexMax));
  };

  auto* create = add(keys, "new", "Makes a key, and shows once the words that restore it", &keys_new,
                     "aetherctl keys new alice\n         aetherctl keys new alice --mnemonic-file alice.words");
  named(create, "a-z, 0-9, - and _");
  account(create);
  create->add_option("--words", arguments_.words, "How many: 12, 15, 18, 21 or 24 (default)")
      ->check(CLI::IsMember({12, 15, 18, 21, 24}));
  create->add_option("--mnemonic-file", arguments_.mnemonic_file, "Writes the words to this new file instead");

  auto* import = add(keys, "import", "Makes a key from its words, or from a seed of 32 bytes in hex", &keys_import,
                     "aetherctl keys import alice --mnemonic-file alice.words\n"
                     "         aetherctl keys import alice --mnemonic-file - --account 1");
  named(import, "a-z, 0-9, - and _");
  auto* words = import->add_option("--mnemonic-file", arguments_.mnemonic_file, "File with the words; - reads stdin");
  import->add_option("--seed-file", arguments_.seed_file, "File with the seed; - reads stdin")
      ->excludes(words)
      ->excludes(account(import));

  auto* give = add(keys, "export", "Shows the secret of a key, in a file or on stdout", &keys_export,
                   "aetherctl keys export alice --format mnemonic --out alice.words");
  named(give, "Name of the key");
  give->add_option("--format", arguments_.format, "mnemonic, or seed: 32 bytes in hex")
      ->required()
      ->check(CLI::IsMember({"mnemonic", "seed"}));
  auto* out = give->add_option("--out", arguments_.out, "A new file, which only you can read");
  give->add_flag("--stdout", arguments_.to_stdout, "On stdout, for whoever sees it")->excludes(out);

  auto* sign = add(keys, "sign", "Signs a message for readers outside the chain; never a transaction", &keys_sign,
                   "echo -n 'I am alice' | aetherctl keys sign alice --input -");
  named(sign, "Name of the key");
  sign->add_option("--input", arguments_.input, "File with the message; - reads stdin")->required();

  auto* verify = add(keys, "verify", "Checks a signed message; 0 if it holds, else 5", &keys_verify,
                     "aetherctl keys verify --signer aeth1... --signature 0x... --input message.txt");
  verify->add_option("--signer", arguments_.signer, "aeth1..., a public key (0x...), or the name of a key")->required();
  verify->add_option("--signature", arguments_.signature, "What keys sign gave")->required();
  verify->add_option("--input", arguments_.input, "File with the message; - reads stdin")->required();

  add(keys, "list", "Names and addresses of all keys", &keys_list, "aetherctl keys list --output json");
  named(add(keys, "show", "One key, without its secret", &keys_show, "aetherctl keys show alice"), "Name of the key");
  validator(keys);
}

void Tree::validator(CLI::App& keys) {
  auto& validator =
      group(keys, "validator", "A validator's folder: node, BLS, VRF and KES keys, and their registration");
  const auto folder = [this](CLI::App* command) {
    command->add_option("DIR", arguments_.folder, "The folder (default ~/.aether/validator)");
    return command;
  };
  const auto chain = [this](CLI::App* command) {
    return command->add_option("--chain-id", arguments_.chain_id, "Number of the chain");
  };
  const auto account = [this](CLI::App* command) {
    return command->add_option("--account", arguments_.address, "Who stakes: aeth1..., or the name of a key");
  };

  auto* create = folder(add(
      validator, "new", "Makes the folder, and shows once the words that restore all but the KES key", &validator_new,
      "aetherctl keys validator new --account alice --chain-id 1\n"
      "         aetherctl keys validator new DIR --account aeth1... --chain-id 1 --restore validator.words"));
  account(create)->required();
  chain(create)->required();
  auto* words =
      create->add_option("--mnemonic-file", arguments_.mnemonic_file, "Writes the words to this new file instead");
  create->add_option("--restore", arguments_.restore, "File with the 24 words of a validator; - reads stdin")
      ->excludes(words);

  folder(add(validator, "show", "Keys, registration, and how long the KES key lasts; needs no password",
             &validator_show, "aetherctl keys validator show --output json"));
  auto* rotate = folder(add(validator, "rotate-kes",
                            "Replaces a KES key that is lost. One that is there is renewed by node renew-kes",
                            &validator_rotate_kes, "aetherctl keys validator rotate-kes --lost"));
  rotate->add_flag("--lost", arguments_.lost,
                   "The KES key is lost or damaged: until the chain counts the new one the validator proposes nothing");

  auto* verify =
      add(validator, "verify", "Checks the proofs of a registration, and the folder that it is in", &validator_verify,
          "aetherctl keys validator verify --secrets\n"
          "         aetherctl keys validator verify registration.json --chain-id 1 --account aeth1...");
  verify->add_option("PATH", arguments_.folder, "A validator's folder, or a registration.json alone");
  account(verify);
  chain(verify);
  verify->add_flag("--secrets", arguments_.secrets,
                   "Also opens the folder's secrets and compares them; needs the password");
}

}  // namespace aether::cli

#include "aether/api/json.hpp"
#include "aether/env/entropy.hpp"
#include "aether/keystore/validator.hpp"
#include "key_text.hpp"
#include "signing.hpp"

namespace aether::cli {
namespace {

namespace json = boost::json;

// What to do is another thing for a validator's folder than for a key file.
Failure folder_failure(const keystore::Error& error) {
  Failure failure = failure_of(error);
  using enum keystore::ErrorKind;
  switch (error.kind) {
    case exists: failure.code = "validator_exists", failure.next = "name another folder"; break;
    case not_found:
      failure.code = "validator_not_found";
      failure.next = "aetherctl keys validator new makes a folder; a lost KES key is replaced by rotate-kes --lost";
      break;
    case too_open: failure.next = "chmod 700 the folder and 600 its files, and think of who may have read them"; break;
    case damaged:
      failure.next =
          "kes.key: aetherctl keys validator rotate-kes --lost; another file: put back a copy, or make the folder "
          "again from "
          "its words: aetherctl keys validator new DIR --restore FILE";
      break;
    case wrong_password:
      failure.next = "try again; without the password the words make the folder again: keys validator new --restore";
      break;
    default: break;
  }
  return failure;
}

template <class T>
Result<T, Failure> of_folder(keystore::Outcome<T> outcome) {
  if (outcome) return std::move(*outcome);
  return fail(folder_failure(outcome.error()));
}

Result<env::Path, Failure> folder_of(const Arguments& arguments) {
  if (!arguments.folder.empty()) return env::Path(arguments.folder);
  if (auto folder = keystore::default_validator_folder()) return std::move(*folder);
  return usage("no_validator_folder", "HOME is not set, so there is no default folder; name one");
}

json::object describe(const keystore::ValidatorInfo& info) {
  return {{"folder", info.folder.string()},
          {"file", (info.folder / keystore::kRegistrationFile).string()},
          {"kes_period", info.kes_period},
          {"kes_periods_left", info.kes_periods_left()},
          {"next_kes_key", info.next ? json::value(to_hex0x(info.next->kes_key)) : json::value(nullptr)},
          {"registration", api::to_json(info.registration)}};
}

std::string text_of(const Registration& r) {
  return "address     " + to_text(r.address) + "\nchain id    " + std::to_string(r.chain_id.raw()) + "\nnode key    " +
         to_hex0x(r.node_key) + "\nbls key     " + to_hex0x(r.bls_key) + "\nvrf key     " + to_hex0x(r.vrf_key) +
         "\nkes key     " + to_hex0x(r.kes_key) + "\n";
}

Output show(const keystore::ValidatorInfo& info) {
  const unsigned left = info.kes_periods_left();
  if (left <= keystore::kKesWarnPeriods)
    note("aetherctl: the KES key signs in " + std::to_string(left) +
         " more periods, this one included: renew it with aetherctl node renew-kes");
  return {"folder      " + info.folder.string() + "\n" + text_of(info.registration) + "kes period  " +
              std::to_string(info.kes_period) + ", " + std::to_string(left) + " left\n" +
              (info.next ? "next key    " + to_hex0x(info.next->kes_key) + "\n" : "") + "file        " +
              (info.folder / keystore::kRegistrationFile).string() + "\n",
          describe(info)};
}

// Refuses a folder that is there before anything is asked or written.
Result<void, Failure> check_absent(const env::Path& folder) {
  const auto there = keystore::inspect_validator(folder);
  if (!there && there.error().kind == keystore::ErrorKind::not_found) return {};
  return fail(folder_failure({keystore::ErrorKind::exists, folder.string() + " exists and is kept"}));
}

// Of the words that are restored, else fresh.
Result<Secret<32>, Failure> entropy_for(const Arguments& arguments) {
  if (arguments.restore.empty()) return env::random_secret<32>();
  AETHER_TRY(const auto entropy, read_mnemonic(arguments.restore));
  if (entropy.size() == 32) return Secret<32>(entropy.view().first<32>());
  return fail(Failure{kBadFile, "mnemonic_length", "these are not the 24 words of a validator",
                      "give all the words, in their order"});
}

struct Refusal {
  const char* code;
  const char* next;
};

Refusal refusal_of(RegistrationError error) {
  constexpr const char* kChanged = "the file was changed, or put together from two: take it again from the validator";
  constexpr const char* kBadKey =
      "this is no key that keys validator new makes: take the file again from the validator";
  using enum RegistrationError;
  switch (error) {
    case other_chain: return {"other_chain", "take the registration for this chain, or another --chain-id"};
    case node_proof: return {"bad_node_proof", kChanged};
    case bls_encoding: return {"bad_bls_encoding", kBadKey};
    case bls_not_canonical: return {"bls_not_canonical", kBadKey};
    case bls_not_on_curve: return {"bls_not_on_curve", kBadKey};
    case bls_wrong_subgroup: return {"bls_wrong_subgroup", kBadKey};
    case bls_infinity: return {"bls_infinity", kBadKey};
    case bls_proof: return {"bad_bls_proof", kChanged};
    case vrf_key: return {"bad_vrf_key", kBadKey};
    case vrf_small_order: return {"vrf_small_order", kBadKey};
    case vrf_proof_encoding: return {"bad_vrf_proof_encoding", kChanged};
    case vrf_proof: return {"bad_vrf_proof", kChanged};
    case kes_path: return {"bad_kes_path", kChanged};
    case kes_proof: break;
  }
  return {"bad_kes_proof", kChanged};
}

Result<Registration, Failure> checked(const env::Path& path, const Arguments& arguments) {
  AETHER_TRY(auto read, of_folder(keystore::read_registration(path)));
  const ChainId chain = arguments.chain_id ? ChainId{*arguments.chain_id} : read.unchecked().chain_id;
  const auto verified = verify_registration(std::move(read), chain);
  if (!verified) {
    const Refusal refusal = refusal_of(verified.error());
    return fail(
        Failure{kDiffers, refusal.code, path.string() + ": " + std::string(to_string(verified.error())), refusal.next});
  }
  if (!arguments.address.empty()) {
    AETHER_TRY(const auto wanted, resolve_address(arguments, arguments.address));
    if ((*verified)->address != wanted)
      return fail(Failure{kDiffers, "other_account", path.string() + " is of " + to_text((*verified)->address),
                          "take the registration of this account, or another --account"});
  }
  return **verified;
}

}  // namespace

CommandResult validator_new(const Arguments& arguments) {
  AETHER_TRY(const auto folder, folder_of(arguments));
  AETHER_TRY(const auto address, resolve_address(arguments, arguments.address));
  AETHER_CHECK(check_absent(folder));
  AETHER_TRY(auto entropy, entropy_for(arguments));
  AETHER_TRY(const auto password_given, password(arguments, true));
  auto words = words_of(entropy.view());
  const bool to_file = !arguments.mnemonic_file.empty();
  if (to_file) AETHER_CHECK(write_secret_file(arguments.mnemonic_file, words));
  const keystore::NewValidator wanted{
      .chain_id = ChainId{*arguments.chain_id}, .address = address, .entropy = std::move(entropy)};
  const auto made = of_folder(keystore::make_validator(folder, wanted, password_given));
  if (!made) {
    if (to_file) (void)env::erase_file(arguments.mnemonic_file);
    return fail(made.error());
  }
  auto out = show(*made);
  if (to_file) {
    out.text += "words       " + arguments.mnemonic_file + "\n";
    out.json.as_object().emplace("mnemonic_file", arguments.mnemonic_file);
    note("aetherctl: whoever reads " + arguments.mnemonic_file + " has the validator's keys: keep it off this machine");
  } else if (arguments.restore.empty()) {
    out.secret = {"mnemonic", std::move(words)};
    note(
        "aetherctl: the words below are the node, BLS and VRF key. Write them down on paper, show them to nobody; they "
        "are not shown again.\n"
        "  The KES key has no words: a lost one is replaced by aetherctl keys validator rotate-kes --lost");
  }
  return out;
}

CommandResult validator_show(const Arguments& arguments) {
  AETHER_TRY(const auto folder, folder_of(arguments));
  AETHER_TRY(const auto info, of_folder(keystore::inspect_validator(folder)));
  return show(info);
}

CommandResult validator_rotate_kes(const Arguments& arguments) {
  AETHER_TRY(const auto folder, folder_of(arguments));
  if (!arguments.lost)
    return fail(Failure{kUsage, "kes_key_in_use",
                        "the chain counts this KES key for two more epochs at least: erased now, the validator could "
                        "propose nothing until the new one counts",
                        "aetherctl node renew-kes --home NODE renews it in order; --lost replaces one that is lost"});
  AETHER_TRY(const auto password_given, password(arguments, false));
  AETHER_TRY(const auto info, of_folder(keystore::rotate_kes(folder, password_given)));
  note("aetherctl: register the new KES key as soon as the node runs: aetherctl node renew-kes");
  return show(info);
}

CommandResult validator_verify(const Arguments& arguments) {
  AETHER_TRY(const auto path, folder_of(arguments));
  std::error_code ignored;
  const bool is_folder = !std::filesystem::is_regular_file(path, ignored);
  if (!is_folder && arguments.secrets)
    return usage("no_secrets", path.string() + " is a file without secrets: --secrets is for a validator's folder");
  AETHER_TRY(const auto registration, checked(is_folder ? path / keystore::kRegistrationFile : path, arguments));
  const bool secrets = is_folder && (arguments.secrets || !arguments.password_file.empty());
  if (is_folder) AETHER_CHECK(of_folder(keystore::inspect_validator(path)));
  if (secrets) {
    AETHER_TRY(const auto password_given, password(arguments, false));
    AETHER_CHECK(of_folder(keystore::Validator::open(path, password_given)));
  }
  return Output{"valid       " + path.string() + "\n" + text_of(registration) + "secrets     " +
                    (secrets ? "opened, and the same" : "not opened") + "\n",
                json::object{{"valid", true}, {"secrets", secrets}, {"registration", api::to_json(registration)}}};
}

}  // namespace aether::cli

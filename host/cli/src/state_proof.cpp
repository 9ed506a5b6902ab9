#include "state_proof.hpp"

#include <algorithm>

#include "aether/types/contract.hpp"

namespace aether::cli {
namespace {

constexpr std::size_t kProofFileBytesMax = 8 * 1024 * 1024;

Result<ObjectId, Failure> read_entry(const std::string& key) {
  const std::size_t slash = key.find('/');
  AETHER_TRY(const Hash contract, read_id("contract id", key.substr(0, slash)));
  AETHER_TRY(const Bytes own, read_hex("key of an entry", key.substr(slash + 1), limits::kStorageKeyBytesMax));
  return storage_object(contract, own);
}

}  // namespace

Result<StateProof, Failure> read_state_proof(const std::string& path) {
  AETHER_TRY(const Bytes text, read_input(path, kProofFileBytesMax));
  auto proof = api::from_json_text<StateProof>(as_text(text), kProofFileBytesMax);
  if (proof) return std::move(*proof);
  return fail(
      Failure{kBadFile, "bad_proof_file", path + ": " + proof.error().text(),
              "aetherctl ledger proof OBJECT --data DIR --output json prints one, aetherctl rent keep writes one"});
}

bool holds(const StateProof& of, const Hash& root) {
  const auto proof = codec::decode<smt::Proof>(of.proof);
  const auto value = of.value ? std::optional(value_hash(*of.value)) : std::nullopt;
  return proof && smt::verify(root, state_key(of.object), value, *proof);
}

Result<ObjectId, Failure> read_object(const std::string& text) {
  const std::size_t colon = text.find(':');
  const auto named = std::ranges::find(codec::enum_names<Domain>, std::string_view(text).substr(0, colon));
  if (colon == std::string::npos || named == codec::enum_names<Domain>.end())
    return usage("bad_object",
                 "\"" + text + "\" is no object: wanted is DOMAIN:KEY, as account:aeth1... or utxo:0x...");
  const auto domain = static_cast<Domain>(named - codec::enum_names<Domain>.begin());
  const std::string key = text.substr(colon + 1);
  if (domain == Domain::storage && key.find('/') != std::string::npos) return read_entry(key);
  if (domain == Domain::account && !key.starts_with("0x")) {
    const auto address = address_from_text(key);
    if (!address) return usage("bad_object", "\"" + key + "\": " + std::string(to_string(address.error())));
    return account_object(*address);
  }
  AETHER_TRY(const Hash id, read_id("key of an object", key));
  return ObjectId{domain, id};
}

std::string name_of(const ObjectId& id) {
  return std::string(codec::enum_names<Domain>[static_cast<std::size_t>(id.domain)]) + ":" + to_hex0x(id.key.bytes);
}

}  // namespace aether::cli

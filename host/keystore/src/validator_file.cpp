#include "validator_file.hpp"

namespace aether::keystore {
namespace {

constexpr std::string_view kFirstLine = "aether-validator 1\n";
constexpr std::size_t kEntropyBytes = 32;

std::optional<ValidatorHead> head_from_text(std::string_view text) {
  const std::string_view all = text;
  text.remove_prefix(std::min(text.size(), kFirstLine.size()));
  ValidatorHead head;
  if (!take_hex(text, "node_key", head.node_key) || !take_hex(text, "bls_key", head.bls_key) ||
      !take_hex(text, "vrf_key", head.vrf_key) || validator_head_text(head) != all)
    return std::nullopt;
  return head;
}

}  // namespace

ValidatorHead head_of(const ValidatorKeys& keys) {
  return {crypto::ed25519_public_key(keys.node), crypto::bls_public_key(keys.bls).encode(),
          crypto::vrf_public_key(keys.vrf)};
}

std::string validator_head_text(const ValidatorHead& head) {
  return std::string(kFirstLine) + "node_key " + to_hex(head.node_key) + "\nbls_key " + to_hex(head.bls_key) +
         "\nvrf_key " + to_hex(head.vrf_key) + "\n";
}

std::optional<ValidatorFile> validator_file_from_text(std::string_view text) {
  auto sealed = sealed_file_from_text(text);
  if (!sealed || sealed->ciphertext.size() != kEntropyBytes + kSealedTagBytes) return std::nullopt;
  const auto head = head_from_text(sealed->head);
  if (!head) return std::nullopt;
  return ValidatorFile{*head, std::move(*sealed)};
}

Outcome<ValidatorFile> read_validator_file(const env::Path& path) {
  AETHER_TRY(const std::string text, read_private_file(path, "there are no validator keys at " + path.string()));
  auto file = validator_file_from_text(text);
  if (!file) return damaged(path, "file of validator keys");
  return std::move(*file);
}

Outcome<ValidatorKeys> unlock(const ValidatorFile& file, const SecretBytes& password, const env::Path& path) {
  AETHER_TRY(const SecretBytes entropy, unseal(file.sealed, password, path));
  ValidatorKeys keys = validator_keys(Secret<32>(entropy.view().first<kEntropyBytes>()));
  if (head_of(keys) != file.head)
    return fail(Error{ErrorKind::damaged, path.string() + " holds other keys than it says: restore it from a copy"});
  return keys;
}

}  // namespace aether::keystore

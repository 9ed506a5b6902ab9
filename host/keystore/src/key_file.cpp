#include "key_file.hpp"

#include "aether/keystore/account.hpp"

namespace aether::keystore {
namespace {

constexpr std::string_view kOfSeed = "aether-key 1\n";
constexpr std::string_view kOfMnemonic = "aether-key 2\n";

// None when the path is not an account's.
std::optional<std::uint32_t> account_of(std::string_view text) {
  const auto path = path_from_text(text);
  if (!path || path->size() != 3 || *path != account_path(path->back())) return std::nullopt;
  return path->back();
}

std::optional<KeyHead> head_from_text(std::string_view text) {
  const std::string_view all = text;
  const bool mnemonic = text.starts_with(kOfMnemonic);
  text.remove_prefix(std::min(text.size(), kOfSeed.size()));
  KeyHead head;
  const auto address_text = take_line(text, "address");
  if (!address_text) return std::nullopt;
  const auto address = address_from_text(*address_text);
  if (!address || !take_hex(text, "public_key", head.public_key)) return std::nullopt;
  head.address = *address;
  if (mnemonic) {
    const auto path = take_line(text, "path");
    if (!path) return std::nullopt;
    head.account = account_of(*path);
    if (!head.account) return std::nullopt;
  }
  if (key_head_text(head) != all || address_of(head.public_key) != head.address) return std::nullopt;
  return head;
}

bool good_secret_length(const KeyHead& head, std::size_t bytes) {
  return head.account ? bytes >= 16 && bytes <= 32 && bytes % 4 == 0 : bytes == 32;
}

}  // namespace

std::string key_head_text(const KeyHead& head) {
  std::string out(head.account ? kOfMnemonic : kOfSeed);
  out += "address " + to_text(head.address) + "\npublic_key " + to_hex(head.public_key) + "\n";
  if (head.account) out += "path " + to_text(account_path(*head.account)) + "\n";
  return out;
}

std::optional<KeyFile> key_file_from_text(std::string_view text) {
  auto sealed = sealed_file_from_text(text);
  if (!sealed) return std::nullopt;
  const auto head = head_from_text(sealed->head);
  if (!head || !good_secret_length(*head, sealed->ciphertext.size() - kSealedTagBytes)) return std::nullopt;
  return KeyFile{*head, std::move(*sealed)};
}

}  // namespace aether::keystore

#include "sealed_file.hpp"

#include <sodium.h>
#include <sys/stat.h>

#include "aether/crypto/sha256.hpp"
#include "aether/env/entropy.hpp"
#include "aether/types/asset.hpp"

namespace aether::keystore {
namespace {

static_assert(sizeof(SealedFile::salt) == crypto_pwhash_SALTBYTES);
static_assert(sizeof(SealedFile::nonce) == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES);
static_assert(kSealedTagBytes == crypto_aead_xchacha20poly1305_ietf_ABYTES);

constexpr std::size_t kChecksumBytes = 8;

std::string checksum(std::string_view lines) {
  return to_hex(crypto::tagged_hash("aether/key-file", as_bytes(lines)).view().first(kChecksumBytes));
}

// The lines above the ciphertext.
std::string associated(const SealedFile& file) {
  return file.head + "argon2id " + std::to_string(file.cost.operations) + " " + std::to_string(file.cost.memory_bytes) +
         "\nsalt " + to_hex(file.salt) + "\nnonce " + to_hex(file.nonce) + "\n";
}

bool take_cost(std::string_view& text, KdfCost& cost) {
  const auto line = take_line(text, "argon2id");
  if (!line) return false;
  const std::size_t space = line->find(' ');
  if (space == std::string_view::npos) return false;
  const auto operations = from_decimal(line->substr(0, space));
  const auto memory = from_decimal(line->substr(space + 1));
  if (!operations || !memory || *operations == 0 || *operations > kKdfCostMax.operations) return false;
  if (*memory < 8192 || *memory > kKdfCostMax.memory_bytes) return false;
  cost = {static_cast<std::uint64_t>(*operations), static_cast<std::uint64_t>(*memory)};
  return true;
}

Outcome<void> derive(SealingKey& to, const SecretBytes& password) {
  const std::string_view text = password.text();
  if (crypto_pwhash(to.key.mutable_view().data(), 32, text.data(), text.size(), to.salt.data(), to.cost.operations,
                    to.cost.memory_bytes, crypto_pwhash_ALG_ARGON2ID13) != 0)
    return fail(Error{ErrorKind::environment, "no memory for Argon2id (" + std::to_string(to.cost.memory_bytes >> 20) +
                                                  " MiB): close other programs"});
  return {};
}

}  // namespace

std::optional<std::string_view> take_line(std::string_view& text, std::string_view key) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos || end < key.size() + 1) return std::nullopt;
  const std::string_view line = text.substr(0, end);
  if (!line.starts_with(key) || line[key.size()] != ' ') return std::nullopt;
  text.remove_prefix(end + 1);
  return line.substr(key.size() + 1);
}

std::string sealed_file_text(const SealedFile& file) {
  const std::string lines = associated(file) + "ciphertext " + to_hex(file.ciphertext) + "\n";
  return lines + "checksum " + checksum(lines) + "\n";
}

std::optional<SealedFile> sealed_file_from_text(std::string_view text) {
  const std::size_t head = text.find("\nargon2id ");
  if (head == std::string_view::npos) return std::nullopt;
  SealedFile file;
  file.head = text.substr(0, head + 1);
  std::string_view rest = text.substr(head + 1);
  if (!take_cost(rest, file.cost) || !take_hex(rest, "salt", file.salt) || !take_hex(rest, "nonce", file.nonce))
    return std::nullopt;
  const auto ciphertext = take_line(rest, "ciphertext");
  if (!ciphertext) return std::nullopt;
  auto bytes = from_hex(*ciphertext);
  if (!bytes || bytes->size() < kSealedTagBytes) return std::nullopt;
  file.ciphertext = std::move(*bytes);
  // One text for one value also settles the checksum, upper-case hex and trailing bytes.
  if (sealed_file_text(file) != text) return std::nullopt;
  return file;
}

Outcome<SealingKey> sealing_key(const SecretBytes& password, KdfCost cost) {
  if (password.empty()) return fail(Error{ErrorKind::empty_password, "a key needs a password that is not empty"});
  SealingKey out{.cost = cost, .key = {}};
  env::fill_random(out.salt);
  AETHER_CHECK(derive(out, password));
  return out;
}

Outcome<SealingKey> sealing_key(const SecretBytes& password, const SealedFile& file) {
  SealingKey out{.cost = file.cost, .salt = file.salt, .key = {}};
  AETHER_CHECK(derive(out, password));
  return out;
}

SealedFile seal(std::string head, ByteView secret, const SealingKey& key) {
  SealedFile file{.head = std::move(head),
                  .cost = key.cost,
                  .salt = key.salt,
                  .ciphertext = Bytes(secret.size() + kSealedTagBytes)};
  env::fill_random(file.nonce);
  const std::string lines = associated(file);
  const ByteView data = as_bytes(lines);
  crypto_aead_xchacha20poly1305_ietf_encrypt(file.ciphertext.data(), nullptr, secret.data(), secret.size(), data.data(),
                                             data.size(), nullptr, file.nonce.data(), key.key.view().data());
  return file;
}

Outcome<SealedFile> seal(std::string head, ByteView secret, const SecretBytes& password, KdfCost cost) {
  AETHER_TRY(const SealingKey key, sealing_key(password, cost));
  return seal(std::move(head), secret, key);
}

Outcome<SecretBytes> unseal(const SealedFile& file, const SealingKey& key, const env::Path& path) {
  SecretBytes secret(Bytes(file.ciphertext.size() - kSealedTagBytes));
  const std::string lines = associated(file);
  const ByteView data = as_bytes(lines);
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(secret.mutable_view().data(), nullptr, nullptr, file.ciphertext.data(),
                                                 file.ciphertext.size(), data.data(), data.size(), file.nonce.data(),
                                                 key.key.view().data()) != 0)
    return fail(Error{ErrorKind::wrong_password, "the password does not open " + path.string() + ": try again"});
  return secret;
}

Outcome<SecretBytes> unseal(const SealedFile& file, const SecretBytes& password, const env::Path& path) {
  AETHER_TRY(const SealingKey key, sealing_key(password, file));
  return unseal(file, key, path);
}

Outcome<std::string> read_private_file(const env::Path& path, std::string_view absent) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) return fail(Error{ErrorKind::not_found, std::string(absent)});
  if ((status.st_mode & 077) != 0)
    return fail(Error{ErrorKind::too_open, path.string() + " can be read by others: chmod 600 it"});
  const auto bytes = env::read_file(path, kSealedFileBytesMax);
  if (!bytes && bytes.error().kind != env::ErrorKind::too_large)
    return fail(Error{ErrorKind::environment, bytes.error().message});
  return bytes ? std::string(as_text(*bytes)) : std::string();  // no text is the text of no file
}

std::unexpected<Error> damaged(const env::Path& path, std::string_view kind) {
  return fail(Error{ErrorKind::damaged,
                    path.string() + " is not a " + std::string(kind) + " or was changed: restore it from a copy"});
}

}  // namespace aether::keystore

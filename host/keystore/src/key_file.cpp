#include "key_file.hpp"

#include "aether/crypto/sha256.hpp"
#include "aether/types/asset.hpp"

namespace aether::keystore {
namespace {

constexpr std::string_view kFirstLine = "aether-key 1\n";
constexpr std::size_t kChecksumBytes = 8;

std::string checksum(std::string_view lines) {
  return to_hex(crypto::tagged_hash("aether/key-file", as_bytes(lines)).view().first(kChecksumBytes));
}

// Takes "KEY VALUE\n" off the front.
std::optional<std::string_view> take(std::string_view& text, std::string_view key) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos || end < key.size() + 1) return std::nullopt;
  const std::string_view line = text.substr(0, end);
  if (!line.starts_with(key) || line[key.size()] != ' ') return std::nullopt;
  text.remove_prefix(end + 1);
  return line.substr(key.size() + 1);
}

template <std::size_t N>
bool take_hex(std::string_view& text, std::string_view key, std::array<std::uint8_t, N>& to) {
  const auto value = take(text, key);
  if (!value) return false;
  const auto bytes = from_hex(*value);
  if (!bytes || bytes->size() != N) return false;
  std::copy(bytes->begin(), bytes->end(), to.begin());
  return true;
}

bool take_cost(std::string_view& text, KdfCost& cost) {
  const auto value = take(text, "argon2id");
  if (!value) return false;
  const std::size_t space = value->find(' ');
  if (space == std::string_view::npos) return false;
  const auto operations = from_decimal(value->substr(0, space));
  const auto memory = from_decimal(value->substr(space + 1));
  if (!operations || !memory || *operations == 0 || *operations > kKdfCostMax.operations) return false;
  if (*memory < 8192 || *memory > kKdfCostMax.memory_bytes) return false;
  cost = {static_cast<std::uint64_t>(*operations), static_cast<std::uint64_t>(*memory)};
  return true;
}

}  // namespace

std::string key_file_head(const KeyFile& file) {
  return std::string(kFirstLine) + "address " + to_text(file.address) + "\npublic_key " + to_hex(file.public_key) +
         "\nargon2id " + std::to_string(file.cost.operations) + " " + std::to_string(file.cost.memory_bytes) +
         "\nsalt " + to_hex(file.salt) + "\nnonce " + to_hex(file.nonce) + "\n";
}

std::string key_file_text(const KeyFile& file) {
  const std::string lines = key_file_head(file) + "ciphertext " + to_hex(file.ciphertext) + "\n";
  return lines + "checksum " + checksum(lines) + "\n";
}

std::optional<KeyFile> key_file_from_text(std::string_view text) {
  std::string_view rest = text;
  if (!rest.starts_with(kFirstLine)) return std::nullopt;
  rest.remove_prefix(kFirstLine.size());
  KeyFile file;
  const auto address_text = take(rest, "address");
  if (!address_text) return std::nullopt;
  const auto address = address_from_text(*address_text);
  if (!address) return std::nullopt;
  file.address = *address;
  if (!take_hex(rest, "public_key", file.public_key) || !take_cost(rest, file.cost) ||
      !take_hex(rest, "salt", file.salt) || !take_hex(rest, "nonce", file.nonce) ||
      !take_hex(rest, "ciphertext", file.ciphertext))
    return std::nullopt;
  // One text for one value also settles the checksum, upper-case hex and trailing bytes.
  if (key_file_text(file) != text || address_of(file.public_key) != file.address) return std::nullopt;
  return file;
}

}  // namespace aether::keystore

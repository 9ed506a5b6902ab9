#include "key_text.hpp"

#include "aether/keystore/mnemonic.hpp"

namespace aether::cli {
namespace {

constexpr std::size_t kSecretFileBytesMax = 4096;

std::string name_of(const std::string& path) { return path == "-" ? "stdin" : path; }

Failure failure_of(const keystore::MnemonicError& error, const std::string& path) {
  using enum keystore::MnemonicErrorKind;
  const std::string message = name_of(path) + ": " + to_string(error);
  switch (error.kind) {
    case unknown_word: return {kBadFile, "unknown_word", message, "correct that word, and try again"};
    case bad_checksum:
      return {kBadFile, "mnemonic_checksum", message, "compare each word and their order with what was written down"};
    default: return {kBadFile, "mnemonic_length", message, "give all the words, in their order"};
  }
}

}  // namespace

Result<keystore::SecretBytes, Failure> read_mnemonic(const std::string& path) {
  AETHER_TRY(const auto text, read_secret(path, kSecretFileBytesMax));
  auto entropy = keystore::entropy_from_mnemonic(text.text());
  if (!entropy) return fail(failure_of(entropy.error(), path));
  return std::move(*entropy);
}

Result<crypto::Seed, Failure> read_seed(const std::string& path) {
  AETHER_TRY(auto text, read_secret(path, kSecretFileBytesMax));
  text.keep_first(std::min(text.text().find_first_of("\r\n"), text.size()));
  const auto seed = keystore::secret_from_hex(text.text());
  if (seed && seed->size() == 32) return crypto::Seed(seed->view().first<32>());
  return fail(Failure{kBadFile, "bad_seed", name_of(path) + " does not begin with a line of 64 hex digits",
                      "a seed has 32 bytes; words are read by --mnemonic-file"});
}

keystore::SecretBytes words_of(ByteView entropy) {
  auto words = keystore::mnemonic_from_entropy(entropy);
  AETHER_ASSERT(words);
  return std::move(*words);
}

Result<void, Failure> write_secret_file(const std::string& path, const keystore::SecretBytes& text) {
  keystore::SecretBytes line(text.view());
  line.append("\n");
  const auto written = env::write_file_atomically(path, line.view(), {.mode = 0600, .overwrite = false});
  if (written) return {};
  const bool exists = written.error().kind == env::ErrorKind::exists;
  return fail(Failure{kBadFile, exists ? "file_exists" : "secret_file",
                      exists ? path + " exists and is kept" : written.error().message,
                      "name a new file in a folder that you may write to"});
}

}  // namespace aether::cli

// Secrets of keys as text: read from files and stdin, written to files and stdout, never in a string that is not wiped.
#pragma once

#include "aether/crypto/ed25519.hpp"
#include "support.hpp"

namespace aether::cli {

// `path` is a file, or "-" for stdin.
[[nodiscard]] Result<keystore::SecretBytes, Failure> read_mnemonic(const std::string& path);  // its entropy
[[nodiscard]] Result<crypto::Seed, Failure> read_seed(const std::string& path);               // 64 hex digits

// Of 16, 20, 24, 28 or 32 bytes.
[[nodiscard]] keystore::SecretBytes words_of(ByteView entropy);

// A new file of one line, mode 0600; one that exists is kept.
[[nodiscard]] Result<void, Failure> write_secret_file(const std::string& path, const keystore::SecretBytes& text);

}  // namespace aether::cli

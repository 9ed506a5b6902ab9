// Mnemonics (BIP-39, https://github.com/bitcoin/bips/blob/master/bip-0039.mediawiki): entropy as 12 to 24 English words
// with a checksum, and the seed that they stand for.
#pragma once

#include <span>
#include <string>

#include "aether/base/result.hpp"
#include "aether/keystore/secret_bytes.hpp"

namespace aether::keystore {

inline constexpr std::size_t kMnemonicListWords = 2048;
inline constexpr std::size_t kMnemonicWordsMax = 24;

enum class MnemonicErrorKind : std::uint8_t {
  bad_entropy_length,  // not 16, 20, 24, 28 or 32 bytes
  bad_word_count,      // not 12, 15, 18, 21 or 24 words
  unknown_word,        // not in the list
  bad_checksum,        // words of the list, but a wrong or misplaced one among them
  not_utf8,
};

struct MnemonicError {
  MnemonicErrorKind kind = MnemonicErrorKind::bad_entropy_length;
  std::size_t number = 0;    // the bytes or words there are; of an unknown word its place, from 1
  std::string_view nearest;  // the word of the list that looks most like the unknown one
};
[[nodiscard]] std::string to_string(const MnemonicError& error);

// The English list, in its order, which is the alphabet's.
[[nodiscard]] std::span<const std::string_view, kMnemonicListWords> mnemonic_words();

// The words, with one space between them.
[[nodiscard]] Result<SecretBytes, MnemonicError> mnemonic_from_entropy(ByteView entropy);

// Words in lower case and in full, with any white space around them. Only text that mnemonic_from_entropy could have
// made is accepted.
[[nodiscard]] Result<SecretBytes, MnemonicError> entropy_from_mnemonic(std::string_view text);

// PBKDF2 with HMAC-SHA512 and 2048 rounds over the NFKD of both texts. As in BIP-39, the words are not checked: they
// may be of any language.
[[nodiscard]] Result<Secret<64>, MnemonicError> mnemonic_to_seed(std::string_view mnemonic,
                                                                 std::string_view passphrase);

}  // namespace aether::keystore

#include "aether/keystore/mnemonic.hpp"

#include <openssl/evp.h>
#include <utf8proc.h>

#include "aether/crypto/sha256.hpp"

namespace aether::keystore {
namespace {

constexpr unsigned kWordBits = 11;
constexpr std::size_t kWordBytesMax = 8;
constexpr std::size_t kTypedBytesMax = 2 * kWordBytesMax;  // what is compared of a word that is not in the list
constexpr int kRounds = 2048;
constexpr std::string_view kSpace = " \t\r\n";

std::unexpected<MnemonicError> error(MnemonicErrorKind kind, std::size_t number = 0, std::string_view nearest = {}) {
  return fail(MnemonicError{kind, number, nearest});
}

// Entropy of 32 k bits is followed by k bits of its hash, at most one byte.
std::uint8_t checksum(ByteView entropy) {
  const std::size_t bits = entropy.size() / 4;
  return static_cast<std::uint8_t>(crypto::sha256(entropy).bytes[0] & (0xff << (8 - bits)));
}

bool good_length(std::size_t entropy_bytes) {
  return entropy_bytes >= 16 && entropy_bytes <= 32 && entropy_bytes % 4 == 0;
}

// Takes a word off the front; empty at the end.
std::string_view take_word(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(kSpace), text.size()));
  const std::string_view word = text.substr(0, text.find_first_of(kSpace));
  text.remove_prefix(word.size());
  return word;
}

// Levenshtein's distance.
std::size_t distance(std::string_view typed, std::string_view word) {
  std::array<std::size_t, kWordBytesMax + 1> row{};
  for (std::size_t j = 0; j <= word.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= typed.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= word.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (typed[i - 1] == word[j - 1] ? 0u : 1u)});
      diagonal = above;
    }
  }
  return row[word.size()];
}

std::string_view nearest_word(std::string_view typed) {
  typed = typed.substr(0, kTypedBytesMax);
  const auto words = mnemonic_words();
  return *std::min_element(words.begin(), words.end(), [typed](std::string_view a, std::string_view b) {
    return distance(typed, a) < distance(typed, b);
  });
}

// Normalization form KD, in memory that is wiped.
Result<SecretBytes, MnemonicError> decomposed(std::string_view text) {
  constexpr auto kForm = static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT);
  const ByteView in = as_bytes(text);
  const auto in_size = static_cast<utf8proc_ssize_t>(in.size());
  const utf8proc_ssize_t size = utf8proc_decompose(in.data(), in_size, nullptr, 0, kForm);
  if (size < 0) return error(MnemonicErrorKind::not_utf8);
  SecretBytes buffer(Bytes((static_cast<std::size_t>(size) + 1) * sizeof(utf8proc_int32_t)));
  // The code points are then encoded where they stand. Memory of operator new is aligned for them.
  auto* points = static_cast<utf8proc_int32_t*>(static_cast<void*>(buffer.mutable_view().data()));
  const utf8proc_ssize_t points_size = utf8proc_decompose(in.data(), in_size, points, size, kForm);
  const utf8proc_ssize_t out_size = points_size == size ? utf8proc_reencode(points, size, kForm) : -1;
  AETHER_ASSERT(out_size >= 0);
  buffer.keep_first(static_cast<std::size_t>(out_size));
  return buffer;
}

}  // namespace

std::string to_string(const MnemonicError& error) {
  const std::string number = std::to_string(error.number);
  switch (error.kind) {
    case MnemonicErrorKind::bad_entropy_length:
      return "entropy of " + number + " bytes has no words: 16, 20, 24, 28 or 32 bytes have";
    case MnemonicErrorKind::bad_word_count: return number + " words: a mnemonic has 12, 15, 18, 21 or 24";
    case MnemonicErrorKind::unknown_word:
      return "word " + number + " is not in the English list of BIP-39; nearest is \"" + std::string(error.nearest) +
             "\"";
    case MnemonicErrorKind::bad_checksum: return "the words do not fit together: one is wrong or in another place";
    case MnemonicErrorKind::not_utf8: break;
  }
  return "the text is not UTF-8";
}

Result<SecretBytes, MnemonicError> mnemonic_from_entropy(ByteView entropy) {
  if (!good_length(entropy.size())) return error(MnemonicErrorKind::bad_entropy_length, entropy.size());
  Secret<33> bits;
  const auto to = bits.mutable_view();
  std::copy(entropy.begin(), entropy.end(), to.begin());
  to[entropy.size()] = checksum(entropy);
  const std::size_t count = entropy.size() * 3 / 4;
  SecretBytes out;
  for (std::size_t i = 0; i < count; ++i) {
    std::size_t index = 0;
    for (std::size_t bit = i * kWordBits; bit < (i + 1) * kWordBits; ++bit)
      index = index << 1 | ((to[bit / 8] >> (7 - bit % 8)) & 1u);
    if (i > 0) out.append(" ");
    out.append(mnemonic_words()[index]);
  }
  return out;
}

Result<SecretBytes, MnemonicError> entropy_from_mnemonic(std::string_view text) {
  std::size_t count = 0;
  for (std::string_view rest = text; !take_word(rest).empty();) ++count;
  if (count < 12 || count > kMnemonicWordsMax || count % 3 != 0) return error(MnemonicErrorKind::bad_word_count, count);
  Secret<33> bits;
  const auto to = bits.mutable_view();
  const auto words = mnemonic_words();
  for (std::size_t i = 0; i < count; ++i) {
    const std::string_view word = take_word(text);
    const auto at = std::lower_bound(words.begin(), words.end(), word);
    if (at == words.end() || *at != word) return error(MnemonicErrorKind::unknown_word, i + 1, nearest_word(word));
    const auto index = static_cast<std::size_t>(at - words.begin());
    for (std::size_t k = 0; k < kWordBits; ++k) {
      const std::size_t bit = i * kWordBits + k;
      const std::size_t value = (index >> (kWordBits - 1 - k)) & 1;
      to[bit / 8] = static_cast<std::uint8_t>(to[bit / 8] | value << (7 - bit % 8));
    }
  }
  const ByteView entropy = ByteView(to).first(count * 4 / 3);
  if (to[entropy.size()] != checksum(entropy)) return error(MnemonicErrorKind::bad_checksum);
  return SecretBytes(entropy);
}

Result<Secret<64>, MnemonicError> mnemonic_to_seed(std::string_view mnemonic, std::string_view passphrase) {
  AETHER_TRY(const SecretBytes words, decomposed(mnemonic));
  AETHER_TRY(const SecretBytes phrase, decomposed(passphrase));
  SecretBytes salt(as_bytes("mnemonic"));
  salt.append(phrase.view());
  Secret<64> seed;
  const auto out = seed.mutable_view();
  const int done =
      PKCS5_PBKDF2_HMAC(words.text().data(), static_cast<int>(words.size()), salt.view().data(),
                        static_cast<int>(salt.size()), kRounds, EVP_sha512(), static_cast<int>(out.size()), out.data());
  AETHER_ASSERT(done == 1);
  return seed;
}

}  // namespace aether::keystore

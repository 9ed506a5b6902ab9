// Byte-level BPE: text to token ids and back. Runs at the client; jobs speak token ids, and `tokenizer_hash` names the
// tokenizer. Ids 0…255 are not fixed to bytes: the vocabulary says which id is which byte string.
//
// Text is cut into runs before merging: letters (ASCII letters and every byte ≥ 0x80), digits, other characters, each
// with one space before it if there is one; the rest of white space is a run of its own.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "aether/base/bytes.hpp"
#include "aether/base/result.hpp"

namespace aether::infer {

inline constexpr std::size_t kVocabularyMax = 131'072;
inline constexpr std::size_t kPieceBytesMax = 1024;
inline constexpr std::size_t kMergesMax = 524'288;

struct Merge {
  std::uint32_t left = 0;
  std::uint32_t right = 0;
  std::uint32_t result = 0;

  constexpr bool operator==(const Merge&) const = default;
};

// What a tokenizer is made of.
struct Vocabulary {
  std::vector<Bytes> pieces;           // by id; empty: the id has no text
  std::vector<Merge> merges;           // in order of rank
  std::vector<std::uint32_t> special;  // ids that stand for a mark, not for text; decode leaves them out

  bool operator==(const Vocabulary&) const = default;
};

enum class VocabularyError : std::uint8_t {
  too_large,       // more than 131 072 ids or 524 288 merges, or a piece longer than 1 KiB
  missing_byte,    // a byte that no piece stands for alone
  repeated_piece,  // two ids of the same text
  bad_merge,       // an id out of range or without text, or the result is not left ‖ right
  repeated_merge,  // a pair twice
  bad_special,     // an id out of range, or one that stands for a byte or comes from a merge
};
[[nodiscard]] std::string_view to_string(VocabularyError error);

class Tokenizer {
 public:
  [[nodiscard]] static Result<Tokenizer, VocabularyError> make(Vocabulary vocabulary);

  const Vocabulary& vocabulary() const { return vocabulary_; }
  // Total: any bytes give tokens, and decode(encode(x)) == x.
  [[nodiscard]] std::vector<std::uint32_t> encode(ByteView text) const;
  // Ids without text, special ones and those out of range, give nothing.
  [[nodiscard]] Bytes decode(std::span<const std::uint32_t> tokens) const;
  // H("aether/tokenizer", pieces ‖ merges ‖ special ids), each list behind its length.
  [[nodiscard]] Hash hash() const;

 private:
  friend class Merging;
  explicit Tokenizer(Vocabulary vocabulary) : vocabulary_(std::move(vocabulary)) {}
  [[nodiscard]] Result<void, VocabularyError> index_pieces();
  [[nodiscard]] Result<void, VocabularyError> index_merges();
  [[nodiscard]] Result<void, VocabularyError> index_special();

  Vocabulary vocabulary_;
  std::array<std::uint32_t, 256> byte_ids_{};
  std::vector<bool> special_;                                               // by id
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> ranks_;  // place in vocabulary_.merges
};

}  // namespace aether::infer

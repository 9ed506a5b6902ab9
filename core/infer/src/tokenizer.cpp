#include "aether/infer/tokenizer.hpp"

#include <queue>
#include <set>

#include "aether/crypto/sha256.hpp"

namespace aether::infer {

std::string_view to_string(VocabularyError error) {
  switch (error) {
    case VocabularyError::too_large: return "too_large";
    case VocabularyError::missing_byte: return "missing_byte";
    case VocabularyError::repeated_piece: return "repeated_piece";
    case VocabularyError::bad_merge: return "bad_merge";
    case VocabularyError::repeated_merge: return "repeated_merge";
    case VocabularyError::bad_special: return "bad_special";
  }
  return "unknown";
}

namespace {

enum class ByteKind : std::uint8_t { space, letter, digit, other };

constexpr ByteKind kind_of(std::uint8_t byte) {
  if (byte == ' ' || (byte >= '\t' && byte <= '\r')) return ByteKind::space;
  if (byte >= '0' && byte <= '9') return ByteKind::digit;
  if ((byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') || byte >= 0x80) return ByteKind::letter;
  return ByteKind::other;
}

std::size_t same_kind_end(ByteView text, std::size_t at) {
  const ByteKind kind = kind_of(text[at]);
  while (at < text.size() && kind_of(text[at]) == kind) ++at;
  return at;
}

// The end of the run that begins at `at`.
std::size_t run_end(ByteView text, std::size_t at) {
  const std::size_t end = same_kind_end(text, at);
  if (end == text.size() || kind_of(text[at]) != ByteKind::space || text[end - 1] != ' ') return end;
  return end - 1 > at ? end - 1 : same_kind_end(text, end);  // the last space belongs to what follows
}

void put(Bytes& out, std::size_t number) {
  for (unsigned shift = 0; shift < 32; shift += 8) out.push_back(static_cast<std::uint8_t>(number >> shift));
}

}  // namespace

// Merges the symbols of one run: always the pair of the lowest rank, of equal ones the leftmost. Symbols form a list
// over their first bytes, pairs wait in a heap; one whose symbols have changed since is passed over.
class Merging {
 public:
  explicit Merging(const Tokenizer& tokenizer) : tokenizer_(tokenizer) {}

  void run(ByteView text, std::vector<std::uint32_t>& out) {
    const std::size_t n = text.size();
    ids_.resize(n);
    next_.resize(n);
    before_.resize(n);
    for (std::size_t i = 0; i < n; ++i) {
      ids_[i] = tokenizer_.byte_ids_[text[i]];
      next_[i] = i + 1;
      before_[i] = i - 1;
    }
    for (std::size_t i = 0; i + 1 < n; ++i) offer(i);
    while (!waiting_.empty()) {
      const auto [rank, at] = waiting_.top();
      waiting_.pop();
      if (rank_at(at) == rank) merge(at, tokenizer_.vocabulary_.merges[rank].result);
    }
    for (std::size_t i = 0; i < n; i = next_[i]) out.push_back(ids_[i]);
  }

 private:
  static constexpr std::uint32_t kNone = UINT32_MAX;

  std::uint32_t rank_at(std::size_t at) const {
    if (ids_[at] == kNone || next_[at] == ids_.size()) return kNone;
    const auto found = tokenizer_.ranks_.find({ids_[at], ids_[next_[at]]});
    return found == tokenizer_.ranks_.end() ? kNone : found->second;
  }
  void offer(std::size_t at) {
    if (const std::uint32_t rank = rank_at(at); rank != kNone) waiting_.emplace(rank, at);
  }
  void merge(std::size_t at, std::uint32_t result) {
    const std::size_t gone = next_[at];
    ids_[at] = result;
    ids_[gone] = kNone;
    next_[at] = next_[gone];
    if (next_[at] < ids_.size()) before_[next_[at]] = at;
    offer(at);
    if (at > 0) offer(before_[at]);
  }

  const Tokenizer& tokenizer_;
  std::vector<std::uint32_t> ids_;  // of the symbol that begins at a byte; kNone within one
  std::vector<std::size_t> next_, before_;
  std::priority_queue<std::pair<std::uint32_t, std::size_t>, std::vector<std::pair<std::uint32_t, std::size_t>>,
                      std::greater<>>
      waiting_;  // rank, place
};

Result<Tokenizer, VocabularyError> Tokenizer::make(Vocabulary vocabulary) {
  if (vocabulary.pieces.size() > kVocabularyMax || vocabulary.merges.size() > kMergesMax ||
      vocabulary.special.size() > kVocabularyMax)
    return fail(VocabularyError::too_large);
  Tokenizer made(std::move(vocabulary));
  AETHER_CHECK(made.index_pieces());
  AETHER_CHECK(made.index_merges());
  AETHER_CHECK(made.index_special());
  return made;
}

Result<void, VocabularyError> Tokenizer::index_pieces() {
  std::set<std::string_view> seen;
  std::array<bool, 256> known{};
  for (std::uint32_t id = 0; id < vocabulary_.pieces.size(); ++id) {
    const Bytes& piece = vocabulary_.pieces[id];
    if (piece.size() > kPieceBytesMax) return fail(VocabularyError::too_large);
    if (piece.empty()) continue;
    if (!seen.insert(as_text(piece)).second) return fail(VocabularyError::repeated_piece);
    if (piece.size() == 1) {
      known[piece[0]] = true;
      byte_ids_[piece[0]] = id;
    }
  }
  if (std::ranges::find(known, false) != known.end()) return fail(VocabularyError::missing_byte);
  return {};
}

Result<void, VocabularyError> Tokenizer::index_merges() {
  const std::vector<Bytes>& pieces = vocabulary_.pieces;
  for (std::uint32_t rank = 0; rank < vocabulary_.merges.size(); ++rank) {
    const auto& [left, right, result] = vocabulary_.merges[rank];
    if (std::max({left, right, result}) >= pieces.size()) return fail(VocabularyError::bad_merge);
    Bytes joined = pieces[left];
    append(joined, pieces[right]);
    if (pieces[left].empty() || pieces[right].empty() || pieces[result] != joined) {
      return fail(VocabularyError::bad_merge);
    }
    if (!ranks_.try_emplace({left, right}, rank).second) return fail(VocabularyError::repeated_merge);
  }
  return {};
}

Result<void, VocabularyError> Tokenizer::index_special() {
  special_.resize(vocabulary_.pieces.size());
  for (const std::uint32_t id : vocabulary_.special) {
    if (id >= special_.size() || vocabulary_.pieces[id].size() == 1) return fail(VocabularyError::bad_special);
    special_[id] = true;
  }
  for (const Merge& merge : vocabulary_.merges) {
    if (special_[merge.result]) return fail(VocabularyError::bad_special);
  }
  return {};
}

std::vector<std::uint32_t> Tokenizer::encode(ByteView text) const {
  std::vector<std::uint32_t> out;
  Merging merging(*this);
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = run_end(text, at);
    merging.run(text.subspan(at, end - at), out);
    at = end;
  }
  return out;
}

Bytes Tokenizer::decode(std::span<const std::uint32_t> tokens) const {
  Bytes out;
  for (const std::uint32_t token : tokens) {
    if (token < special_.size() && !special_[token]) append(out, vocabulary_.pieces[token]);
  }
  return out;
}

Hash Tokenizer::hash() const {
  Bytes out;
  put(out, vocabulary_.pieces.size());
  for (const Bytes& piece : vocabulary_.pieces) {
    put(out, piece.size());
    append(out, piece);
  }
  put(out, vocabulary_.merges.size());
  for (const auto& [left, right, result] : vocabulary_.merges) {
    for (const std::uint32_t id : {left, right, result}) put(out, id);
  }
  put(out, vocabulary_.special.size());
  for (const std::uint32_t id : vocabulary_.special) put(out, id);
  return crypto::tagged_hash("aether/tokenizer", out);
}

}  // namespace aether::infer

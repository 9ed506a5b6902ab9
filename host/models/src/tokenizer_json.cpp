#include "aether/models/tokenizer_json.hpp"

#include <array>

#include "json.hpp"

namespace aether::models {

namespace json = boost::json;

namespace {

using Ids = std::map<std::string, std::uint32_t, std::less<>>;

// The printable characters that stand for bytes (GPT-2's byte-level alphabet): a byte that is printable in Latin-1 is
// itself, the others are the characters from U+0100 on, in order. Inverted: code point to byte, below U+0144.
constexpr std::size_t kStandIns = 0x144;
constexpr std::array<std::int16_t, kStandIns> kByteOf = [] {
  std::array<std::int16_t, kStandIns> out{};
  out.fill(-1);
  std::size_t spare = 0x100;
  for (std::int16_t byte = 0; byte < 256; ++byte) {
    const bool itself = (byte >= 33 && byte <= 126) || (byte >= 161 && byte != 173);
    out[itself ? static_cast<std::size_t>(byte) : spare++] = byte;
  }
  return out;
}();

std::string quoted(std::string_view text) { return "'" + std::string(text) + "'"; }

// The bytes that a text of stand-ins means; none if a character is no stand-in. All are of one or two bytes of UTF-8.
std::optional<Bytes> bytes_of_piece(std::string_view text) {
  Bytes out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto code = static_cast<std::size_t>(static_cast<std::uint8_t>(text[i]));
    if (code >= 0x80) {
      if (code < 0xc2 || code > 0xdf || i + 1 == text.size()) return std::nullopt;
      code = (code & 0x1f) << 6 | (static_cast<std::uint8_t>(text[++i]) & 0x3f);
    }
    if (code >= kStandIns || kByteOf[code] < 0) return std::nullopt;
    out.push_back(static_cast<std::uint8_t>(kByteOf[code]));
  }
  return out;
}

// Whether a member is absent, null, false or an empty text: a feature that is off.
bool off(const json::object& object, std::string_view name) {
  const auto* member = object.if_contains(name);
  if (member == nullptr || member->is_null()) return true;
  if (const auto* flag = member->if_bool()) return !*flag;
  return member->is_string() && member->get_string().empty();
}

Outcome<void> check_off(const json::object& object, std::string_view where,
                        std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    if (!off(object, name))
      return error(ErrorKind::unsupported, std::string(where) + " uses " + quoted(name) + ", which is not supported");
  }
  return {};
}

bool has_text(const json::object& object, std::string_view name, std::string_view text) {
  const auto* member = object.if_contains(name);
  return member != nullptr && member->is_string() && member->get_string() == text;
}

const json::object* object_at(const json::object& object, std::string_view name) {
  const auto* member = object.if_contains(name);
  return member == nullptr ? nullptr : member->if_object();
}

bool is_byte_level(const json::object& part) {
  return has_text(part, "type", "ByteLevel") && off(part, "add_prefix_space") && off(part, "use_regex");
}

bool is_split(const json::object& part) {
  const auto* pattern = object_at(part, "pattern");
  return has_text(part, "type", "Split") && has_text(part, "behavior", "Isolated") && off(part, "invert") &&
         pattern != nullptr && has_text(*pattern, "Regex", kPretokenPattern);
}

Outcome<void> check_pretokenizer(const json::object& root) {
  const auto* pretokenizer = object_at(root, "pre_tokenizer");
  const auto* member = pretokenizer == nullptr || !has_text(*pretokenizer, "type", "Sequence")
                           ? nullptr
                           : pretokenizer->if_contains("pretokenizers");
  const auto* parts = member == nullptr ? nullptr : member->if_array();
  const bool known = parts != nullptr && parts->size() == 2 && (*parts)[0].is_object() && (*parts)[1].is_object() &&
                     is_split((*parts)[0].get_object()) && is_byte_level((*parts)[1].get_object());
  if (!known)
    return error(
        ErrorKind::unsupported,
        "the pre-tokenizer is not the supported one: a Sequence of Split, Isolated, by the regular expression " +
            std::string(kPretokenPattern) + " and ByteLevel without add_prefix_space and use_regex");
  return {};
}

Outcome<void> check_frame(const json::object& root) {
  AETHER_CHECK(check_off(root, "the tokenizer", {"normalizer", "post_processor", "truncation", "padding"}));
  AETHER_CHECK(check_pretokenizer(root));
  const auto* decoder = object_at(root, "decoder");
  if (decoder == nullptr || !has_text(*decoder, "type", "ByteLevel"))
    return error(ErrorKind::unsupported, "the decoder is not ByteLevel");
  return {};
}

Outcome<std::uint32_t> read_id(std::string_view what, const json::value* in) {
  const auto id = in == nullptr ? std::nullopt : natural(*in);
  if (!id || *id >= infer::kVocabularyMax)
    return error(ErrorKind::vocabulary,
                 std::string(what) + " has no id from 0 to " + std::to_string(infer::kVocabularyMax - 1));
  return static_cast<std::uint32_t>(*id);
}

Outcome<Ids> read_pieces(const json::object& model, infer::Vocabulary& out) {
  const auto* vocab = object_at(model, "vocab");
  if (vocab == nullptr) return error(ErrorKind::json, "model.vocab is not an object of ids");
  Ids ids;
  for (const auto& [key, in] : *vocab) {
    const std::string_view text = key;
    const auto piece = bytes_of_piece(text);
    if (!piece || piece->empty())
      return error(ErrorKind::vocabulary, "piece " + quoted(text) + " is not made of byte-level characters");
    AETHER_TRY(const std::uint32_t id, read_id("piece " + quoted(text), &in));
    if (id >= out.pieces.size()) out.pieces.resize(id + std::size_t{1});
    if (!out.pieces[id].empty()) return error(ErrorKind::vocabulary, "two pieces have id " + std::to_string(id));
    out.pieces[id] = *piece;
    ids.emplace(text, id);
  }
  return ids;
}

Outcome<void> read_added(const json::object& root, infer::Vocabulary& out) {
  const auto* member = root.if_contains("added_tokens");
  if (member == nullptr) return {};
  if (!member->is_array()) return error(ErrorKind::json, "added_tokens is not a list");
  for (const auto& item : member->get_array()) {
    const auto* token = item.if_object();
    const auto* special = token == nullptr ? nullptr : token->if_contains("special");
    if (special == nullptr || !special->is_bool())
      return error(ErrorKind::json, "an added token is not an object with 'special'");
    AETHER_TRY(const std::uint32_t id, read_id("an added token", token->if_contains("id")));
    if (!special->get_bool())
      return error(ErrorKind::unsupported,
                   "added token " + std::to_string(id) + " is not special: it would cut text, which is not supported");
    if (id < out.pieces.size() && !out.pieces[id].empty())
      return error(ErrorKind::vocabulary, "added token " + std::to_string(id) + " has the id of a piece");
    if (id >= out.pieces.size()) out.pieces.resize(id + std::size_t{1});
    out.special.push_back(id);
  }
  std::ranges::sort(out.special);
  return {};
}

// Both forms: "a b" and ["a", "b"]. Stand-ins are never a space.
std::optional<std::pair<std::string_view, std::string_view>> merge_pair(const json::value& in) {
  if (const auto* text = in.if_string()) {
    const std::string_view all(*text);
    const std::size_t space = all.find(' ');
    if (space == std::string_view::npos) return std::nullopt;
    return std::pair{all.substr(0, space), all.substr(space + 1)};
  }
  const auto* pair = in.if_array();
  if (pair == nullptr || pair->size() != 2 || !(*pair)[0].is_string() || !(*pair)[1].is_string()) return std::nullopt;
  return std::pair<std::string_view, std::string_view>{(*pair)[0].get_string(), (*pair)[1].get_string()};
}

Outcome<void> read_merges(const json::object& model, const Ids& ids, infer::Vocabulary& out) {
  const auto* member = model.if_contains("merges");
  if (member == nullptr || !member->is_array()) return error(ErrorKind::json, "model.merges is not a list");
  for (const auto& item : member->get_array()) {
    const std::string where = "merge " + std::to_string(out.merges.size());
    const auto pair = merge_pair(item);
    if (!pair) return error(ErrorKind::json, where + " is not a pair of pieces");
    const auto left = ids.find(pair->first), right = ids.find(pair->second);
    const auto result = ids.find(std::string(pair->first) + std::string(pair->second));
    if (left == ids.end() || right == ids.end() || result == ids.end())
      return error(ErrorKind::vocabulary, where + ", " + quoted(pair->first) + " and " + quoted(pair->second) +
                                              ": both and what they make must be in the vocabulary");
    out.merges.push_back({left->second, right->second, result->second});
  }
  return {};
}

std::string_view advice(infer::VocabularyError error) {
  switch (error) {
    case infer::VocabularyError::too_large: return "more ids or merges, or a longer piece, than are supported";
    case infer::VocabularyError::missing_byte:
      return "a byte has no piece of its own, so some text would have no tokens";
    case infer::VocabularyError::repeated_piece: return "two ids have the same text";
    case infer::VocabularyError::bad_merge: return "a merge does not make its result";
    case infer::VocabularyError::repeated_merge: return "a pair is merged twice";
    case infer::VocabularyError::bad_special: return "a special id is a byte, the result of a merge or out of range";
  }
  return "unknown";
}

}  // namespace

Outcome<infer::Tokenizer> tokenizer_from_json(std::string_view text) {
  AETHER_TRY(const json::value root, parse_json(text, ErrorKind::json));
  const auto* object = root.if_object();
  const auto* model = object == nullptr ? nullptr : object_at(*object, "model");
  if (model == nullptr) return error(ErrorKind::json, "not a tokenizer: no 'model'");
  AETHER_CHECK(check_frame(*object));
  if (!has_text(*model, "type", "BPE"))
    return error(ErrorKind::unsupported, "the model's type is not BPE, the only supported one");
  AETHER_CHECK(check_off(*model, "the model",
                         {"dropout", "unk_token", "continuing_subword_prefix", "end_of_word_suffix", "fuse_unk",
                          "byte_fallback", "ignore_merges"}));
  infer::Vocabulary vocabulary;
  AETHER_TRY(const Ids ids, read_pieces(*model, vocabulary));
  AETHER_CHECK(read_added(*object, vocabulary));
  AETHER_CHECK(read_merges(*model, ids, vocabulary));
  auto made = infer::Tokenizer::make(std::move(vocabulary));
  if (!made) return error(ErrorKind::vocabulary, std::string(advice(made.error())));
  return std::move(*made);
}

Outcome<infer::Tokenizer> read_tokenizer(const env::Path& path) {
  const auto bytes = env::read_file(path, kTokenizerBytesMax);
  if (!bytes) return error(bytes.error());
  auto out = tokenizer_from_json(as_text(*bytes));
  if (!out) return in_file(path, std::move(out).error());
  return out;
}

}  // namespace aether::models

// tokenizer.json of Hugging Face's tokenizers, for byte-level BPE with the one pre-tokenizer that infer::Tokenizer has:
// a Split by kPretokenPattern, then ByteLevel without its own pattern. Everything else is refused, since it would cut
// text otherwise.
#pragma once

#include <string_view>

#include "aether/infer/tokenizer.hpp"
#include "aether/models/error.hpp"

namespace aether::models {

inline constexpr std::size_t kTokenizerBytesMax = 64 << 20;

// White space before the one space that a word takes along; words; what white space is left. Bytes from 0x80 count as
// letters, which for text means characters from U+0080.
inline constexpr std::string_view kPretokenPattern =
    R"( ?[A-Za-z\x{80}-\x{10FFFF}]+| ?[0-9]+| ?[^ \t\n\x0b\x0c\rA-Za-z0-9\x{80}-\x{10FFFF}]+)"
    R"(|[ \t\n\x0b\x0c\r]+(?= [^ \t\n\x0b\x0c\r])|[ \t\n\x0b\x0c\r]+)";

[[nodiscard]] Outcome<infer::Tokenizer> tokenizer_from_json(std::string_view text);
[[nodiscard]] Outcome<infer::Tokenizer> read_tokenizer(const env::Path& path);

}  // namespace aether::models

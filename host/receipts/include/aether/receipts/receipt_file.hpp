// A receipt file: all that a check of one text job needs besides the model, as JSON (api/json.hpp). Written by a run
// outside a chain, or from a chain's transactions; read strictly, and judged by check.hpp alone.
#pragma once

#include "aether/api/json.hpp"
#include "aether/env/file.hpp"
#include "aether/programs/instructions.hpp"

namespace aether::receipts {

inline constexpr std::uint8_t kFileVersion = 1;
// Two lists of 8 192 token ids of at most 10 digits are 176 KiB; all else is below 8 KiB.
inline constexpr std::size_t kFileBytesMax = 256 * 1024;

struct ReceiptFile {
  std::uint8_t version = kFileVersion;
  programs::ModelFacts model;  // what ran; the receipt's model_id is their hash
  std::uint32_t max_new = 0;   // tokens that were asked for
  programs::InlineTokens prompt;
  programs::InlineTokens output;
  vcr::VcrBody vcr;                            // outside a chain: chain, job and attempt are 0
  std::optional<crypto::Signature> signature;  // by vcr.provider; none: nobody vouches for it

  bool operator==(const ReceiptFile&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("version", self.version);
    visit("model", self.model);
    visit("max_new", self.max_new);
    visit("prompt", self.prompt);
    visit("output", self.output);
    visit("vcr", self.vcr);
    visit("signature", self.signature);
  }
};

enum class FileErrorKind : std::uint8_t {
  environment,   // it cannot be read or written
  format,        // not the JSON of a receipt; the message names the place
  version,       // of another version
  model_config,  // a configuration that no model can have
};
[[nodiscard]] std::string_view to_string(FileErrorKind kind);

struct FileError {
  FileErrorKind kind = FileErrorKind::format;
  std::string message;
};

[[nodiscard]] Result<ReceiptFile, FileError> from_text(std::string_view text);
[[nodiscard]] std::string to_text(const ReceiptFile& file);  // one line

[[nodiscard]] Result<ReceiptFile, FileError> read(const env::Path& path);
// Whole and durable, or not at all; replaces a file of that name.
[[nodiscard]] Result<void, FileError> write(const env::Path& path, const ReceiptFile& file);

}  // namespace aether::receipts

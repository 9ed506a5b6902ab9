#include "aether/receipts/receipt_file.hpp"

#include "aether/api/json_reader.hpp"

namespace aether::receipts {

std::string_view to_string(FileErrorKind kind) {
  switch (kind) {
    case FileErrorKind::environment: return "receipt_file";
    case FileErrorKind::format: return "receipt_format";
    case FileErrorKind::version: return "receipt_version";
    case FileErrorKind::model_config: return "receipt_model_config";
  }
  return "unknown";
}

Result<ReceiptFile, FileError> from_text(std::string_view text) {
  auto file = api::from_json_text<ReceiptFile>(text, kFileBytesMax);
  if (!file) return fail(FileError{FileErrorKind::format, file.error().text()});
  if (file->version != kFileVersion)
    return fail(FileError{FileErrorKind::version, "it is of version " + std::to_string(file->version) +
                                                      "; this program reads version " + std::to_string(kFileVersion)});
  const auto valid = infer::validate(file->model.config);
  if (!valid)
    return fail(FileError{FileErrorKind::model_config,
                          "no model has such a configuration: " + std::string(infer::to_string(valid.error()))});
  return std::move(*file);
}

std::string to_text(const ReceiptFile& file) { return api::to_json_text(file) + "\n"; }

Result<ReceiptFile, FileError> read(const env::Path& path) {
  const auto bytes = env::read_file(path, kFileBytesMax);
  if (!bytes) return fail(FileError{FileErrorKind::environment, bytes.error().message});
  auto file = from_text(as_text(*bytes));
  if (file) return file;
  return fail(FileError{file.error().kind, path.string() + ": " + file.error().message});
}

Result<void, FileError> write(const env::Path& path, const ReceiptFile& file) {
  const std::string text = to_text(file);
  const auto written = env::write_file_atomically(path, as_bytes(text));
  if (!written) return fail(FileError{FileErrorKind::environment, written.error().message});
  return {};
}

}  // namespace aether::receipts

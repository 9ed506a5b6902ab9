#include <cstdio>

#include "aether/models/convert.hpp"

namespace aether::models {

namespace {

constexpr std::size_t kTextBytesMax = std::size_t{1} << 30;
constexpr std::string_view kTrainingFileName = "training.json";

std::string percent(double share, int digits) {
  char text[32];
  std::snprintf(text, sizeof text, "%.*f %%", digits, 100 * share);
  return text;
}

std::string decimal(double number, int digits) {
  char text[32];
  std::snprintf(text, sizeof text, "%.*f", digits, number);
  return text;
}

Outcome<std::string> read_text(const env::Path& path) {
  const auto bytes = env::read_file(path, kTextBytesMax);
  if (!bytes) return error(bytes.error());
  return std::string(as_text(*bytes));
}

}  // namespace

Windows windows_of(const infer::Tokenizer& tokenizer, std::string_view text, std::size_t tokens_max) {
  Windows out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\f'), text.size());
    const std::vector<std::uint32_t> tokens = tokenizer.encode(as_bytes(text.substr(0, end)));
    for (std::size_t at = 0; at < tokens.size(); at += tokens_max) {
      const auto from = tokens.begin() + static_cast<std::ptrdiff_t>(at);
      out.emplace_back(from, from + static_cast<std::ptrdiff_t>(std::min(tokens_max, tokens.size() - at)));
    }
    text.remove_prefix(std::min(text.size(), end + 1));
  }
  return out;
}

Outcome<ConversionReport> convert_directory(const ConvertOptions& options, TaskPool& pool) {
  const env::Path model_path = options.output_directory / kModelFileName;
  const env::Path tokenizer_path = options.float_directory / kTokenizerFileName;
  std::error_code ignored;
  if (std::filesystem::equivalent(model_path, float_file_of(options.float_directory), ignored))
    return error(ErrorKind::would_overwrite,
                 model_path.string() + " is the float model: choose another output directory");
  AETHER_TRY(const FloatModel from, load_float_directory(options.float_directory));
  AETHER_TRY(const std::string tokenizer_text, read_text(tokenizer_path));
  auto tokenizer = tokenizer_from_json(tokenizer_text);
  if (!tokenizer) return in_file(tokenizer_path, std::move(tokenizer).error());
  if (tokenizer->vocabulary().pieces.size() > from.config.sizes.vocab)
    return error(ErrorKind::tokenizer_mismatch, tokenizer_path.string() + " has ids beyond the model's vocabulary of " +
                                                    std::to_string(from.config.sizes.vocab));
  AETHER_TRY(const std::string calibration, read_text(options.calibration));
  std::vector<std::uint32_t> heldout;
  if (options.heldout) {
    AETHER_TRY(const std::string text, read_text(*options.heldout));
    heldout = tokenizer->encode(as_bytes(text));
    heldout.resize(std::min(heldout.size(), options.heldout_tokens_max));
    if (heldout.size() < 2)
      return error(ErrorKind::calibration, options.heldout->string() + " has fewer than two tokens to measure on");
  }
  const Windows windows = windows_of(*tokenizer, calibration, from.config.sizes.context);
  auto model = convert(from, windows, pool, options.progress);
  if (!model) return in_file(options.calibration, std::move(model).error());
  ConversionReport report{.config = model->config(),
                          .model_root = model_root(*model),
                          .tokenizer_hash = tokenizer->hash(),
                          .ngram = read_ngram_baseline(options.float_directory / kTrainingFileName)};
  for (const auto& window : windows) report.calibration_tokens += window.size();
  if (options.heldout)
    report.accuracy = measure_accuracy(from, *model, *tokenizer, heldout, options.isa, pool, options.progress);
  const Bytes file = encode_model(*model, report.tokenizer_hash);
  report.model_bytes = file.size();
  AETHER_CHECK(save_model_directory(options.output_directory, file, as_bytes(tokenizer_text)));
  return report;
}

std::string to_text(const ConversionReport& report) {
  std::string out = "model root      " + to_hex0x(report.model_root.view()) + "\ntokenizer hash  " +
                    to_hex0x(report.tokenizer_hash.view()) + "\nmodel           " + std::to_string(report.model_bytes) +
                    " bytes, calibrated on " + std::to_string(report.calibration_tokens) + " tokens\n";
  if (report.accuracy) {
    const Accuracy& a = *report.accuracy;
    out += "held-out text   " + std::to_string(a.tokens) + " tokens, " + std::to_string(a.bytes) + " bytes\n" +
           "float           perplexity " + decimal(a.float_perplexity, 4) + ", " + decimal(a.float_bits_per_byte(), 4) +
           " bits a byte\n" + "integers        perplexity " + decimal(a.integer_perplexity, 4) + ", " +
           decimal(a.integer_bits_per_byte(), 4) + " bits a byte: " + percent(a.perplexity_change(), 3) +
           " more; the same first token " +
           percent(static_cast<double>(a.same_top) / static_cast<double>(a.tokens), 2) + "\n";
  }
  if (report.ngram)
    out += "n-gram          perplexity " + decimal(report.ngram->perplexity, 4) + " of order " +
           std::to_string(report.ngram->order) + ", interpolated: measured in training on its held-out text\n";
  return out;
}

}  // namespace aether::models

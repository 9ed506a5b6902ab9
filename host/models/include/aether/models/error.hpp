// A failure to read, write or convert a model: `kind` is for programs, `message` names file, tensor and what was
// wanted.
#pragma once

#include <cstdint>
#include <string>

#include "aether/env/file.hpp"

namespace aether::models {

enum class ErrorKind : std::uint8_t {
  environment,  // a file is missing or too large, or the system refuses
  // safetensors
  truncated,     // the file ends inside its header, or before the data that the header announces
  header_size,   // an empty header, or one above the bound
  header_json,   // not a JSON object of entries
  header_entry,  // an entry that is not {dtype, shape, data_offsets}, or metadata that is not text
  dtype,         // a type of number that is not read here
  shape,         // too many dimensions, or dimensions and offsets that disagree
  unsorted,      // entries not in order of their data
  overlap,       // data of two tensors overlap
  gap,           // bytes between two tensors that belong to none
  trailing,      // bytes after the last tensor
  too_many,      // more tensors than the bound
  // tokenizer.json, config.json
  json,         // not JSON, or not of the form wanted
  unsupported,  // a feature that is not supported
  vocabulary,   // ids, pieces or merges that do not make a tokenizer
  // models
  not_a_model,  // a safetensors file without the model's configuration
  config,       // a configuration that the engine refuses
  size,         // the tensors are not as many bytes as the configuration says
  missing_tensor,
  unknown_tensor,
  wrong_tensor,        // another type or shape than the configuration says
  tokenizer_mismatch,  // the tokenizer beside the model is not the one it was made with
  // conversion
  not_finite,       // a weight or activation that is infinite or no number
  scale_range,      // a scale that the integers cannot represent
  calibration,      // no calibration text
  would_overwrite,  // the output would replace the input
};

struct Error {
  ErrorKind kind = ErrorKind::environment;
  std::string message;
};
template <class T>
using Outcome = Result<T, Error>;

[[nodiscard]] inline std::unexpected<Error> error(ErrorKind kind, std::string message) {
  return std::unexpected(Error{kind, std::move(message)});
}
[[nodiscard]] inline std::unexpected<Error> error(env::Error from) {
  return error(ErrorKind::environment, std::move(from.message));
}
// "PATH: message".
[[nodiscard]] inline std::unexpected<Error> in_file(const env::Path& path, Error from) {
  return error(from.kind, path.string() + ": " + from.message);
}

}  // namespace aether::models

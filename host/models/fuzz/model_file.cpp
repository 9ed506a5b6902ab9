// A container that is read is written again as one that is read as the same model.
#include "aether/models/model_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto file = aether::models::decode_model(aether::Bytes(data, data + size));
  if (!file) return 0;
  AETHER_ASSERT(file->model.well_formed());
  const auto again = aether::models::decode_model(aether::models::encode_model(file->model, file->tokenizer_hash));
  AETHER_ASSERT(again.has_value() && again->model == file->model && again->tokenizer_hash == file->tokenizer_hash);
  return 0;
}

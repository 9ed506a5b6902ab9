// Whatever is read covers its data exactly, and what is written of it is read as the same and written as the same.
#include "aether/models/safetensors.hpp"

using aether::Bytes;
using aether::models::Safetensors;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto file = Safetensors::parse(Bytes(data, data + size));
  if (!file) return 0;
  const Bytes written = aether::models::write_safetensors(file->metadata(), file->tensors());
  const auto again = Safetensors::parse(written);
  AETHER_ASSERT(again.has_value() && again->metadata() == file->metadata());
  AETHER_ASSERT(aether::models::write_safetensors(again->metadata(), again->tensors()) == written);
  return 0;
}

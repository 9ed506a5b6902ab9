// Any bytes as a manifest: the decoder is strict, and what passes leaves no key out.
#include "aether/snapshot/manifest.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace aether;
  const ByteView bytes(data, size);
  const auto trailer = snapshot::read_trailer(bytes.first(std::min(size, snapshot::kTrailerBytes)), size);
  if (trailer) AETHER_ASSERT(trailer->manifest_bytes < size);
  const auto manifest = codec::decode<snapshot::Manifest>(bytes);
  if (!manifest) return 0;
  const Bytes again = codec::encode(*manifest);
  AETHER_ASSERT(std::equal(again.begin(), again.end(), bytes.begin(), bytes.end()));
  if (!snapshot::check(*manifest)) return 0;
  for (std::size_t i = 0; i < manifest->chunks.size(); ++i)
    AETHER_ASSERT(!(manifest->chunks[i].last < snapshot::first_key(*manifest, i)));
  AETHER_ASSERT(manifest->chunks.back().last == snapshot::highest_key());
  return 0;
}

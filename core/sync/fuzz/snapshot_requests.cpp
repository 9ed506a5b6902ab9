// Any bytes as each message: the decoder is strict, and what is judged without keys is judged for all of them.
#include "aether/sync/snapshot_requests.hpp"

namespace {

using namespace aether;

template <class T>
std::optional<T> decoded(ByteView bytes) {
  auto message = codec::decode<T>(bytes);
  if (!message) return std::nullopt;
  const Bytes again = codec::encode(*message);
  AETHER_ASSERT(std::equal(again.begin(), again.end(), bytes.begin(), bytes.end()));
  return std::move(*message);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const ByteView bytes = ByteView(data, size).subspan(1);
  switch (data[0] % 8) {
    case 0: static_cast<void>(decoded<sync::OffersRequest>(bytes)); break;
    case 1: static_cast<void>(decoded<sync::EpochsRequest>(bytes)); break;
    case 2: static_cast<void>(decoded<sync::Epochs>(bytes)); break;
    case 3: static_cast<void>(decoded<sync::ManifestRequest>(bytes)); break;
    case 4: static_cast<void>(decoded<sync::ChunkRequest>(bytes)); break;
    case 5: static_cast<void>(decoded<sync::Piece>(bytes)); break;
    case 6: static_cast<void>(decoded<sync::Target>(bytes)); break;
    default:
      if (const auto offers = decoded<sync::Offers>(bytes)) {
        for (const sync::Offer& offer : offers->offers) {
          if (!sync::is_chained(offer.proof)) continue;
          AETHER_ASSERT(offer.proof.headers.size() >= 2);
          static_cast<void>(sync::is_of({}, offer.proof));
        }
      }
  }
  return 0;
}

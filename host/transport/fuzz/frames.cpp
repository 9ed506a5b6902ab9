// Bytes as a lane's frames, cut anywhere: what comes out is what the definition in spec/network.md says.
#include <optional>
#include <vector>

#include "aether/base/bytes.hpp"
#include "aether/base/result.hpp"
#include "aether_native/net.h"

namespace {

using namespace aether;

struct Cut {
  std::vector<Bytes> messages;
  bool malformed = false;
  bool operator==(const Cut&) const = default;
};

Cut by_decoder(ByteView input, std::size_t piece, std::size_t max) {
  Cut cut;
  const auto sink = [](void* to, const std::uint8_t* message, std::size_t size) {
    static_cast<std::vector<Bytes>*>(to)->emplace_back(message, message + size);
  };
  cut.malformed = aether_native_net_frames(input.data(), input.size(), piece, max, sink, &cut.messages) != 0;
  return cut;
}

Cut by_definition(ByteView input, std::size_t max) {
  Cut cut;
  while (input.size() >= 4) {
    std::size_t size = 0;
    for (std::size_t i = 0; i < 4; ++i) size |= std::size_t{input[i]} << 8 * i;
    if (size == 0 || size > max) {
      cut.malformed = true;
      break;
    }
    if (input.size() - 4 < size) break;
    cut.messages.emplace_back(input.begin() + 4, input.begin() + 4 + static_cast<std::ptrdiff_t>(size));
    input = input.subspan(4 + size);
  }
  return cut;
}

}  // namespace

// Two bytes choose the pieces and the bound.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::size_t piece = 1 + data[0];
  const std::size_t max = 1 + std::size_t{data[1]} * data[1];
  const ByteView input(data + 2, size - 2);
  AETHER_ASSERT(by_decoder(input, piece, max) == by_definition(input, max));
  return 0;
}

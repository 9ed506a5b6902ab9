#include "support.hpp"

namespace aether::cli {
namespace {

// Bytes of the valid sequence at the start of `in` (Unicode 15, table 3-7); 0 when there is none.
std::size_t sequence_length(ByteView in) {
  const std::uint8_t first = in[0];
  if (first < 0x80) return 1;
  const std::size_t size = first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
  if (size == 0 || in.size() < size) return 0;
  for (std::size_t i = 1; i < size; ++i)
    if (in[i] < 0x80 || in[i] > 0xbf) return 0;
  // No overlong form, surrogate, or value above 0x10ffff.
  const bool bad = (first == 0xe0 && in[1] < 0xa0) || (first == 0xed && in[1] > 0x9f) ||
                   (first == 0xf0 && in[1] < 0x90) || (first == 0xf4 && in[1] > 0x8f);
  return bad ? 0 : size;
}

}  // namespace

std::string to_utf8(ByteView bytes) {
  std::string out;
  while (!bytes.empty()) {
    const std::size_t size = sequence_length(bytes);
    out += size == 0 ? std::string_view("\xef\xbf\xbd") : as_text(bytes.first(size));
    bytes = bytes.subspan(size == 0 ? 1 : size);
  }
  return out;
}

}  // namespace aether::cli

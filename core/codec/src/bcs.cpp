#include "aether/codec/bcs.hpp"

namespace aether::codec {

std::string_view to_string(Error error) {
  switch (error) {
    case Error::truncated: return "the input ends inside a value";
    case Error::trailing_bytes: return "bytes follow the value";
    case Error::overlong_length: return "a length is not in shortest form";
    case Error::length_above_bound: return "a length is above its bound";
    case Error::unsorted_set: return "a set is not sorted and unique";
    case Error::unknown_tag: return "an unknown tag";
    case Error::bad_bool: return "a boolean is neither 0 nor 1";
    case Error::bad_text: return "text has a byte outside printable ASCII";
  }
  return "unknown";
}

void BytesOut::raw(ByteView bytes) { append(bytes_, bytes); }

std::uint64_t Reader::length() {
  std::uint64_t out = 0;
  for (unsigned shift = 0; shift < 35; shift += 7) {
    const ByteView b = raw(1);
    if (error_) return 0;
    out |= std::uint64_t{b[0] & 0x7fu} << shift;
    if ((b[0] & 0x80) == 0) {
      if ((b[0] == 0 && shift > 0) || out > 0xffffffffu) stop(Error::overlong_length);
      return out;
    }
  }
  stop(Error::overlong_length);
  return 0;
}

}  // namespace aether::codec

// Where a node or tile of a trace is served:
//
//   /trace/{job}.{attempt}/{sequence}/{op}/{level}/{index}
//
// job: 64 hex digits; the attempt, so that what one attempt served never passes for another's; sequence: 0, since a
// text job has one; op: the operator's index, or `top` for the tree over the operators; level: height over the leaves.
// The body is the tile's bytes at level 0 of an operator, else the node's 32 bytes. One address has one text.
#pragma once

#include <string>
#include <string_view>

#include "aether/vcr/shape.hpp"

namespace aether::mesh {

// One attempt at a job: what a trace belongs to.
struct TraceKey {
  Hash job;
  std::uint32_t attempt = 0;

  constexpr auto operator<=>(const TraceKey&) const = default;
};

struct TraceAddress {
  TraceKey key;
  vcr::Node node;

  constexpr auto operator<=>(const TraceAddress&) const = default;
};

enum class TraceAddressError : std::uint8_t {
  path,      // not /trace/ and five parts
  job,       // not 64 lower-case hex digits, a dot and an attempt
  sequence,  // not 0
  op,        // neither `top` nor a number
  level,     // not a number up to 48
  index,     // not a number
};
[[nodiscard]] std::string_view to_string(TraceAddressError error);

[[nodiscard]] std::string to_path(const TraceAddress& address);
// Whether such a node exists depends on the trace and is not asked here.
[[nodiscard]] Result<TraceAddress, TraceAddressError> trace_address_from_path(std::string_view path);

}  // namespace aether::mesh

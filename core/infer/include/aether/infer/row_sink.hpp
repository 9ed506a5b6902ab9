// Where the engine puts the rows that a trace commits to.
#pragma once

#include "aether/base/bytes.hpp"

namespace aether::infer {

class RowSink {
 public:
  virtual ~RowSink() = default;
  // The committed bytes of operator `op` (an index of graph.hpp) at `position`. Rows of one operator come in order of
  // position, always from the thread that runs the engine; rows of different operators interleave in any order.
  virtual void row(std::uint32_t op, std::uint32_t position, ByteView bytes) = 0;
};

}  // namespace aether::infer

// The forward pass in single precision that integer models are calibrated on and compared with. Its bits are the same
// with any number of threads and any compiler: each sum has one order, and exp, sin and cos are our own
// (portable_math.hpp).
#pragma once

#include "aether/base/task_pool.hpp"
#include "aether/models/float_model.hpp"

namespace aether::models {

// Where an observer looks: rows of one layer, a position each.
enum class Point : std::uint8_t {
  residual,  // d, after the embedding, after attention and after the gated layer
  attn_in,   // d, the first norm's output
  q,         // heads·head_dim, before the rotation
  k,         // kv_heads·head_dim, before the rotation
  v,         // kv_heads·head_dim
  mlp_in,    // d, the second norm's output
  up,        // ff
  hidden,    // ff, silu(gate)·up
  final_in,  // d, the last norm's output; layer 0
};

class Observer {
 public:
  virtual ~Observer() = default;
  // All positions of the sequence at once, row after row.
  virtual void rows(Point, std::uint32_t /*layer*/, std::span<const float> /*rows*/) {}
  // Called in order of position, for the positions from `logits_from`.
  virtual void logits(std::uint32_t /*position*/, std::span<const float> /*row*/) {}
};

// Runs tokens (ids below the vocabulary, at least one, at most the context); everything that is seen goes to
// `observer`, from the caller's thread.
void run_float(const FloatModel& model, std::span<const std::uint32_t> tokens, std::uint32_t logits_from,
               TaskPool& pool, Observer& observer);

}  // namespace aether::models

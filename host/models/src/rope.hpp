// The angles of rotary position embedding: pair i of head_dim/2 turns by position·θ^(−2i/head_dim).
#pragma once

#include "aether/models/float_model.hpp"
#include "portable_math.hpp"

namespace aether::models {

[[nodiscard]] inline Turn rope_turn(const FloatConfig& config, std::uint32_t position, std::uint32_t pair) {
  const double exponent = -2.0 * pair / config.sizes.head_dim;
  return turn_of(position * exp_of(exponent * log_of(config.rope_theta)));
}

}  // namespace aether::models

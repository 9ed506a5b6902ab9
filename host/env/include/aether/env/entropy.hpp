// Random bytes of the operating system (getrandom). There is no other source; without one the process ends.
#pragma once

#include <cstdint>
#include <span>

#include "aether/base/secret.hpp"

namespace aether::env {

void fill_random(std::span<std::uint8_t> bytes);

template <std::size_t N>
[[nodiscard]] Secret<N> random_secret() {
  Secret<N> out;
  fill_random(out.mutable_view());
  return out;
}

}  // namespace aether::env

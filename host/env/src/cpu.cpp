#include "aether/env/cpu.hpp"

namespace aether::env {

CpuFeatures cpu_features() {
  return {.avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2")};
}

}  // namespace aether::env

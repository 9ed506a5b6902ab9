#include "aether/env/cpu.hpp"

#include <cpuid.h>

namespace aether::env {

namespace {

// GCC 12's __builtin_cpu_supports does not know SHA-NI: leaf 7, EBX bit 29. It needs no state beyond SSE's.
bool has_sha_ni() {
  unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
  return __get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) != 0 && (ebx >> 29 & 1U) != 0;
}

// Processors whose 512-bit units are as wide as that, so that 16 lanes beat three of SHA-NI: AMD from Zen 5 (family 26)
// on. Zen 4 takes two cycles for each, and Intel's rotate on one port.
bool has_wide_avx512() {
  unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
  if (!__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512bw") || !__builtin_cpu_is("amd") ||
      __get_cpuid(1, &eax, &ebx, &ecx, &edx) == 0)
    return false;
  const unsigned family = (eax >> 8 & 15) + (eax >> 20 & 255);
  return family >= 26;
}

// The builtins say no where the operating system does not save the wide registers.
CpuFeatures detect() {
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2");
  const bool sha_ni = __builtin_cpu_supports("sse4.1") && has_sha_ni();
  return {.avx2 = avx2,
          .sha_ni = sha_ni,
          .avx512_ifma = avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                         __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
                         __builtin_cpu_supports("avx512ifma"),
          .avx512_wide = sha_ni && has_wide_avx512()};
}

}  // namespace

// Once: in a virtual machine each CPUID leaves it.
CpuFeatures cpu_features() {
  static const CpuFeatures features = detect();
  return features;
}

}  // namespace aether::env

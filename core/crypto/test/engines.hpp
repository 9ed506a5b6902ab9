// What this processor runs.
#pragma once

#include <vector>

#include "aether/base/cpu.hpp"
#include "aether/crypto/ed25519_batch.hpp"

namespace aether::crypto::cases {

inline CpuFeatures this_processor() {
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2");
  return {.avx2 = avx2,
          .avx512_ifma = avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                         __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
                         __builtin_cpu_supports("avx512ifma")};
}

// Each that chooses another pairing: blst's, and this processor's.
inline std::vector<CpuFeatures> pairing_processors() { return {CpuFeatures{}, this_processor()}; }

inline std::vector<BatchEngine> engines() {
  std::vector<BatchEngine> out = {BatchEngine::zebra, BatchEngine::commonware};
  if (this_processor().avx2) out.push_back(BatchEngine::avx2);
  if (this_processor().avx512_ifma) out.insert(out.end(), {BatchEngine::ifma, BatchEngine::ifma_and_commonware});
  return out;
}

inline const char* name(BatchEngine engine) {
  constexpr const char* kNames[] = {" zebra", " commonware", " avx2", " ifma", " ifma and commonware"};
  return kNames[static_cast<std::size_t>(engine)];
}

}  // namespace aether::crypto::cases

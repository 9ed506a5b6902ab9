// What the processor lets a kernel use: a value that the host finds out (env/cpu.hpp) and passes in. A default
// CpuFeatures chooses the portable code; the result is the same for every value.
#pragma once

namespace aether {

struct CpuFeatures {
  bool avx2 = false;         // with BMI and BMI2, which the kernels' compiler flags assume too
  bool sha_ni = false;       // with SSE4.1
  bool avx512_ifma = false;  // with AVX-512 F, DQ, BW and VL, and all that avx2 says
  bool avx512_wide = false;  // AVX-512 F and BW, with 512-bit integer vectors as fast as shorter ones; and sha_ni

  constexpr bool operator==(const CpuFeatures&) const = default;
};

}  // namespace aether

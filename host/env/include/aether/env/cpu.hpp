// What the processor and the operating system let a program use. A host maps it to the kernels that it picks.
#pragma once

namespace aether::env {

struct CpuFeatures {
  bool avx2 = false;  // with BMI and BMI2, which the kernels' compiler flags assume too
};

[[nodiscard]] CpuFeatures cpu_features();

}  // namespace aether::env

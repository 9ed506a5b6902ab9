// What the processor and the operating system let a program use. A host passes it on to the kernels that pick by it.
#pragma once

#include "aether/base/cpu.hpp"

namespace aether::env {

[[nodiscard]] CpuFeatures cpu_features();

}  // namespace aether::env

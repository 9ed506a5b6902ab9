// What ops need beside their input.
#pragma once

#include "aether/env/cpu.hpp"
#include "aether/env/thread_pool.hpp"

namespace aether::vectors {

struct Machine {
  CpuFeatures cpu = env::cpu_features();
  env::ThreadPool pool;
};

}  // namespace aether::vectors

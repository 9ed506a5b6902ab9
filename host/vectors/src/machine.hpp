// What ops need beside their input.
#pragma once

#include <optional>

#include "aether/ceremony/ceremony.hpp"
#include "aether/env/cpu.hpp"
#include "aether/env/thread_pool.hpp"

namespace aether::vectors {

struct Machine {
  CpuFeatures cpu = env::cpu_features();
  env::ThreadPool pool;

  // The ceremony's, loaded when first asked for, which takes a second.
  const crypto::KzgSettings& kzg() {
    if (!kzg_) {
      auto loaded = ceremony::load_kzg_settings();
      AETHER_ASSERT(loaded.has_value());
      kzg_.emplace(std::move(*loaded));
    }
    return *kzg_;
  }

 private:
  std::optional<crypto::KzgSettings> kzg_;
};

}  // namespace aether::vectors

// What an engine holds; shared by its sources.
#pragma once

#include "kernels.hpp"

namespace aether::infer {

struct Engine::State {
  const Model& model;
  TaskPool& pool;
  EngineOptions options;
  const Kernels& kernels;
};

}  // namespace aether::infer

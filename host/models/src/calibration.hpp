// What the float model's activations reach on the calibration text: the maxima from which the converter takes its
// units.
#pragma once

#include "aether/models/convert.hpp"

namespace aether::models {

struct LayerMaxima {
  std::vector<double> attn_in;  // |·| per channel
  std::vector<double> q, k;     // norm of a rotary pair, which the rotation keeps: head·(head_dim/2) + pair
  std::vector<double> v, mlp_in, up, hidden;
};

struct Maxima {
  double residual = 0;
  std::vector<LayerMaxima> layers;
  std::vector<double> final_in;
};

// not_finite where an activation is.
[[nodiscard]] Outcome<Maxima> measure_maxima(const FloatModel& model, const Windows& windows, TaskPool& pool,
                                             const Progress& progress);

}  // namespace aether::models

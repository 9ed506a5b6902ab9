// Products of rows by rows in single precision with one order of summation: element k of four lanes is added to lane
// k mod 4; the sum is ((lane 0 + lane 1) + (lane 2 + lane 3)) + the tail's. How rows are grouped does not show.
#pragma once

#include "aether/base/task_pool.hpp"
#include "aether/models/float_model.hpp"

namespace aether::models {

[[nodiscard]] float dot(std::span<const float> a, std::span<const float> b);

// to[i] += factor·row[i].
void add_scaled(std::span<float> to, float factor, std::span<const float> row);

// out[t][c] = Σ x[t][k]·w[c][k], for rows of `x` of w.cols floats.
void multiply(std::span<const float> x, const Matrix& w, std::span<float> out, TaskPool& pool);

}  // namespace aether::models

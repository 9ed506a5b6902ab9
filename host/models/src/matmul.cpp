#include "matmul.hpp"

namespace aether::models {

namespace {

// A vector of four lanes, which GCC and clang map to one register; its operations are IEEE's, lane by lane.
using Lanes = float __attribute__((vector_size(16)));
constexpr std::size_t kLanes = 4;

Lanes load(const float* from) {
  Lanes out;
  std::memcpy(&out, from, sizeof out);
  return out;
}

float total(Lanes sums, const float* a, const float* b, std::size_t from, std::size_t size) {
  float tail = 0;
  for (std::size_t k = from; k < size; ++k) tail += a[k] * b[k];
  return ((sums[0] + sums[1]) + (sums[2] + sums[3])) + tail;
}

// each(0) … each(N − 1) without a loop, so that arrays indexed by it stay in registers.
template <std::size_t N, class Each>
void unrolled(Each each) {
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    (each(std::integral_constant<std::size_t, I>{}), ...);
  }(std::make_index_sequence<N>{});
}

// Rows × Channels dots at once, so that each load is used several times.
template <std::size_t Rows, std::size_t Channels>
void block(const float* x, const float* w, std::size_t size, float* out, std::size_t out_stride) {
  Lanes sums[Rows * Channels]{};
  const std::size_t whole = size - size % kLanes;
  for (std::size_t k = 0; k < whole; k += kLanes) {
    Lanes weights[Channels];
    unrolled<Channels>([&](auto c) { weights[c] = load(w + c * size + k); });
    unrolled<Rows>([&](auto t) {
      const Lanes row = load(x + t * size + k);
      unrolled<Channels>([&](auto c) { sums[t * Channels + c] += row * weights[c]; });
    });
  }
  unrolled<Rows>([&](auto t) {
    unrolled<Channels>([&](auto c) {
      out[t * out_stride + c] = total(sums[t * Channels + c], x + t * size, w + c * size, whole, size);
    });
  });
}

constexpr std::size_t kRows = 4, kChannels = 2, kTaskRows = 64, kTaskChannels = 64;

void tile(std::span<const float> x, const Matrix& w, std::span<float> out, std::size_t first_row, std::size_t row_end,
          std::size_t first_channel, std::size_t channel_end) {
  const std::size_t size = w.cols;
  for (std::size_t c = first_channel; c < channel_end;) {
    const bool pair = c + kChannels <= channel_end;
    const float* weights = w.data.data() + c * size;
    for (std::size_t t = first_row; t < row_end;) {
      const float* rows = x.data() + t * size;
      float* at = out.data() + t * w.rows + c;
      const bool four = t + kRows <= row_end;
      if (four && pair) {
        block<kRows, kChannels>(rows, weights, size, at, w.rows);
      } else if (four) {
        block<kRows, 1>(rows, weights, size, at, w.rows);
      } else if (pair) {
        block<1, kChannels>(rows, weights, size, at, w.rows);
      } else {
        block<1, 1>(rows, weights, size, at, w.rows);
      }
      t += four ? kRows : 1;
    }
    c += pair ? kChannels : 1;
  }
}

}  // namespace

float dot(std::span<const float> a, std::span<const float> b) {
  float out = 0;
  block<1, 1>(a.data(), b.data(), a.size(), &out, 1);
  return out;
}

void add_scaled(std::span<float> to, float factor, std::span<const float> row) {
  std::size_t i = 0;
  for (; i + kLanes <= to.size(); i += kLanes) {
    const Lanes sum = load(to.data() + i) + factor * load(row.data() + i);
    std::memcpy(to.data() + i, &sum, sizeof sum);
  }
  for (; i < to.size(); ++i) to[i] += factor * row[i];
}

void multiply(std::span<const float> x, const Matrix& w, std::span<float> out, TaskPool& pool) {
  const std::size_t rows = x.size() / w.cols;
  AETHER_ASSERT(out.size() == rows * w.rows);
  const std::size_t down = (rows + kTaskRows - 1) / kTaskRows, across = (w.rows + kTaskChannels - 1) / kTaskChannels;
  pool.run(down * across, [&](std::size_t task) {
    const std::size_t row = task / across * kTaskRows, channel = task % across * kTaskChannels;
    tile(x, w, out, row, std::min(rows, row + kTaskRows), channel, std::min(w.rows, channel + kTaskChannels));
  });
}

}  // namespace aether::models

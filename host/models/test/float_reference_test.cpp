#include "aether/models/float_reference.hpp"

#include <gtest/gtest.h>

#include "aether/env/thread_pool.hpp"
#include "matmul.hpp"
#include "plain_forward.hpp"
#include "support.hpp"

namespace aether::models {
namespace {

class Logits final : public Observer {
 public:
  void logits(std::uint32_t position, std::span<const float> row) override {
    EXPECT_EQ(position, first + rows.size());
    rows.emplace_back(row.begin(), row.end());
  }
  std::uint32_t first = 0;
  std::vector<std::vector<float>> rows;
};

TEST(FloatReference, is_the_plain_forward_pass) {
  for (const infer::Config& sizes : {testing::odd_sizes(), testing::even_sizes()}) {
    testing::FloatMaker maker(1);
    const FloatModel model = maker.make(sizes);
    for (const auto& window : maker.windows(sizes, 3)) {
      SerialPool pool;
      Logits fast;
      run_float(model, window, 0, pool, fast);
      const auto plain = testing::plain_logits(model, window);
      ASSERT_EQ(fast.rows.size(), plain.size());
      for (std::size_t t = 0; t < plain.size(); ++t) {
        for (std::size_t i = 0; i < plain[t].size(); ++i)
          ASSERT_NEAR(fast.rows[t][i], plain[t][i], 1e-4) << t << ' ' << i;
      }
    }
  }
}

TEST(FloatReference, threads_and_the_first_logits_do_not_show) {
  testing::FloatMaker maker(2);
  const FloatModel model = maker.make(testing::even_sizes());
  auto window = maker.windows(testing::even_sizes(), 1)[0];
  window.resize(64);
  SerialPool serial;
  Logits one;
  run_float(model, window, 0, serial, one);
  for (std::uint32_t width = 2; width <= 4; ++width) {
    env::ThreadPool pool(width);
    Logits other;
    other.first = 7 * width;
    run_float(model, window, other.first, pool, other);
    EXPECT_TRUE(std::equal(other.rows.begin(), other.rows.end(), one.rows.begin() + other.first, one.rows.end()));
  }
}

TEST(FloatReference, products_do_not_depend_on_their_neighbours) {
  testing::FloatMaker maker(3);
  SerialPool pool;
  for (std::size_t rows = 1; rows <= 9; ++rows) {
    for (std::uint32_t cols = 1; cols <= 9; ++cols) {
      const Matrix w = maker.matrix(cols + 2, cols), x = maker.matrix(rows, cols);
      std::vector<float> out(rows * w.rows);
      multiply(x.data, w, out, pool);
      for (std::size_t t = 0; t < rows; ++t) {
        for (std::size_t c = 0; c < w.rows; ++c) ASSERT_EQ(out[t * w.rows + c], dot(x.row(t), w.row(c)));
      }
    }
  }
}

}  // namespace
}  // namespace aether::models

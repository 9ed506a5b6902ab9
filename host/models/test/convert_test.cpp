#include "aether/models/convert.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "aether/env/thread_pool.hpp"
#include "plain_forward.hpp"
#include "support.hpp"

namespace aether::models {
namespace {

double factor_of(const Scale& scale) { return std::ldexp(scale.m, -scale.s); }

RC_GTEST_PROP(ScaleOf, is_within_two_to_the_minus_sixteen, ()) {
  const double factor = std::exp2(15.9 - *rc::gen::inRange(0, 62'000) / 1000.0);
  const auto scale = scale_of(factor);
  RC_ASSERT(scale.has_value());
  RC_ASSERT(scale->m >= 32'768 && scale->s <= 62);
  RC_ASSERT(std::fabs(factor_of(*scale) / factor - 1) <= 0x1p-16);
}

TEST(ScaleOf, ends) {
  EXPECT_EQ(scale_of(0), (Scale{0, 62}));
  EXPECT_EQ(scale_of(1), (Scale{32'768, 15}));
  EXPECT_EQ(scale_of(65'535), (Scale{65'535, 0}));
  EXPECT_EQ(scale_of(65'536 - 0.5), std::nullopt);  // rounds to 2^16
  EXPECT_EQ(scale_of(65'536), std::nullopt);
  EXPECT_EQ(scale_of(1 - 0x1p-18), (Scale{32'768, 15}));  // M would be 65 536
  EXPECT_EQ(scale_of(0x1p-47), (Scale{32'768, 62}));
  EXPECT_EQ(scale_of(0x1p-50), (Scale{4'096, 62}));
  EXPECT_EQ(scale_of(0x1p-63), (Scale{0, 62}));
  EXPECT_EQ(scale_of(0x1p-1000), (Scale{0, 62}));
  EXPECT_EQ(scale_of(-1), std::nullopt);
  EXPECT_EQ(scale_of(INFINITY), std::nullopt);
  EXPECT_EQ(scale_of(NAN), std::nullopt);
}

infer::Model converted(const FloatModel& model, const Windows& windows) {
  SerialPool pool;
  auto out = convert(model, windows, pool);
  AETHER_ASSERT(out.has_value());
  return std::move(*out);
}

// Gains that differ by powers of ten between channels, which the weights behind them take back.
void plant_outliers(FloatLayer& layer) {
  for (std::size_t i = 0; i < layer.attn_norm.size(); i += 7) {
    layer.attn_norm[i] *= 300;
    for (Matrix* w : {&layer.q, &layer.k, &layer.v}) {
      for (std::size_t row = 0; row < w->rows; ++row) w->row(row)[i] /= 300;
    }
  }
}

// What gain and weight make of a channel is what they made before smoothing, but for the rounding of either: in steps
// of both, a product of integers is off by half of each factor.
void check_products(std::span<const std::int16_t> gains, const infer::Channels& channels, std::span<const float> gain,
                    const Matrix& w, double unit_out) {
  for (std::size_t c = 0; c < w.rows; ++c) {
    const double step =
        factor_of({channels.m[c], channels.s[c]}) * 127 * unit_out / std::sqrt(static_cast<double>(w.cols));
    for (std::size_t j = 0; j < w.cols; ++j) {
      const double g = gains[j], q = channels.row(c)[j], exact = double{gain[j]} * w.row(c)[j] / step;
      const double allowed = 0.5 * (std::fabs(g) + std::fabs(q)) + 0.25 + std::fabs(exact) * 0x1p-15;
      ASSERT_LE(std::fabs(g * q - exact), allowed) << c << ' ' << j;
    }
  }
}

TEST(Convert, smoothing_leaves_the_products_of_gain_and_weight) {
  testing::FloatMaker maker(4);
  FloatModel from = maker.make(testing::even_sizes());
  for (std::size_t i = 0; i < from.layers[0].mlp_norm.size(); i += 5) from.layers[0].mlp_norm[i] *= 100;
  const infer::Model to = converted(from, maker.windows(from.config.sizes, 4));
  for (std::size_t i = 0; i < from.layers.size(); ++i) {
    const FloatLayer& layer = from.layers[i];
    check_products(to.layers[i].mlp_norm, to.layers[i].gate, layer.mlp_norm, layer.gate, 0x1p-11);
  }
  check_products(to.final_norm, to.lm_head, from.final_norm, from.lm_head, 0x1p-12);
}

TEST(Convert, minus_128_is_never_written) {
  testing::FloatMaker maker(5);
  const infer::Model to = converted(maker.make(testing::odd_sizes()), maker.windows(testing::odd_sizes(), 2));
  const auto absent = [](const infer::Channels& channels) {
    return std::ranges::find(channels.w, std::int8_t{-128}) == channels.w.end() &&
           std::ranges::find(channels.w, std::int8_t{127}) != channels.w.end();
  };
  EXPECT_TRUE(absent(to.embedding) && absent(to.lm_head));
  for (const infer::Layer& l : to.layers) {
    for (const infer::Channels* c : {&l.q, &l.k, &l.v, &l.o, &l.gate, &l.up, &l.down}) EXPECT_TRUE(absent(*c));
  }
}

TEST(Convert, threads_do_not_show) {
  testing::FloatMaker maker(6);
  const FloatModel from = maker.make(testing::odd_sizes());
  const Windows windows = maker.windows(from.config.sizes, 3);
  const Bytes one = encode_model(converted(from, windows), {});
  for (std::size_t width = 2; width <= 4; ++width) {
    env::ThreadPool pool(width);
    const auto other = convert(from, windows, pool);
    ASSERT_TRUE(other);
    EXPECT_EQ(encode_model(*other, {}), one);
  }
}

// Root mean square of the difference of logits, relative to that of the logits.
class LastLogits final : public infer::RowSink {
 public:
  explicit LastLogits(const infer::Config& config) : op_(infer::op_index(config, infer::OpKind::logits, 0)) {}
  void row(std::uint32_t op, std::uint32_t, ByteView bytes) override {
    if (op != op_) return;
    rows.emplace_back(bytes.size() / 4);
    std::memcpy(rows.back().data(), bytes.data(), bytes.size());
  }
  std::vector<std::vector<std::int32_t>> rows;

 private:
  std::uint32_t op_;
};

double relative_error(const FloatModel& from, const infer::Model& to, const std::vector<std::uint32_t>& window) {
  SerialPool pool;
  const infer::Engine engine(to, pool);
  LastLogits integers(to.config());
  infer::Sequence(engine).feed(window, 0, &integers);
  const auto plain = testing::plain_logits(from, window);
  double error = 0, size = 0;
  for (std::size_t t = 0; t < plain.size(); ++t) {
    for (std::size_t i = 0; i < plain[t].size(); ++i) {
      const double difference = integers.rows[t][i] * 0x1p-12 - plain[t][i];
      error += difference * difference;
      size += plain[t][i] * plain[t][i];
    }
  }
  return std::sqrt(error / size);
}

TEST(Convert, integers_follow_the_float_model_also_with_outliers) {
  for (const bool outliers : {false, true}) {
    for (const infer::Config& sizes : {testing::odd_sizes(), testing::even_sizes()}) {
      testing::FloatMaker maker(7);
      FloatModel from = maker.make(sizes);
      if (outliers) plant_outliers(from.layers[0]);
      const infer::Model to = converted(from, maker.windows(sizes, 8));
      for (const auto& window : maker.windows(sizes, 3)) EXPECT_LT(relative_error(from, to, window), 0.03) << outliers;
    }
  }
}

TEST(Convert, a_model_of_zeros_is_one_of_zeros) {
  testing::FloatMaker maker(8);
  FloatModel from = maker.make(testing::odd_sizes());
  for (FloatLayer& layer : from.layers) {
    for (Matrix* w : {&layer.q, &layer.k, &layer.v, &layer.o, &layer.gate, &layer.up, &layer.down})
      std::ranges::fill(w->data, 0.0f);
  }
  const infer::Model to = converted(from, maker.windows(from.config.sizes, 2));
  EXPECT_EQ(std::ranges::count(to.layers[0].q.w, 0), std::ssize(to.layers[0].q.w));
  EXPECT_LT(relative_error(from, to, {1, 2, 3}), 0.03);
}

TEST(Convert, what_integers_cannot_hold_is_refused) {
  testing::FloatMaker maker(9);
  const Windows windows = maker.windows(testing::odd_sizes(), 2);
  SerialPool pool;
  const auto refused = [&](ErrorKind kind, std::string_view names, const FloatModel& from, const Windows& on) {
    const auto out = convert(from, on, pool);
    ASSERT_FALSE(out) << names;
    EXPECT_EQ(out.error().kind, kind) << out.error().message;
    EXPECT_NE(out.error().message.find(names), std::string::npos) << out.error().message;
  };
  refused(ErrorKind::calibration, "no tokens", maker.make(testing::odd_sizes()), {});
  FloatModel large = maker.make(testing::odd_sizes());
  for (float& w : large.lm_head.data) w *= 1e12f;
  refused(ErrorKind::scale_range, "lm_head", large, windows);
  FloatModel loud = maker.make(testing::odd_sizes());
  for (float& w : loud.layers[1].gate.data) w *= 1e12f;
  refused(ErrorKind::scale_range, "layer 1's gate", loud, windows);
  FloatModel overflowing = maker.make(testing::odd_sizes());
  for (float& w : overflowing.layers[0].down.data) w = 3e38f;
  refused(ErrorKind::not_finite, "window 0", overflowing, windows);
}

TEST(Windows, sections_end_at_form_feeds_and_are_cut) {
  const auto tokenizer = read_tokenizer(testing::tiny_directory() / kTokenizerFileName);
  ASSERT_TRUE(tokenizer);
  const std::string text = "In the beginning\f\fGod created the heaven and the earth.\f";
  const Windows windows = windows_of(*tokenizer, text, 4);
  std::string back;
  for (const auto& window : windows) {
    ASSERT_TRUE(!window.empty() && window.size() <= 4);
    const Bytes bytes = tokenizer->decode(window);
    back += as_text(bytes);
  }
  EXPECT_EQ(back, "In the beginningGod created the heaven and the earth.");
  EXPECT_EQ(windows_of(*tokenizer, text, 100).size(), 2u);
  EXPECT_TRUE(windows_of(*tokenizer, "", 4).empty());
}

}  // namespace
}  // namespace aether::models

#include "aether/infer/model.hpp"

#include <gtest/gtest.h>

#include "support.hpp"

namespace aether::infer::testing {
namespace {

struct Tensor {
  TensorKind kind;
  std::uint32_t channels;
};

// The order that the page names.
std::vector<std::pair<Tensor, std::uint32_t>> tensors_in_order(const Config& c) {
  std::vector<std::pair<Tensor, std::uint32_t>> out{{{TensorKind::embedding, c.vocab}, 0}};
  for (std::uint32_t layer = 0; layer < c.layers; ++layer) {
    for (const Tensor& tensor :
         {Tensor{TensorKind::attn_norm, 1}, Tensor{TensorKind::q, c.q_width()}, Tensor{TensorKind::k, c.kv_width()},
          Tensor{TensorKind::v, c.kv_width()}, Tensor{TensorKind::head, c.heads}, Tensor{TensorKind::o, c.d},
          Tensor{TensorKind::mlp_norm, 1}, Tensor{TensorKind::gate, c.ff}, Tensor{TensorKind::up, c.ff},
          Tensor{TensorKind::down, c.d}}) {
      out.push_back({tensor, layer});
    }
  }
  out.push_back({{TensorKind::final_norm, 1}, 0});
  out.push_back({{TensorKind::lm_head, c.vocab}, 0});
  out.push_back({{TensorKind::rope, c.context}, 0});
  return out;
}

TEST(Model, leaves_stand_in_the_order_of_the_page_and_have_their_bytes) {
  for (const Config& c : {plain_config(), odd_config()}) {
    const Model model = make_model(c, 1, false);
    std::uint64_t index = 0;
    for (const auto& [tensor, layer] : tensors_in_order(c)) {
      for (std::uint32_t channel = 0; channel < tensor.channels; ++channel, ++index) {
        ASSERT_EQ(leaf_index(c, tensor.kind, layer, channel), index);
        ASSERT_EQ(model.leaf(index).size(), leaf_bytes(c, tensor.kind));
      }
    }
    EXPECT_EQ(leaf_count(c), index);
  }
}

TEST(Model, a_leaf_has_weights_then_scale_then_bias) {
  const Config c = odd_config();
  Model model(c);
  Channels& up = model.layers[1].up;
  up.w[3 * c.d] = -128;
  up.w[4 * c.d - 1] = 5;
  up.m[3] = 0x1234;
  up.s[3] = 99;
  up.bias[3] = -2;
  Bytes expected(c.d + 7);
  expected[0] = 0x80;
  expected[c.d - 1] = 5;
  const Bytes end{0x34, 0x12, 99, 0xfe, 0xff, 0xff, 0xff};
  std::ranges::copy(end, expected.end() - 7);
  EXPECT_EQ(model.leaf(leaf_index(c, TensorKind::up, 1, 3)), expected);
}

// Each element of a tensor lies in one leaf.
TEST(Model, a_changed_element_changes_one_leaf) {
  const Config c = odd_config();
  const Model model = make_model(c, 2, false);
  const auto changed_leaf = [&](auto&& change) {
    Model other = model;
    change(other);
    std::vector<std::uint64_t> out;
    for (std::uint64_t i = 0; i < leaf_count(c); ++i) {
      if (other.leaf(i) != model.leaf(i)) out.push_back(i);
    }
    EXPECT_EQ(out.size(), 1u);
    return out.empty() ? UINT64_MAX : out[0];
  };
  EXPECT_EQ(changed_leaf([&](Model& m) { ++m.embedding.w[5 * c.d]; }), leaf_index(c, TensorKind::embedding, 0, 5));
  EXPECT_EQ(changed_leaf([](Model& m) { ++m.layers[1].attn_norm[3]; }), leaf_index(c, TensorKind::attn_norm, 1, 0));
  EXPECT_EQ(changed_leaf([](Model& m) { ++m.layers[0].head.s[2]; }), leaf_index(c, TensorKind::head, 0, 2));
  EXPECT_EQ(changed_leaf([&](Model& m) { ++m.layers[1].o.w[7 * c.q_width()]; }), leaf_index(c, TensorKind::o, 1, 7));
  EXPECT_EQ(changed_leaf([](Model& m) { ++m.layers[1].down.bias[9]; }), leaf_index(c, TensorKind::down, 1, 9));
  EXPECT_EQ(changed_leaf([](Model& m) { ++m.final_norm[0]; }), leaf_index(c, TensorKind::final_norm, 0, 0));
  EXPECT_EQ(changed_leaf([](Model& m) { ++m.lm_head.m[60]; }), leaf_index(c, TensorKind::lm_head, 0, 60));
  EXPECT_EQ(changed_leaf([&](Model& m) { ++m.rope[11 * c.head_dim + 1]; }), leaf_index(c, TensorKind::rope, 0, 11));
}

TEST(Model, sizes_that_differ_from_the_config_are_seen) {
  const Model model(plain_config());
  EXPECT_TRUE(model.well_formed());
  const auto refused = [&](auto&& change) {
    Model other = model;
    change(other);
    return !other.well_formed();
  };
  EXPECT_TRUE(refused([](Model& m) { m.embedding.w.pop_back(); }));
  EXPECT_TRUE(refused([](Model& m) { m.layers.pop_back(); }));
  EXPECT_TRUE(refused([](Model& m) { m.layers[1].q.bias.push_back(0); }));
  EXPECT_TRUE(refused([](Model& m) { m.layers[0].head.m.pop_back(); }));
  EXPECT_TRUE(refused([](Model& m) { m.layers[0].mlp_norm.pop_back(); }));
  EXPECT_TRUE(refused([](Model& m) { ++m.layers[0].down.width; }));
  EXPECT_TRUE(refused([](Model& m) { m.final_norm.push_back(0); }));
  EXPECT_TRUE(refused([](Model& m) { m.lm_head.s.pop_back(); }));
  EXPECT_TRUE(refused([](Model& m) { m.rope.pop_back(); }));
}

}  // namespace
}  // namespace aether::infer::testing

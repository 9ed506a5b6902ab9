#include "aether/models/float_model.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "support.hpp"

namespace aether::models {
namespace {

namespace json = boost::json;

json::object tiny_config() {
  return json::parse(testing::text_of(testing::tiny_directory() / "config.json")).as_object();
}

void refused(ErrorKind kind, std::string_view names, const std::function<void(json::object&)>& change) {
  json::object document = tiny_config();
  change(document);
  const auto out = float_config_from_json(json::serialize(document));
  ASSERT_FALSE(out) << names;
  EXPECT_EQ(out.error().kind, kind) << out.error().message;
  EXPECT_NE(out.error().message.find(names), std::string::npos) << out.error().message;
}

TEST(FloatConfig, reads_what_the_trainer_wrote) {
  const auto config = float_config_from_json(json::serialize(tiny_config()));
  ASSERT_TRUE(config) << config.error().message;
  infer::Config wanted = testing::sizes_of(1024, 256, 4, 4, 2, 64, 704, 1024);
  wanted.stop = {1023};
  EXPECT_EQ(config->sizes, wanted);
  EXPECT_EQ(config->norm_eps, 1e-5);
  EXPECT_EQ(config->rope_theta, 10'000);
  EXPECT_TRUE(config->tied);
}

TEST(FloatConfig, has_the_defaults_of_llama) {
  json::object document = tiny_config();
  for (const char* name : {"num_key_value_heads", "head_dim", "rope_theta", "rms_norm_eps", "tie_word_embeddings"})
    document.erase(name);
  document["eos_token_id"] = json::array{7, 3};
  const auto config = float_config_from_json(json::serialize(document));
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->sizes.kv_heads, 4u);
  EXPECT_EQ(config->sizes.head_dim, 64u);
  EXPECT_EQ(config->norm_eps, 1e-6);
  EXPECT_EQ(config->sizes.stop, (codec::SortedSet<std::uint32_t, 16>{3, 7}));
  EXPECT_FALSE(config->tied);
}

TEST(FloatConfig, each_mistake_has_its_own_error) {
  refused(ErrorKind::unsupported, "model_type", [](auto& d) { d["model_type"] = "mistral"; });
  refused(ErrorKind::unsupported, "gelu", [](auto& d) { d["hidden_act"] = "gelu"; });
  refused(ErrorKind::unsupported, "rope_scaling", [](auto& d) { d["rope_scaling"] = {{"factor", 8}}; });
  refused(ErrorKind::unsupported, "attention_bias", [](auto& d) { d["attention_bias"] = true; });
  refused(ErrorKind::unsupported, "mlp_bias", [](auto& d) { d["mlp_bias"] = true; });
  refused(ErrorKind::json, "vocab_size", [](auto& d) { d.erase("vocab_size"); });
  refused(ErrorKind::json, "hidden_size", [](auto& d) { d["hidden_size"] = -1; });
  refused(ErrorKind::json, "hidden_size", [](auto& d) { d["hidden_size"] = 4'294'967'296; });
  refused(ErrorKind::json, "rms_norm_eps", [](auto& d) { d["rms_norm_eps"] = "small"; });
  refused(ErrorKind::json, "rope_theta", [](auto& d) { d["rope_theta"] = 0; });
  refused(ErrorKind::json, "eos_token_id", [](auto& d) { d["eos_token_id"] = "end"; });
  refused(ErrorKind::config, "width", [](auto& d) { d["hidden_size"] = 5'121; });
  refused(ErrorKind::config, "stop_token", [](auto& d) { d["eos_token_id"] = 1024; });
  for (const char* text : {"", "[]", "{}"}) EXPECT_FALSE(float_config_from_json(text)) << text;
}

// A file of all tensors of a model of these sizes, each element the same two or four bytes.
struct FileOfFloats {
  Bytes data;
  Tensors tensors;

  FileOfFloats(const infer::Config& c, Dtype dtype, std::uint32_t bits, bool tied) {
    for (std::size_t i = 0; i < std::size_t{1} << 14; i += bytes_of(dtype)) {
      for (std::size_t k = 0; k < bytes_of(dtype); ++k) data.push_back(static_cast<std::uint8_t>(bits >> (8 * k)));
    }
    const auto add = [&](const std::string& name, std::vector<std::uint64_t> shape) {
      std::size_t size = bytes_of(dtype);
      for (const std::uint64_t dimension : shape) size *= dimension;
      tensors[name] = {dtype, std::move(shape), ByteView(data).first(size)};
    };
    add("model.embed_tokens.weight", {c.vocab, c.d});
    for (std::uint32_t i = 0; i < c.layers; ++i) {
      const std::string at = "model.layers." + std::to_string(i) + ".";
      add(at + "input_layernorm.weight", {c.d});
      add(at + "post_attention_layernorm.weight", {c.d});
      add(at + "self_attn.q_proj.weight", {c.q_width(), c.d});
      add(at + "self_attn.k_proj.weight", {c.kv_width(), c.d});
      add(at + "self_attn.v_proj.weight", {c.kv_width(), c.d});
      add(at + "self_attn.o_proj.weight", {c.d, c.q_width()});
      add(at + "mlp.gate_proj.weight", {c.ff, c.d});
      add(at + "mlp.up_proj.weight", {c.ff, c.d});
      add(at + "mlp.down_proj.weight", {c.d, c.ff});
    }
    add("model.norm.weight", {c.d});
    if (!tied) add("lm_head.weight", {c.vocab, c.d});
  }

  Outcome<FloatModel> read(const infer::Config& c, bool tied) const {
    const auto file = Safetensors::parse(write_safetensors({}, tensors));
    FloatConfig config;
    config.sizes = c;
    config.tied = tied;
    return float_model_from(config, *file);
  }
};

TEST(FloatModel, reads_every_float_type) {
  struct Case {
    Dtype dtype;
    std::uint32_t bits;
    float wanted;
  };
  const infer::Config c = testing::odd_sizes();
  for (const Case& x :
       {Case{Dtype::f32, 0x3fc00000, 1.5f}, Case{Dtype::bf16, 0xbfc0, -1.5f}, Case{Dtype::f16, 0x3e00, 1.5f},
        Case{Dtype::f16, 0xc500, -5.0f}, Case{Dtype::f16, 0x0001, 0x1p-24f}, Case{Dtype::f16, 0x83ff, -1023 * 0x1p-24f},
        Case{Dtype::f16, 0x7bff, 65504.0f}, Case{Dtype::f16, 0x8000, -0.0f}}) {
    const auto model = FileOfFloats(c, x.dtype, x.bits, true).read(c, true);
    ASSERT_TRUE(model) << model.error().message;
    EXPECT_EQ(model->layers[1].down.row(36)[52], x.wanted);
    EXPECT_EQ(model->lm_head.data, model->embedding.data);
  }
}

TEST(FloatModel, each_mistake_names_its_tensor) {
  const infer::Config c = testing::odd_sizes();
  const auto refused = [&](ErrorKind kind, const std::string& name, auto change) {
    FileOfFloats file(c, Dtype::f16, 0x3c00, false);
    change(file.tensors[name]);
    if (file.tensors[name].shape.empty()) file.tensors.erase(name);
    const auto out = file.read(c, false);
    ASSERT_FALSE(out) << name;
    EXPECT_EQ(out.error().kind, kind) << out.error().message;
    EXPECT_NE(out.error().message.find("'" + name + "'"), std::string::npos) << out.error().message;
  };
  refused(ErrorKind::missing_tensor, "lm_head.weight", [](Tensor& t) { t.shape.clear(); });
  refused(ErrorKind::missing_tensor, "model.layers.1.mlp.up_proj.weight", [](Tensor& t) { t.shape.clear(); });
  refused(ErrorKind::wrong_tensor, "model.norm.weight", [](Tensor& t) { t.shape = {1, 37}; });
  refused(ErrorKind::wrong_tensor, "model.norm.weight", [](Tensor& t) { t.dtype = Dtype::i16; });
  const Bytes infinite{0x00, 0x7c};
  refused(ErrorKind::not_finite, "model.norm.weight", [&](Tensor& t) {
    static Bytes data;
    data.assign(t.data.begin(), t.data.end());
    std::copy(infinite.begin(), infinite.end(), data.begin() + 20);
    t.data = data;
  });
}

TEST(FloatDirectory, says_which_file_is_missing_or_wrong) {
  const auto dir = std::move(*env::TempDir::create());
  const auto message = [&] {
    const auto out = load_float_directory(dir.path());
    return out ? std::string() : out.error().message;
  };
  const auto put = [&](std::string_view name, std::string_view text) {
    ASSERT_TRUE(env::write_file_atomically(dir.path() / name, as_bytes(text)));
  };
  EXPECT_NE(message().find("config.json"), std::string::npos);
  put("config.json", "{}");
  EXPECT_NE(message().find("config.json: 'model_type'"), std::string::npos) << message();
  put("config.json", json::serialize(tiny_config()));
  EXPECT_NE(message().find("model.safetensors"), std::string::npos) << message();
  put("model.safetensors.index.json", "{}");
  EXPECT_NE(message().find("several files"), std::string::npos) << message();
  EXPECT_EQ(float_file_of(dir.path()), dir.path() / "model.safetensors");
  put("float.safetensors", "?");
  EXPECT_NE(message().find("float.safetensors: not a safetensors file"), std::string::npos) << message();
  EXPECT_EQ(float_file_of(dir.path()), dir.path() / "float.safetensors");
}

}  // namespace
}  // namespace aether::models

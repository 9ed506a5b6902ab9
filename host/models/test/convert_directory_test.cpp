#include <gtest/gtest.h>

#include "support.hpp"

namespace aether::models {
namespace {

// A directory with a small float model in Hugging Face's form, and texts.
class FloatDirectory {
 public:
  explicit FloatDirectory(std::string_view tensors_name) : dir_(std::move(*env::TempDir::create())) {
    testing::FloatMaker maker(1);
    const FloatModel model = maker.make(testing::sizes_of(1024, 16, 1, 2, 1, 8, 24, 32));
    put("config.json",
        R"({"model_type":"llama","vocab_size":1024,"hidden_size":16,"num_hidden_layers":1,"num_attention_heads":2,)"
        R"("num_key_value_heads":1,"head_dim":8,"intermediate_size":24,"max_position_embeddings":32})");
    put("tokenizer.json", testing::text_of(testing::tiny_directory() / kTokenizerFileName));
    put("calibration.txt", "In the beginning God created the heaven and the earth.\fAnd the earth was without form.");
    put("heldout.txt",
        "And God said, Let there be light: and there was light. And God saw the light, that it was good: "
        "and God divided the light from the darkness.");
    Tensors tensors;
    const auto add = [&](const std::string& name, std::span<const float> values, std::vector<std::uint64_t> shape) {
      tensors[name] = {
          Dtype::f32, std::move(shape), {reinterpret_cast<const std::uint8_t*>(values.data()), values.size_bytes()}};
    };
    const auto matrix = [&](const std::string& name, const Matrix& w) { add(name, w.data, {w.rows, w.cols}); };
    const FloatLayer& layer = model.layers[0];
    matrix("model.embed_tokens.weight", model.embedding);
    add("model.layers.0.input_layernorm.weight", layer.attn_norm, {16});
    add("model.layers.0.post_attention_layernorm.weight", layer.mlp_norm, {16});
    matrix("model.layers.0.self_attn.q_proj.weight", layer.q);
    matrix("model.layers.0.self_attn.k_proj.weight", layer.k);
    matrix("model.layers.0.self_attn.v_proj.weight", layer.v);
    matrix("model.layers.0.self_attn.o_proj.weight", layer.o);
    matrix("model.layers.0.mlp.gate_proj.weight", layer.gate);
    matrix("model.layers.0.mlp.up_proj.weight", layer.up);
    matrix("model.layers.0.mlp.down_proj.weight", layer.down);
    add("model.norm.weight", model.final_norm, {16});
    matrix("lm_head.weight", model.lm_head);
    put(tensors_name, as_text(write_safetensors({}, tensors)));
  }

  void put(std::string_view name, std::string_view text) const {
    AETHER_ASSERT(env::write_file_atomically(path() / name, as_bytes(text)).has_value());
  }
  const env::Path& path() const { return dir_.path(); }
  ConvertOptions options() const {
    return {.float_directory = path(),
            .output_directory = path() / "out",
            .calibration = path() / "calibration.txt",
            .heldout = path() / "heldout.txt"};
  }

 private:
  env::TempDir dir_;
};

TEST(ConvertDirectory, makes_a_model_that_loads_and_reports_on_it) {
  for (const std::string_view name : {kFloatFileName, kModelFileName}) {
    const FloatDirectory from(name);
    ConvertOptions options = from.options();
    std::vector<std::string> stages;
    options.progress = [&](std::string_view stage, std::size_t done, std::size_t of) {
      EXPECT_LE(done, of);
      if (stages.empty() || stages.back() != stage) stages.emplace_back(stage);
    };
    SerialPool pool;
    const auto report = convert_directory(options, pool);
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_EQ(stages, (std::vector<std::string>{"calibrate", "measure"}));
    const auto loaded = load_model_directory(options.output_directory);
    ASSERT_TRUE(loaded) << loaded.error().message;
    EXPECT_EQ(model_root(loaded->model), report->model_root);
    EXPECT_EQ(loaded->model.config(), report->config);
    EXPECT_EQ(loaded->tokenizer_hash, report->tokenizer_hash);
    ASSERT_TRUE(report->accuracy);
    EXPECT_NEAR(report->accuracy->perplexity_change(), 0, 0.02);
    EXPECT_FALSE(report->ngram);
    const std::string text = to_text(*report);
    EXPECT_NE(text.find(to_hex0x(report->model_root.view())), std::string::npos);
    EXPECT_NE(text.find("perplexity"), std::string::npos);
  }
}

TEST(ConvertDirectory, each_mistake_has_its_own_error_and_nothing_is_written) {
  const FloatDirectory from(kModelFileName);
  SerialPool pool;
  const auto refused = [&](ErrorKind kind, std::string_view names, const ConvertOptions& options) {
    const auto out = convert_directory(options, pool);
    ASSERT_FALSE(out) << names;
    EXPECT_EQ(out.error().kind, kind) << out.error().message;
    EXPECT_NE(out.error().message.find(names), std::string::npos) << out.error().message;
    EXPECT_FALSE(std::filesystem::exists(from.path() / "out"));
  };
  ConvertOptions options = from.options();
  options.output_directory = from.path() / ".";
  refused(ErrorKind::would_overwrite, "model.safetensors", options);
  options = from.options();
  options.float_directory = from.path() / "none";
  refused(ErrorKind::environment, "config.json", options);
  options = from.options();
  options.calibration = from.path() / "none.txt";
  refused(ErrorKind::environment, "none.txt", options);
  options = from.options();
  options.heldout = from.path() / "none.txt";
  refused(ErrorKind::environment, "none.txt", options);
  from.put("empty.txt", "");
  options = from.options();
  options.calibration = from.path() / "empty.txt";
  refused(ErrorKind::calibration, "empty.txt", options);
  options = from.options();
  options.heldout = from.path() / "empty.txt";
  refused(ErrorKind::calibration, "empty.txt", options);
  from.put("tokenizer.json", "{}");
  refused(ErrorKind::json, "tokenizer.json", from.options());
}

TEST(NgramBaseline, is_the_best_of_the_training_report) {
  const auto best = read_ngram_baseline(testing::tiny_directory() / "training.json");
  ASSERT_TRUE(best);
  EXPECT_EQ(best->order, 4u);
  EXPECT_NEAR(best->perplexity, 18.526, 0.001);
  const auto dir = std::move(*env::TempDir::create());
  const env::Path path = dir.path() / "training.json";
  EXPECT_FALSE(read_ngram_baseline(path));
  for (const char* text : {"", "{}", "[]", R"({"ngram_perplexity":{}})", R"({"ngram_perplexity":{"x":1.5}})",
                           R"({"ngram_perplexity":{"2":"y"}})"}) {
    ASSERT_TRUE(env::write_file_atomically(path, as_bytes(text)));
    EXPECT_FALSE(read_ngram_baseline(path)) << text;
  }
}

}  // namespace
}  // namespace aether::models

#include "aether/models/model_file.hpp"

#include <gtest/gtest.h>

#include <random>

#include "aether/crypto/merkle.hpp"
#include "support.hpp"

namespace aether::models {
namespace {

const Hash kTokenizer{{7}};

// Every tensor filled with different numbers.
infer::Model random_model(const infer::Config& config, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  infer::Model out(config);
  const auto fill = [&](auto& values) {
    for (auto& value : values) value = static_cast<std::remove_reference_t<decltype(value)>>(random());
  };
  const auto channels = [&](infer::Channels& c) {
    fill(c.w);
    fill(c.m);
    fill(c.s);
    fill(c.bias);
  };
  channels(out.embedding);
  for (infer::Layer& layer : out.layers) {
    fill(layer.attn_norm);
    for (infer::Channels* c :
         {&layer.q, &layer.k, &layer.v, &layer.head, &layer.o, &layer.gate, &layer.up, &layer.down})
      channels(*c);
    fill(layer.mlp_norm);
  }
  fill(out.final_norm);
  channels(out.lm_head);
  fill(out.rope);
  return out;
}

TEST(ModelFile, what_is_written_is_read) {
  for (std::uint64_t seed = 0; seed < 8; ++seed) {
    infer::Config config = seed % 2 == 0 ? testing::odd_sizes() : testing::even_sizes();
    config.eps = seed * 1'000'003;
    config.stop = {1, 5};
    const infer::Model model = random_model(config, seed);
    const Bytes bytes = encode_model(model, kTokenizer);
    const auto read = decode_model(bytes);
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->model, model);
    EXPECT_EQ(read->tokenizer_hash, kTokenizer);
    EXPECT_EQ(encode_model(read->model, read->tokenizer_hash), bytes);
  }
}

TEST(ModelFile, the_root_is_over_all_leaves) {
  const infer::Model model = random_model(testing::odd_sizes(), 1);
  std::vector<Hash> leaves;
  for (std::uint64_t i = 0; i < infer::leaf_count(model.config()); ++i)
    leaves.push_back(crypto::merkle_leaf(model.leaf(i)));
  EXPECT_EQ(model_root(model), crypto::merkle_list_root(infer::kModelTag, leaves));
}

// Reads a good file with its metadata and tensors changed.
struct Parts {
  Metadata metadata;
  Tensors tensors;
};
void refused(ErrorKind kind, std::string_view names, const std::function<void(Parts&)>& change) {
  const auto good = Safetensors::parse(encode_model(random_model(testing::odd_sizes(), 3), kTokenizer));
  ASSERT_TRUE(good);
  Parts parts{good->metadata(), good->tensors()};
  change(parts);
  const auto out = decode_model(write_safetensors(parts.metadata, parts.tensors));
  ASSERT_FALSE(out) << names;
  EXPECT_EQ(out.error().kind, kind) << out.error().message;
  EXPECT_NE(out.error().message.find(names), std::string::npos) << out.error().message;
}

std::string hex_of(const infer::Config& config) { return to_hex(codec::encode(config)); }

TEST(ModelFile, each_mistake_has_its_own_error) {
  refused(ErrorKind::not_a_model, "convert", [](Parts& p) { p.metadata.clear(); });
  refused(ErrorKind::not_a_model, "convert", [](Parts& p) { p.metadata["format"] = "pt"; });
  refused(ErrorKind::not_a_model, "tokenizer", [](Parts& p) { p.metadata["tokenizer_hash"] = "00"; });
  refused(ErrorKind::config, "damaged", [](Parts& p) { p.metadata["config"] = "zz"; });
  refused(ErrorKind::config, "damaged", [](Parts& p) { p.metadata["config"] += "00"; });
  refused(ErrorKind::config, "damaged", [](Parts& p) { p.metadata["config"] = std::string(4000, '0'); });
  refused(ErrorKind::config, "vocab", [](Parts& p) {
    infer::Config config = testing::odd_sizes();
    config.vocab = 0;
    p.metadata["config"] = hex_of(config);
  });
  refused(ErrorKind::size, "bytes", [](Parts& p) {
    infer::Config config =
        testing::sizes_of(131'072, 5'120, 256, 64, 64, 256, 16'384, 8'192);  // terabytes: not allocated
    p.metadata["config"] = hex_of(config);
  });
  refused(ErrorKind::size, "bytes", [](Parts& p) { p.tensors.erase("final_norm"); });
  refused(ErrorKind::missing_tensor, "'layers.1.q.m'", [](Parts& p) {
    const Tensor tensor = p.tensors["layers.1.q.m"];
    p.tensors.erase("layers.1.q.m");
    p.tensors["another"] = tensor;
  });
  refused(ErrorKind::wrong_tensor, "'rope'", [](Parts& p) { p.tensors["rope"].shape = {400}; });
  refused(ErrorKind::wrong_tensor, "U16 [37]", [](Parts& p) { p.tensors["final_norm"].dtype = Dtype::u16; });
  refused(ErrorKind::unknown_tensor, "'another'", [](Parts& p) { p.tensors["another"] = {Dtype::u8, {0}, {}}; });
}

void copy_tiny(const env::Path& to, std::string_view name) {
  const auto bytes = env::read_file(testing::tiny_directory() / name, 1 << 24);
  ASSERT_TRUE(bytes);
  ASSERT_TRUE(env::write_file_atomically(to / name, *bytes));
}

TEST(ModelDirectory, needs_both_files_and_that_they_belong_together) {
  const auto dir = std::move(*env::TempDir::create());
  const auto error = [&] { return load_model_directory(dir.path()).error(); };
  EXPECT_EQ(error().kind, ErrorKind::environment);
  EXPECT_NE(error().message.find("model.safetensors"), std::string::npos);
  copy_tiny(dir.path(), kModelFileName);
  EXPECT_EQ(error().kind, ErrorKind::environment);
  EXPECT_NE(error().message.find("tokenizer.json"), std::string::npos);
  copy_tiny(dir.path(), kTokenizerFileName);
  const auto loaded = load_model_directory(dir.path());
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ(loaded->tokenizer.hash(), loaded->tokenizer_hash);

  const Bytes tokenizer = *env::read_file(dir.path() / kTokenizerFileName, 1 << 20);
  const Bytes other = encode_model(loaded->model, Hash{});
  ASSERT_TRUE(save_model_directory(dir.path() / "new", other, tokenizer));
  EXPECT_EQ(load_model_directory(dir.path() / "new").error().kind, ErrorKind::tokenizer_mismatch);
  const Bytes small = encode_model(random_model(testing::odd_sizes(), 1), loaded->tokenizer_hash);
  ASSERT_TRUE(save_model_directory(dir.path() / "new", small, tokenizer));
  EXPECT_NE(load_model_directory(dir.path() / "new").error().message.find("vocabulary of 61"), std::string::npos);

  ASSERT_TRUE(env::write_file_atomically(dir.path() / kModelFileName, as_bytes("something else")));
  EXPECT_EQ(error().kind, ErrorKind::header_size);
  EXPECT_NE(error().message.find(dir.path().string()), std::string::npos);
}

}  // namespace
}  // namespace aether::models

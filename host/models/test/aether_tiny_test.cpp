// The committed model: made again from its float tensors, measured, and run on real prompts in every way there is.
#include <gtest/gtest.h>

#include "aether/crypto/sha256.hpp"
#include "aether/env/cpu.hpp"
#include "aether/env/thread_pool.hpp"
#include "support.hpp"

namespace aether::models {
namespace {

std::vector<infer::Isa> instruction_sets() {
  if (env::cpu_features().avx2) return {infer::Isa::scalar, infer::Isa::avx2};
  return {infer::Isa::scalar};
}

TEST(AetherTiny, converts_to_the_committed_bytes) {
  if (testing::quick()) GTEST_SKIP() << "calibration runs the float model on 32 737 tokens";
  const auto dir = std::move(*env::TempDir::create());
  env::ThreadPool pool;
  const ConvertOptions options{.float_directory = testing::tiny_directory(),
                               .output_directory = dir.path() / "made",
                               .calibration = testing::tiny_directory() / "calibration.txt"};
  const auto report = convert_directory(options, pool);
  ASSERT_TRUE(report) << report.error().message;
  for (const std::string_view name : {kModelFileName, kTokenizerFileName})
    EXPECT_EQ(testing::text_of(dir.path() / "made" / name), testing::text_of(testing::tiny_directory() / name)) << name;
  EXPECT_EQ(report->calibration_tokens, 32'737u);
  EXPECT_LE(report->model_bytes, 4'000'000u);
  EXPECT_EQ(report->ngram->order, 4u);
}

TEST(AetherTiny, its_page_states_the_hashes_of_its_files) {
  const std::string page = testing::text_of(testing::tiny_directory() / "README.md");
  const auto stated = [&](const Hash& hash) { return page.find(to_hex(hash.view())) != std::string::npos; };
  for (const char* name : {"calibration.txt", "config.json", "float.safetensors", "heldout.txt", "model.safetensors",
                           "prompts.txt", "tokenizer.json", "training.json"})
    EXPECT_TRUE(stated(crypto::sha256(as_bytes(testing::text_of(testing::tiny_directory() / name))))) << name;
  const auto loaded = load_model_directory(testing::tiny_directory());
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_TRUE(stated(model_root(loaded->model)));
  EXPECT_TRUE(stated(infer::engine_hash()));
  EXPECT_TRUE(stated(loaded->tokenizer_hash));
}

// Deterministic, so the bound is a property of the files: within 0.5 % of the float model, which is far ahead of
// n-grams.
TEST(AetherTiny, is_as_good_as_the_float_model) {
  const auto from = load_float_directory(testing::tiny_directory());
  const auto model = load_model_directory(testing::tiny_directory());
  ASSERT_TRUE(from && model);
  auto tokens = model->tokenizer.encode(as_bytes(testing::text_of(testing::tiny_directory() / "heldout.txt")));
  if (!testing::exhaustive()) tokens.resize(testing::quick() ? 65 : 2'049);
  env::ThreadPool pool;
  const Accuracy a = measure_accuracy(*from, model->model, model->tokenizer, tokens, instruction_sets().back(), pool);
  EXPECT_EQ(a.tokens, tokens.size() - 1);
  EXPECT_EQ(a.bytes, model->tokenizer.decode(std::span(tokens).subspan(1)).size());
  EXPECT_LT(std::fabs(a.perplexity_change()), testing::quick() ? 0.02 : 0.005);
  EXPECT_LT(a.integer_perplexity, 12);
  EXPECT_GT(static_cast<double>(a.same_top) / static_cast<double>(a.tokens), 0.95);
  const auto ngram = read_ngram_baseline(testing::tiny_directory() / "training.json");
  ASSERT_TRUE(ngram);
  EXPECT_GT(ngram->perplexity, 1.5 * a.float_perplexity);
}

// The rows of a trace as a hash for each operator. Two runs with equal hashes have equal trace roots, and with
// another bit in any row they differ.
class HashingSink final : public infer::RowSink {
 public:
  explicit HashingSink(const infer::Config& config) : hashes_(infer::op_count(config)) {}
  void row(std::uint32_t op, std::uint32_t position, ByteView bytes) override {
    const std::array<std::uint8_t, 4> at{static_cast<std::uint8_t>(position), static_cast<std::uint8_t>(position >> 8),
                                         static_cast<std::uint8_t>(position >> 16),
                                         static_cast<std::uint8_t>(position >> 24)};
    hashes_[op].update(at).update(bytes);
  }
  std::vector<Hash> finish() {
    std::vector<Hash> out;
    for (crypto::Sha256& hash : hashes_) out.push_back(hash.finish());
    return out;
  }

 private:
  std::vector<crypto::Sha256> hashes_;
};

struct Trace {
  std::vector<std::uint32_t> output;
  std::vector<Hash> rows;

  bool operator==(const Trace&) const = default;
};

struct Way {
  infer::Isa isa = infer::Isa::scalar;
  std::size_t threads = 1;
  std::uint32_t chunk = 1;
};

class Bits {
 public:
  Bits(const infer::Model& model, std::uint32_t max_new) : model_(model), max_new_(max_new) {}

  Trace generated(std::span<const std::uint32_t> prompt, const Way& way) const {
    env::ThreadPool pool(way.threads);
    const infer::Engine engine(model_, pool, {.isa = way.isa, .chunk = way.chunk});
    HashingSink sink(model_.config());
    infer::GenerateOptions options;
    options.max_new = max_new_;
    options.sink = &sink;
    Trace out{infer::generate(engine, prompt, options), {}};
    out.rows = sink.finish();
    return out;
  }

  Trace replayed(std::span<const std::uint32_t> prompt, std::vector<std::uint32_t> output, const Way& way) const {
    env::ThreadPool pool(way.threads);
    const infer::Engine engine(model_, pool, {.isa = way.isa, .chunk = way.chunk});
    HashingSink sink(model_.config());
    infer::replay(engine, prompt, output, sink);
    return {std::move(output), sink.finish()};
  }

 private:
  const infer::Model& model_;
  std::uint32_t max_new_;
};

// The ways that prompt `i` runs in, besides the reference: scalar, one thread, position by position. The scalar kernels
// are slow, so prompts take turns in their number of threads. Short runs take turns in more.
std::vector<Way> ways_of(std::size_t i, std::uint32_t whole) {
  const std::uint32_t chunk = std::array<std::uint32_t, 4>{2, 7, 13, 64}[i % 4];
  const bool all = testing::exhaustive();
  std::vector<Way> out;
  for (const infer::Isa isa : instruction_sets()) {
    for (std::size_t threads = 1; threads <= 4; ++threads) {
      if (isa == infer::Isa::scalar && (threads != 1 + i / 8 % 4 || (i % 8 != 0 && !all))) continue;
      if (all || (i + threads) % 2 == 0) out.push_back({isa, threads, whole});
      if (all || (i + threads) % 2 == 1) out.push_back({isa, threads, chunk});
    }
  }
  return out;
}

// Short runs cut prompts to their first tokens; one stays whole, since it has more than F keys.
Windows prompts_of(const LoadedModel& loaded) {
  constexpr std::size_t kWhole = 29, kCut = 12;
  Windows out = windows_of(loaded.tokenizer, testing::text_of(testing::tiny_directory() / "prompts.txt"),
                           loaded.model.config().context);
  if (testing::exhaustive()) return out;
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (i != kWhole) out[i].resize(std::min(out[i].size(), kCut));
  }
  AETHER_ASSERT(out.size() > kWhole && out[kWhole].size() > loaded.model.config().short_keys());
  if (testing::quick()) out.resize(4);
  return out;
}

TEST(AetherTiny, bits_are_the_same_in_every_way_on_real_prompts) {
  const auto loaded = load_model_directory(testing::tiny_directory());
  ASSERT_TRUE(loaded);
  const Windows prompts = prompts_of(*loaded);
  EXPECT_TRUE(testing::quick() || prompts.size() >= 200);
  const Bits bits(loaded->model, testing::exhaustive() ? 8 : 2);
  for (std::size_t i = 0; i < prompts.size(); ++i) {
    const Trace wanted = bits.generated(prompts[i], {});
    for (const Way& way : ways_of(i, loaded->model.config().context)) {
      EXPECT_EQ(bits.generated(prompts[i], way), wanted) << i;
      EXPECT_EQ(bits.replayed(prompts[i], wanted.output, way), wanted) << i;
    }
  }
}

}  // namespace
}  // namespace aether::models

#include "aether/receipts/check.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "support.hpp"

namespace aether::receipts::testing {
namespace {

using vcr::testing::HonestRun;
using vcr::testing::small_config;

struct Check : ::testing::Test {
  std::string fields() const {
    const auto checked = check_fields(file, model);
    if (checked) return "";
    EXPECT_FALSE(checked.error().message.empty());
    return std::string(checked.error().code());
  }
  std::string whole() const {
    if (const std::string code = fields(); !code.empty()) return code;
    SerialPool pool;
    const infer::Engine engine(*run.model, pool);
    const auto checked = check_run(file, engine);
    return checked ? "" : std::string(checked.error().code());
  }

  HonestRun run = run_without_stop(small_config(), 5, 6, 1);
  programs::ModelFacts model = facts_of(run);
  ReceiptFile file = receipt_of(run);
};

TEST_F(Check, AnHonestReceiptHolds) {
  EXPECT_EQ(whole(), "");
  complete(file, std::nullopt);
  EXPECT_EQ(whole(), "");
}

TEST_F(Check, AnotherModelIsNamedByWhatDiffers) {
  model.config.eps = 2;
  EXPECT_EQ(fields(), "model_config");
  model = facts_of(run);
  model.model_root = {};
  EXPECT_EQ(fields(), "model_root");
  model = facts_of(run);
  model.engine_hash = {};
  EXPECT_EQ(fields(), "engine_hash");
  model = facts_of(run);
  model.tokenizer_hash = {};
  EXPECT_EQ(fields(), "tokenizer_hash");
}

TEST_F(Check, EachFieldHasItsOwnCode) {
  const ReceiptFile honest = file;
  const auto code_of = [&](auto change) {
    file = honest;
    change(file);
    return fields();
  };
  EXPECT_EQ(code_of([](auto& f) { f.max_new = 0; }), "max_new");
  EXPECT_EQ(code_of([](auto& f) { f.prompt.clear(); }), "prompt_empty");
  EXPECT_EQ(code_of([](auto& f) { f.prompt[1] = 300; }), "prompt_token");
  EXPECT_EQ(code_of([](auto& f) { f.prompt[1] ^= 1; }), "request_root");
  EXPECT_EQ(code_of([](auto& f) { f.output[1] ^= 1; }), "output_root");
  EXPECT_EQ(code_of([](auto& f) { f.output[1] = 300; }), "token");
  EXPECT_EQ(code_of([](auto& f) { f.output.pop_back(); }), "output_length");
  EXPECT_EQ(code_of([](auto& f) { f.max_new = 5; }), "above_max_new");
  EXPECT_EQ(code_of([](auto& f) { f.max_new = 7; }), "early_stop");
  EXPECT_EQ(code_of([](auto& f) { f.vcr.n_out = {}; }), "sequences");
  EXPECT_EQ(code_of([](auto& f) { f.vcr.units += 1; }), "units");
  EXPECT_EQ(code_of([](auto& f) { f.vcr.model_id = {}; }), "model_id");
  EXPECT_EQ(code_of([](auto& f) { f.vcr.seed = Hash{}; }), "seed");
  EXPECT_EQ(code_of([](auto& f) { f.vcr.kzg = Hash{}; }), "kzg");
  EXPECT_EQ(code_of([](auto& f) { f.vcr.tee_evidence_hash = Hash{}; }), "tee_evidence");
  EXPECT_EQ(code_of([](auto& f) { f.vcr.trace_root = {}; }), "signature");
  EXPECT_EQ(code_of([](auto& f) { f.vcr.job_id = {{1}}; }), "signature");
  EXPECT_EQ(code_of([](auto& f) { f.vcr.provider[0] ^= 1; }), "signature");
  EXPECT_EQ(code_of([](auto& f) { (*f.signature)[0] ^= 1; }), "signature");
}

TEST_F(Check, AStopTokenIsTheLastOne) {
  run = vcr::testing::random_run(small_config(), 5, 6, 1);  // 7 stops
  model = facts_of(run);
  file = receipt_of(run);
  file.output = {1, 7, 3, 4, 5, 6};
  complete(file);
  EXPECT_EQ(fields(), "late_stop");
  file.output = {1, 7};
  complete(file);
  EXPECT_EQ(fields(), "");
}

TEST_F(Check, TheContextBoundsPromptAndOutput) {
  file.prompt.assign(model.config.context, 1);
  complete(file);
  EXPECT_EQ(fields(), "context");
}

TEST_F(Check, ARunShowsAnotherTokenOrAnotherTrace) {
  file.output[3] ^= 1;
  complete(file);
  EXPECT_EQ(whole(), "sampled_token");
  file = receipt_of(run);
  file.vcr.trace_root.bytes[7] ^= 1;
  complete(file);
  EXPECT_EQ(whole(), "trace_root");
}

RC_GTEST_FIXTURE_PROP(Check, AnyHonestRunHolds, ()) {
  run = run_without_stop(small_config(), *rc::gen::inRange(1U, 9U), *rc::gen::inRange(1U, 9U),
                         *rc::gen::arbitrary<std::uint64_t>());
  model = facts_of(run);
  file = receipt_of(run);
  RC_ASSERT(whole().empty());
}

}  // namespace
}  // namespace aether::receipts::testing

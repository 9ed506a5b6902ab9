// The engine against the second forward pass of reference.hpp: every instruction set, chunk length, number of threads
// and order of tasks gives its rows and logits, bit for bit.
#include <gtest/gtest.h>

#include "aether/infer/graph.hpp"
#include "support.hpp"

namespace aether::infer::testing {
namespace {

struct Pass {
  std::vector<Row> rows;  // by operator, then position
  std::vector<std::int32_t> logits;

  bool operator==(const Pass&) const = default;
};

Pass reference_pass(const Model& model, std::span<const std::uint32_t> tokens, std::size_t logits_from) {
  Reference reference(model);
  Recording recording;
  Pass out;
  for (std::size_t i = 0; i < tokens.size(); ++i) out.logits = reference.step(tokens[i], i >= logits_from, &recording);
  out.rows = in_order(std::move(recording.rows));
  return out;
}

Pass engine_pass(const Model& model, TaskPool& pool, EngineOptions options, std::span<const std::uint32_t> tokens,
                 std::uint32_t logits_from) {
  options.parallel_from = 0;
  const Engine engine(model, pool, options);
  Sequence sequence(engine);
  Recording recording;
  const auto logits = sequence.feed(tokens, logits_from, &recording);
  return {in_order(std::move(recording.rows)), {logits.begin(), logits.end()}};
}

void expect_equal(const Pass& pass, const Pass& expected) {
  ASSERT_EQ(pass.rows.size(), expected.rows.size());
  for (std::size_t i = 0; i < pass.rows.size(); ++i) {
    ASSERT_EQ(pass.rows[i], expected.rows[i])
        << "operator " << expected.rows[i].op << ", position " << expected.rows[i].position;
  }
  ASSERT_EQ(pass.logits, expected.logits);
}

struct Case {
  Config config;
  std::size_t tokens;
  bool hostile;
};

const std::vector<std::uint32_t> kFewChunks{1, 7, 257}, kChunks{1, 7, 64, 255, 256, 257, 8192};

class EngineRows : public ::testing::TestWithParam<Case> {};

TEST_P(EngineRows, equal_the_reference_for_every_kernel_chunk_and_split) {
  const auto& [config, n, hostile] = GetParam();
  for (int seed = 0; seed < cases(1, 2, 20); ++seed) {
    const auto number = static_cast<std::uint64_t>(seed);
    const Model model = make_model(config, number, hostile);
    const auto tokens = random_tokens(config, n, number);
    const auto from = static_cast<std::uint32_t>(n - std::min<std::size_t>(n, 20));
    const Pass expected = reference_pass(model, tokens, from);
    SerialPool serial;
    for (const Isa isa : isas()) {
      for (const std::uint32_t chunk : quick() ? kFewChunks : kChunks) {
        SCOPED_TRACE(std::string(to_string(isa)) + ", chunk " + std::to_string(chunk));
        expect_equal(engine_pass(model, serial, {isa, chunk}, tokens, from), expected);
      }
      for (std::size_t width = quick() ? 3 : 1; width <= 4; ++width) {
        SCOPED_TRACE(std::string(to_string(isa)) + ", threads " + std::to_string(width));
        ThreadsPool threads(width);
        expect_equal(engine_pass(model, threads, {isa, 64}, tokens, from), expected);
        ShuffledPool shuffled(5 * width, number);
        expect_equal(engine_pass(model, shuffled, {isa, 64}, tokens, from), expected);
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Sizes, EngineRows,
                         ::testing::Values(Case{plain_config(), 70, false}, Case{plain_config(), 70, true},
                                           Case{odd_config(), 261, false}, Case{odd_config(), 40, true},
                                           Case{far_config(), 150, false}, Case{far_config(), 150, true}));

}  // namespace
}  // namespace aether::infer::testing

// Greedy generation and its trace.
#include <gtest/gtest.h>

#include "aether/infer/graph.hpp"
#include "support.hpp"

namespace aether::infer::testing {
namespace {

struct Written {
  std::vector<std::uint32_t> output;
  std::vector<Row> rows;
};

Written written(const Engine& engine, std::span<const std::uint32_t> prompt, std::uint32_t max_new) {
  Recording recording;
  auto output = generate(engine, prompt, {.max_new = max_new, .sink = &recording});
  return {std::move(output), in_order(std::move(recording.rows))};
}

TEST(Generate, decoding_and_replay_and_the_reference_agree) {
  for (const bool hostile : {false, true}) {
    for (const Config& config : {odd_config(), far_config()}) {
      const Model model = make_model(config, 11, hostile);
      const auto prompt = random_tokens(config, 100, 11);
      constexpr std::uint32_t kNew = 40;  // far_config: from few keys to many

      Reference reference(model);
      Recording expected;
      std::vector<std::int32_t> logits;
      for (std::size_t i = 0; i < prompt.size(); ++i) {
        logits = reference.step(prompt[i], i + 1 == prompt.size(), &expected);
      }
      std::vector<std::uint32_t> output{greedy_token(logits)};
      while (output.size() < kNew) output.push_back(greedy_token(reference.step(output.back(), true, &expected)));

      for (const Isa isa : isas()) {
        ThreadsPool pool(2);
        const Engine engine(model, pool, {.isa = isa, .chunk = 33});
        const Written decoded = written(engine, prompt, kNew);
        EXPECT_EQ(decoded.output, output);
        EXPECT_EQ(decoded.rows, in_order(expected.rows));
        EXPECT_EQ(generate(engine, prompt, {.max_new = kNew}), output);  // without a trace too
        Recording replayed;
        replay(engine, prompt, output, replayed);
        EXPECT_EQ(in_order(std::move(replayed.rows)), decoded.rows);
      }
    }
  }
}

// A job's output is whatever the worker claims: the trace follows the claimed tokens.
TEST(Generate, replay_follows_claimed_tokens) {
  const Config config = plain_config();
  const Model model = make_model(config, 5, false);
  const auto prompt = random_tokens(config, 10, 1), claimed = random_tokens(config, 12, 2);
  Reference reference(model);
  Recording expected, replayed;
  for (std::size_t i = 0; i < 10; ++i) reference.step(prompt[i], i == 9, &expected);
  for (std::size_t i = 0; i < 11; ++i) reference.step(claimed[i], true, &expected);
  SerialPool pool;
  replay(Engine(model, pool, {.isa = isas().back()}), prompt, claimed, replayed);
  EXPECT_EQ(in_order(std::move(replayed.rows)), in_order(std::move(expected.rows)));
}

TEST(Generate, ends_after_a_stop_token_or_when_told_or_at_the_most) {
  Config config = plain_config();
  const auto prompt = random_tokens(config, 5, 3);
  SerialPool pool;
  const Model model = make_model(config, 3, false);
  const auto whole = generate(Engine(model, pool), prompt, {.max_new = 20});
  ASSERT_EQ(whole.size(), 20u);

  std::vector<std::uint32_t> seen;
  const auto halted = generate(Engine(model, pool), prompt, {.max_new = 20, .on_token = [&](std::uint32_t token) {
                                                               seen.push_back(token);
                                                               return seen.size() < 7;
                                                             }});
  EXPECT_EQ(halted, std::vector(whole.begin(), whole.begin() + 7));
  EXPECT_EQ(seen, halted);

  config.stop.insert(whole[4]);
  const auto at = std::ranges::find(whole, whole[4]);
  const auto stopped = generate(Engine(make_model(config, 3, false), pool), prompt, {.max_new = 20});
  EXPECT_EQ(stopped, std::vector(whole.begin(), at + 1));

  const auto all = generate(Engine(model, pool), prompt, {.max_new = config.context - 5});  // the whole context
  EXPECT_EQ(all.size(), config.context - 5u);
}

TEST(Generate, of_equal_logits_the_first_wins) {
  EXPECT_EQ(greedy_token(std::vector<std::int32_t>{3, 9, 9, -1}), 1u);
  EXPECT_EQ(greedy_token(std::vector<std::int32_t>{INT32_MIN, INT32_MIN}), 0u);
  const Model model = with_equal_logits(make_model(plain_config(), 1, false));
  SerialPool pool;
  EXPECT_EQ(generate(Engine(model, pool, {.isa = isas().back()}), std::vector<std::uint32_t>{1, 2}, {.max_new = 3}),
            (std::vector<std::uint32_t>{0, 0, 0}));
}

TEST(Generate, a_sequence_says_where_it_is_and_gives_logits_from_where_asked) {
  const Model model = make_model(plain_config(), 1, false);
  SerialPool pool;
  const Engine engine(model, pool, {.chunk = 4});
  Sequence sequence(engine);
  const auto tokens = random_tokens(plain_config(), 10, 1);
  EXPECT_TRUE(sequence.feed(std::span(tokens).first(6), 6, nullptr).empty());
  EXPECT_EQ(sequence.position(), 6u);
  EXPECT_TRUE(sequence.feed({}, 0, nullptr).empty());
  Sequence moved = std::move(sequence);
  const auto logits = moved.feed(std::span(tokens).subspan(6), 9, nullptr);
  EXPECT_EQ(moved.position(), 10u);
  Reference reference(model);
  std::vector<std::int32_t> expected;
  for (const std::uint32_t token : tokens) expected = reference.step(token, true, nullptr);
  EXPECT_EQ(std::vector(logits.begin(), logits.end()), expected);
}

}  // namespace
}  // namespace aether::infer::testing

#include <gtest/gtest.h>

#include <future>

#include "support.hpp"

namespace aether::mesh::testing {
namespace {

const auto kGoOn = [](std::uint32_t) { return true; };

TEST(Run, GivesWhatTheEngineGenerates) {
  const auto model = ready_model();
  const auto prompt = vcr::testing::random_tokens(model->config(), 6, 3);
  const env::ManualClock clock;
  const auto result = run({kKey, model, prompt, 8}, {}, kGoOn, clock);
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(result->output, infer::generate(model->engine(), prompt, {.max_new = 8}));
  EXPECT_EQ(result->trace_root, trace_of(*model, prompt, result->output)->root());
  EXPECT_EQ(result->key, kKey);
}

TEST(Run, EndsWhenItIsToldTo) {
  const auto model = ready_model();
  const env::ManualClock clock;
  int tokens = 0;
  EXPECT_FALSE(run({kKey, model, {1, 2}, 100}, {}, [&](std::uint32_t) { return ++tokens < 3; }, clock));
  EXPECT_EQ(tokens, 3);
}

TEST(Run, CommitsToWhatTamperingMakesOfIt) {
  const auto model = ready_model();
  const env::ManualClock clock;
  const RunTask task{kKey, model, {1, 2, 3}, 4};
  const auto honest = run(task, {}, kGoOn, clock);
  const Tampering bit = flip(2, 1);
  const auto flipped = run(task, bit, kGoOn, clock);
  ASSERT_TRUE(honest && flipped);
  EXPECT_EQ(flipped->output, honest->output);
  EXPECT_NE(flipped->trace_root, honest->trace_root);
  EXPECT_EQ(flipped->trace_root, trace_of(*model, task.prompt, flipped->output, bit)->root());
  Tampering token;
  token.output = [](std::vector<std::uint32_t>& output) { output[1] ^= 1; };
  const auto wrong = run(task, token, kGoOn, clock);
  ASSERT_TRUE(wrong.has_value());
  EXPECT_EQ(wrong->trace_root, trace_of(*model, task.prompt, wrong->output)->root());
}

TEST(RunnerThread, RunsOneTaskAfterTheOther) {
  const auto model = ready_model();
  const env::SystemClock clock;
  const Tampering none;
  std::promise<void> all;
  std::vector<RunResult> results;
  Runner runner(none, clock, [&](RunResult result) {
    results.push_back(std::move(result));
    if (results.size() == 3) all.set_value();
  });
  for (std::uint32_t i = 0; i < 3; ++i) {
    const RunTask task{{kKey.job, i}, model, {i + 1}, 5};
    runner.start(task);
    runner.start(task);  // once is enough
  }
  all.get_future().wait();
  for (std::uint32_t i = 0; i < 3; ++i) {
    EXPECT_EQ(results[i].key.attempt, i);
    EXPECT_EQ(results[i].output, infer::generate(model->engine(), std::vector{i + 1}, {.max_new = 5}));
  }
}

TEST(RunnerThread, EndsWithoutFinishingWhatWaits) {
  const auto model = ready_model();
  const env::SystemClock clock;
  std::promise<void> began;
  std::atomic<int> done = 0;
  Tampering watch;
  watch.row = [&, first = std::make_shared<std::once_flag>()](std::uint32_t, std::uint32_t, Bytes&) {
    std::call_once(*first, [&] { began.set_value(); });
  };
  {
    Runner runner(watch, clock, [&](const RunResult&) { ++done; });
    for (std::uint32_t i = 0; i < 50; ++i) runner.start({{kKey.job, i}, model, {1}, 1'000});
    began.get_future().wait();
    EXPECT_TRUE(runner.has({kKey.job, 49}));
  }
  EXPECT_LT(done, 50);
}

TEST(RunnerThread, LeavesOutWhatIsDropped) {
  const auto model = ready_model();
  const env::SystemClock clock;
  std::promise<void> began, go_on, last;
  Tampering watch;
  watch.row = [&, first = std::make_shared<std::once_flag>()](std::uint32_t, std::uint32_t, Bytes&) {
    std::call_once(*first, [&] {
      began.set_value();
      go_on.get_future().wait();
    });
  };
  std::vector<Hash> done;
  Runner runner(watch, clock, [&](const RunResult& result) {
    done.push_back(result.key.job);
    last.set_value();
  });
  runner.start({{Hash{{1}}, 0}, model, {1}, 1'000});
  runner.start({{Hash{{2}}, 0}, model, {1}, 5});
  runner.start({{Hash{{3}}, 0}, model, {1}, 5});
  began.get_future().wait();
  runner.drop(Hash{{1}});
  runner.drop(Hash{{2}});
  go_on.set_value();
  last.get_future().wait();
  EXPECT_EQ(done, (std::vector<Hash>{Hash{{3}}}));
}

}  // namespace
}  // namespace aether::mesh::testing

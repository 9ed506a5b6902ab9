// Random casts, weather and restarts: every job ends, no value is trapped, honest agents never lose to fraud rules, and
// a fraud never settles.
#include <cstdlib>

#include "play.hpp"

namespace aether::agents::testing {
namespace {

struct Chances {
  explicit Chances(std::uint64_t seed) : random(seed) {}
  bool one_in(std::uint64_t n) { return random() % n == 0; }
  Random random;
};

Manners manners_of(Chances& chance) {
  Manners out;
  out.http = static_cast<Http>(chance.random() % 5);
  out.run_slots = chance.random() % (chance.one_in(3) ? 20 : 6);
  out.runs = !chance.one_in(12);
  if (chance.one_in(8)) out.answers_max = static_cast<unsigned>(chance.random() % 8);
  return out;
}

// Refusals that honest agents run into when nothing is lost and nobody starts afresh.
bool is_race(const Refusal& refusal) {
  const auto is = [&](Action action, programs::EscrowCode code) {
    return refusal == Refusal{action, programs::result_code(code)};
  };
  return is(Action::settle, programs::EscrowCode::job_closed) || is(Action::expire, programs::EscrowCode::job_closed) ||
         is(Action::expire, programs::EscrowCode::no_such_session) ||
         is(Action::respond, programs::EscrowCode::no_session_waits) ||
         is(Action::open_descent, programs::EscrowCode::session_table_full);
}

void play_one(std::uint64_t seed, std::map<JobStatus, std::size_t>& ends) {
  Chances chance(seed);
  const bool calm = chance.one_in(3);
  Weather weather;
  if (!calm) weather = {.delay_max = chance.random() % 3, .lost_of_100 = chance.random() % 8, .valid_slots = 5};
  const std::size_t claims = chance.one_in(2) ? 0 : chance.random() % fixture().cases.size();
  const Manners manners = manners_of(chance);
  WatchtowerOptions options{.exits = chance.one_in(2), .answers = chance.one_in(2)};
  Play play(claims, manners, options, seed, weather);
  play.chain.world.params.jobs.window_slots = 150;
  Griefer griefer{.play = play,
                  .wanted = chance.one_in(4) ? static_cast<unsigned>(chance.random() % 17) : 0,
                  .moves = chance.one_in(2)};
  const bool griefed = griefer.wanted > 0;
  std::size_t restarts = 0;
  play.each_slot = [&] {
    griefer.step();
    if (calm || !chance.one_in(15)) return;
    ++restarts;
    switch (chance.random() % 3) {
      case 0: return play.worker.restart();
      case 1: return play.tower.restart();
      default:
        if (!play.buyer.posted.empty()) play.buyer.restart();
    }
  };
  ASSERT_NO_FATAL_FAILURE(play.run(2'000));
  ++ends[play.status()];
  const bool accepted = play.status() != JobStatus::unaccepted && play.status() != JobStatus::silent;
  const bool silenced = manners.answers_max < 8;
  if (accepted && claims != 0) {
    EXPECT_NE(play.status(), JobStatus::settled);
  } else if (accepted && !silenced) {
    EXPECT_EQ(play.status(), JobStatus::settled);
  }
  if (!griefed && (claims == 0 || calm)) {
    EXPECT_GE(play.gain(cast().watcher), 0);
  }
  EXPECT_GE(play.gain(cast().buyer) + static_cast<__int128>(kRich), 0);
  if (calm) {
    for (const Refusal& refusal : play.chain.refusals)
      EXPECT_TRUE(is_race(refusal)) << to_string(refusal.action) << ": " << programs::code_name(refusal.code);
  }
}

TEST(Agents, random_plays_end_as_they_should) {
  const int plays = std::getenv("AETHER_QUICK") != nullptr  ? 60
                    : std::getenv("AETHER_LONG") != nullptr ? 20'000
                                                            : 1'000;
  std::map<JobStatus, std::size_t> ends;
  for (int i = 0; i < plays; ++i) {
    const auto seed = static_cast<std::uint64_t>(i) + 1;
    play_one(seed, ends);
    ASSERT_FALSE(::testing::Test::HasFailure()) << "seed " << seed;
  }
  for (const auto& [status, count] : ends) {
    std::printf("%s %zu ", std::string(codec::enum_names<JobStatus>[static_cast<std::size_t>(status)]).c_str(), count);
  }
  std::printf("\n");
  EXPECT_GE(ends.size(), 4u);
}

}  // namespace
}  // namespace aether::agents::testing

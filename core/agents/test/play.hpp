// One buyer, one worker, one watchtower on a stage, slot by slot until the job is closed.
#pragma once

#include "stage.hpp"

namespace aether::agents::testing {

using Http = Manners::Http;

// One buyer, one worker, one watchtower; all but what `claims` and `manners` say is honest.
struct Play {
  explicit Play(std::size_t claims = 0, Manners manners = {}, WatchtowerOptions options = {}, std::uint64_t seed = 1,
                Weather weather = {})
      : chain(seed, weather),
        worker(chain, cast().worker, fixture().cases[claims], manners),
        tower(chain, cast().watcher, worker, std::move(options)),
        buyer(chain, cast().buyer),
        all(chain.total()) {}
  void slot() {
    if (!std::exchange(ordered_, true)) buyer.tell(order);
    buyer.step();
    worker.step();
    tower.step();
    if (each_slot) each_slot();
    chain.seal();
    ASSERT_EQ(chain.total(), all);
  }
  bool over() const { return !buyer.posted.empty() && !chain.world.is_living(job()); }
  Hash job() const { return buyer.posted[0].job; }
  // Until the job is closed and everyone knows.
  void run(std::uint64_t slots_max = 400) {
    for (std::uint64_t i = 0; i < slots_max && !over(); ++i) ASSERT_NO_FATAL_FAILURE(slot());
    ASSERT_TRUE(over());
    for (int i = 0; i < 3; ++i) slot();
    EXPECT_TRUE(chain.world.held().is_zero());
  }
  JobStatus status() const { return chain.world.closed(job()).status; }
  // What someone has gained, in AIC.
  __int128 gain(const Person& who) {
    return static_cast<__int128>(chain.world.balances[who.address].aic) - static_cast<__int128>(kRich);
  }

  Chain chain;
  WorkerHost worker;
  TowerHost tower;
  BuyerHost buyer;
  Balance all;
  Order order = an_order();
  std::function<void()> each_slot;

 private:
  bool ordered_ = false;
};

// Opens sessions against the worker, and goes on at random where it may.
struct Griefer {
  Play& play;
  const Person& who = cast().accuser;
  unsigned wanted = 0;
  bool moves = true;
  Amount bond = 0;

  void step() {
    if (play.buyer.posted.empty() || !play.chain.world.is_living(play.job())) return;
    const programs::Job job = play.chain.world.living(play.job());
    if (!job.submission) return;
    World& world = play.chain.world;
    while (wanted > 0 &&
           play.chain.call(who, programs::OpenDescent{
                                    play.job(), bond != 0 ? bond : world.params.jobs.session_bond_min}) == kSuccess)
      --wanted;
    if (!moves) return;
    for (const programs::Session& session : job.sessions) {
      if (session.challenger != who.address || session.state.turn != vcr::Turn::challenger) continue;
      const vcr::TraceShape& shape = fixture().run.own->shape();
      const auto reveal = vcr::make_reveal(shape, *fixture().run.own, session.state.node);
      const auto* nodes = std::get_if<vcr::Nodes>(&*reveal);
      if (nodes == nullptr) continue;
      const unsigned levels = vcr::reveal_levels(shape, session.state.node);
      const auto child = static_cast<std::uint8_t>(play.chain.random() % nodes->size());
      play.chain.call(
          who,
          programs::Descend{
              play.job(), session.id, {child, (*nodes)[child], crypto::merkle_padded_path(*nodes, levels, child)}});
    }
  }
};

}  // namespace aether::agents::testing

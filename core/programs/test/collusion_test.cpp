// Buyer, worker and challenger are one person, or two of them are: whatever they play, they do not profit from it.
#include "scene.hpp"

namespace aether::programs::testing {
namespace {

enum class End {
  settled,
  late,
  convicted,
  convicted_in_descent,
  defaulted,
  silent,
  challenger_out,
  cancelled,
  unaccepted
};
constexpr std::array kEnds{End::settled,   End::late,   End::convicted,      End::convicted_in_descent,
                           End::defaulted, End::silent, End::challenger_out, End::cancelled,
                           End::unaccepted};

struct Cabal {
  const Person& buyer;
  const Person& worker;
  const Person& challenger;
};

// The challenger also takes every exit fee that is to be had.
Scene play(End end, const Cabal& who) {
  Scene s;
  s.buyer = &who.buyer;
  s.worker = &who.worker;
  s.post.terms.attempts = 1;
  const bool fraud = end == End::convicted || end == End::convicted_in_descent || end == End::defaulted;
  const auto exit = [&](std::optional<std::uint32_t> session) { s.ok(who.challenger, Expire{s.id, session}); };
  const auto settle = [&] {
    s.go(std::max(s.world.slot, settle_from(s.job(), s.params(), s.world.slot)));
    s.ok(who.challenger, Settle{s.id});
  };
  if (end == End::cancelled) {
    s.posted().ok(who.buyer, Cancel{s.id});
    return s;
  }
  if (end == End::unaccepted) {
    s.posted().at(s.post.terms.accept_slots + 1);
    exit(std::nullopt);
    return s;
  }
  if (end == End::silent) {
    s.accepted().at(s.post.terms.max_slots + 1);
    exit(std::nullopt);
    return s;
  }
  s.claims = fraud ? 1 : 0;
  s.accepted();
  if (end == End::late) s.at(s.post.terms.max_slots);
  s.ok(who.worker, a_submit(s.world, s.id, who.worker, s.claimed()));
  if (end == End::settled || end == End::late) {
    settle();
    return s;
  }
  if (end == End::convicted) {
    s.ok(who.challenger, s.commit(who.challenger, s.proof()));
    s.at(2);
    s.ok(who.challenger, Prove{s.proof(), hash_of(1)});
    return s;
  }
  s.ok(who.challenger, OpenDescent{s.id, s.params().session_bond_min});
  if (end == End::defaulted) {
    s.go(next(clock_end(s.session(0))));
    exit(0);
    return s;
  }
  s.respond(0);
  s.ok(who.challenger, Descend{s.id, 0, s.step_into(0, 0)});
  s.respond(0);
  if (end == End::convicted_in_descent) {
    s.ok(who.challenger, Prove{s.proof(), std::nullopt});
    return s;
  }
  s.go(next(clock_end(s.session(0))));
  exit(0);
  settle();
  return s;
}

__int128 of(Amount amount) { return static_cast<__int128>(amount); }
bool lost(End end) { return end == End::convicted || end == End::convicted_in_descent || end == End::defaulted; }

void expect_closed(Scene& s) {
  EXPECT_FALSE(s.living());
  EXPECT_TRUE(s.world.held().is_zero());
  __int128 aic = of(s.world.burned.aic), swr = of(s.world.burned.swr);
  for (const Person* person : cast().all) {
    aic += s.gain(*person);
    swr += s.gain(*person, Asset::swr);
  }
  EXPECT_EQ(aic, 0);
  EXPECT_EQ(swr, 0);
}

TEST(Collusion, one_person_in_every_role_only_burns) {
  const Person& one = cast().worker;
  for (const End end : kEnds) {
    Scene s = play(end, {one, one, one});
    expect_closed(s);
    EXPECT_EQ(s.gain(one), -of(s.world.burned.aic));
    EXPECT_EQ(s.gain(one, Asset::swr), 0);
    if (lost(end) || end == End::settled || end == End::challenger_out) {
      EXPECT_LT(s.gain(one), 0);
    }
  }
}

TEST(Collusion, buyer_and_worker_gain_nothing) {
  const Person& one = cast().worker;
  for (const End end : kEnds) {
    Scene s = play(end, {one, one, cast().watcher});
    expect_closed(s);
    // A challenger that gives up pays half of what is left of its bond, and its respond fees.
    const Amount from_challenger = end == End::challenger_out ? s.params().session_bond_min : 0;
    EXPECT_LE(s.gain(one), of(from_challenger));
    EXPECT_LE(s.gain(one, Asset::swr), 0);
    if (lost(end)) {
      EXPECT_LE(s.gain(one), -of(s.post.terms.bond / 5)) << "at least the challenger's share";
    }
  }
}

TEST(Collusion, a_worker_that_challenges_himself_loses_what_he_would_lose) {
  const Person& one = cast().worker;
  for (const End end : kEnds) {
    Scene s = play(end, {cast().buyer, one, one});
    expect_closed(s);
    const Amount bond = s.post.terms.bond;
    if (lost(end)) {
      // What is not the buyer's can come back to him: the share at once, the rest as respond fees that he paid to
      // himself.
      EXPECT_LE(s.gain(one), -of(bond * 6 / 10));
      if (end != End::convicted_in_descent) {
        EXPECT_LE(s.gain(one), -of(bond - bond / 5));
      }
      EXPECT_GE(s.gain(cast().buyer), of(bond * 6 / 10)) << "escrow back, and damages";
    } else if (end == End::challenger_out) {
      EXPECT_LT(s.gain(one), of(s.closed().paid)) << "half of his own bond burned";
    } else {
      EXPECT_LE(s.gain(one), of(s.closed().paid));
    }
  }
}

TEST(Collusion, buyer_and_challenger_cannot_take_from_an_honest_worker) {
  const Person& one = cast().buyer;
  for (const End end : kEnds) {
    if (lost(end) || end == End::silent) continue;  // that worker is not honest
    Scene s = play(end, {one, cast().worker, one});
    expect_closed(s);
    EXPECT_GE(s.gain(cast().worker), of(s.closed().paid));
    EXPECT_LE(s.gain(one), -of(s.closed().paid));
    EXPECT_LE(s.gain(one, Asset::swr), 0);
  }
}

}  // namespace
}  // namespace aether::programs::testing

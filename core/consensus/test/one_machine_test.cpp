// One machine, and what others may send it: messages signed by the keys of validators that do not run.
#include "net.hpp"

namespace aether::consensus::testing {
namespace {

using aether::testing::filled;
using aether::testing::range;

constexpr std::size_t kMe = 0;

class Alone {
 public:
  explicit Alone(std::vector<u128> weights = {1, 1, 1, 1}, Params params = Net::quick())
      : net(std::move(weights), params) {
    for (std::size_t i = 1; i < net.nodes.size(); ++i) net.nodes[i].up = false;
    net.heard = [this](std::size_t, const Message& message) { said.push_back(message); };
    net.boot(kMe);
  }

  struct Content {
    std::uint8_t number = 0;
    std::optional<PrevoteCertificate> parent_certificate = std::nullopt;
    std::optional<PrecommitCertificate> final_certificate = std::nullopt;
    std::uint64_t time_ms = 1'700'000'001'001;
  };
  Header header(ValidatorIndex by, std::uint64_t slot, const Hash& parent, const Content& content) {
    const Outcome outcome = outcome_of(parent);
    const Lottery lottery{kChain, net.epoch().randomness, Slot{slot}};
    HeaderBody body;
    body.chain_id = kChain;
    body.epoch = slot / net.params().epoch_slots;
    body.slot = Slot{slot};
    body.parent_hash = parent;
    body.parent_state_root = outcome.state_root;
    body.parent_receipts_root = outcome.receipts_root;
    body.parent_gas_used = outcome.gas_used;
    body.transactions_root = {filled(content.number)};
    body.time_ms = content.time_ms;
    body.sealer = BftSealer{{},
                            {},
                            by,
                            net.nodes[by].signer->make_claim(lottery, by).proof,
                            content.parent_certificate,
                            content.final_certificate};
    return *net.nodes[by].signer->seal(std::move(body), net.set().at(by));
  }
  template <class M>
  void receive(const M& message, PeerId from = 1) {
    net.step(kMe, Received{from, message});
    if constexpr (std::is_same_v<M, Header>) net.step(kMe, DataHeld{block_hash(message.body)});
  }
  void settle() { net.run_for(0); }
  void vote(ValidatorIndex by, VoteKind kind, std::uint64_t slot, const Hash& block) {
    receive(net.validators().vote(by, kind, Slot{slot}, block), by);
  }
  PrevoteCertificate c1(std::uint64_t slot, const Hash& block, ValidatorIndex first = 1) const {
    return net.validators().certificate<PrevoteCertificate>(range(first, first + 3), Slot{slot}, block);
  }
  PrecommitCertificate c2(std::uint64_t slot, const Hash& block) const {
    return net.validators().certificate<PrecommitCertificate>(range(1, 4), Slot{slot}, block);
  }

  template <class M>
  std::vector<M> heard() const {
    std::vector<M> out;
    for (const Message& message : said)
      if (const auto* of_kind = std::get_if<M>(&message)) out.push_back(*of_kind);
    return out;
  }
  std::vector<Hash> votes(VoteKind kind, std::uint64_t slot) const {
    std::vector<Hash> out;
    for (const Vote& vote : heard<Vote>())
      if (vote.body.kind == kind && vote.body.slot == Slot{slot} &&
          std::ranges::find(out, vote.body.block) == out.end())
        out.push_back(vote.body.block);
    return out;
  }
  Node& me() { return net.nodes[kMe]; }
  Consensus& machine() { return *me().machine; }

  Net net;
  std::vector<Message> said;
};

TEST(OneMachine, certificate_of_a_later_slot_moves_it_and_is_precommitted_without_the_data) {
  Alone alone;
  const Hash unknown{filled(7)};
  alone.receive(alone.c1(5, unknown));
  alone.settle();
  EXPECT_EQ(alone.machine().slot(), Slot{6});
  EXPECT_EQ(alone.votes(VoteKind::precommit, 5), std::vector{unknown});
  EXPECT_EQ(alone.heard<PrevoteCertificate>().size(), 1u);  // sent on
}

// Of more than two thirds of the weight: what it prevoted is certified as soon as it says so again after a restart, and
// the precommit that follows is new.
TEST(OneMachine, whose_own_vote_is_a_quorum_precommits_after_a_restart_only_once_that_is_durable) {
  Alone alone({7, 1, 1, 1});
  const Hash block{filled(7)};
  alone.net.crash(kMe);
  record_prevote(alone.me().durable, Slot{1}, block, std::nullopt);
  alone.said.clear();
  alone.net.boot(kMe);  // nothing is answered yet
  EXPECT_EQ(alone.heard<PrevoteCertificate>().size(), 1u);
  EXPECT_EQ(alone.machine().record().precommit, block);
  EXPECT_TRUE(alone.votes(VoteKind::precommit, 1).empty());
  alone.settle();
  EXPECT_EQ(alone.votes(VoteKind::precommit, 1), std::vector{block});
}

TEST(OneMachine, late_certificate_of_an_old_slot_is_kept_but_not_precommitted) {
  Alone alone;
  alone.receive(alone.c1(5, {filled(7)}));
  alone.receive(alone.c1(3, {filled(6)}));
  alone.receive(alone.c1(5, {filled(8)}));
  alone.settle();
  EXPECT_EQ(alone.machine().slot(), Slot{6});
  EXPECT_TRUE(alone.votes(VoteKind::precommit, 3).empty());
  EXPECT_EQ(alone.votes(VoteKind::precommit, 5), std::vector{Hash{filled(7)}});
}

TEST(OneMachine, who_prevoted_another_block_does_not_precommit) {
  Alone alone;
  const Header header = alone.header(1, 1, alone.net.genesis(), {});
  alone.receive(header);
  alone.net.run_for(1'000'000);
  const auto prevoted = alone.votes(VoteKind::prevote, 1);
  ASSERT_FALSE(prevoted.empty());
  alone.receive(alone.c1(1, {filled(9)}));
  alone.settle();
  EXPECT_TRUE(alone.votes(VoteKind::precommit, 1).empty());
  EXPECT_EQ(alone.machine().slot(), Slot{2});
}

TEST(OneMachine, quorum_is_more_than_two_thirds_exactly) {
  const u128 third = u128{1} << 120;
  for (const u128 more : {u128{0}, u128{1}}) {
    // The others have 2·third + more of 3·third + more.
    Alone alone({third, third, third + more});
    const Hash block{filled(7)};
    alone.vote(1, VoteKind::prevote, 1, block);
    alone.vote(2, VoteKind::prevote, 1, block);
    alone.settle();
    EXPECT_EQ(alone.machine().slot(), more == 0 ? Slot{1} : Slot{2});
  }
}

TEST(OneMachine, a_bad_vote_costs_its_sender_and_not_the_others) {
  Alone alone;
  const Hash block{filled(7)};
  Vote forged = alone.net.validators().vote(1, VoteKind::prevote, Slot{1}, {filled(8)});
  forged.body.block = block;
  alone.receive(forged, 77);  // in the name of validator 1
  alone.vote(2, VoteKind::prevote, 1, block);
  alone.vote(3, VoteKind::prevote, 1, block);
  alone.settle();
  ASSERT_EQ(alone.me().blames.size(), 1u);
  EXPECT_EQ(alone.me().blames[0].peer, 77u);
  EXPECT_EQ(alone.machine().slot(), Slot{1});
  alone.vote(1, VoteKind::prevote, 1, block);  // the true one still counts
  alone.settle();
  EXPECT_EQ(alone.machine().slot(), Slot{2});
  EXPECT_EQ(alone.me().blames.size(), 1u);
}

TEST(OneMachine, forged_votes_do_not_displace_true_ones) {
  Alone alone;
  const Hash block{filled(7)};
  alone.vote(1, VoteKind::prevote, 1, block);
  for (std::uint8_t i = 0; i < 20; ++i) {
    Vote forged = alone.net.validators().vote(2, VoteKind::prevote, Slot{1}, {filled(i)});
    forged.signer = 1;
    alone.receive(forged, 77);
  }
  alone.vote(2, VoteKind::prevote, 1, block);
  alone.vote(3, VoteKind::prevote, 1, block);
  alone.settle();
  EXPECT_EQ(alone.machine().slot(), Slot{2});
  EXPECT_GE(alone.me().blames.size(), 15u);
  for (const Blame& blame : alone.me().blames) EXPECT_EQ(blame.peer, 77u);
}

TEST(OneMachine, a_signer_counts_once) {
  Alone alone;
  const Hash block{filled(7)};
  for (int i = 0; i < 3; ++i) alone.vote(1, VoteKind::prevote, 1, block);
  alone.vote(2, VoteKind::prevote, 1, block);
  alone.settle();
  EXPECT_EQ(alone.machine().slot(), Slot{1});
}

TEST(OneMachine, precommit_and_another_vote_of_a_slot_are_evidence) {
  Alone alone;
  alone.vote(1, VoteKind::prevote, 1, {filled(7)});
  alone.vote(1, VoteKind::prevote, 1, {filled(8)});
  EXPECT_TRUE(alone.me().accusations.empty());  // several prevotes are no offence
  alone.vote(1, VoteKind::precommit, 1, {filled(7)});
  ASSERT_EQ(alone.me().accusations.size(), 1u);
  alone.vote(1, VoteKind::precommit, 1, {filled(9)});
  EXPECT_EQ(alone.me().accusations.size(), 1u);  // once

  alone.vote(2, VoteKind::precommit, 1, {filled(7)});
  alone.vote(2, VoteKind::precommit, 1, {filled(8)});
  ASSERT_EQ(alone.me().accusations.size(), 2u);
  CertificateVerifier verifier(kChain, alone.net.set());
  for (std::size_t i = 0; i < 2; ++i) {
    const auto verified = verify_evidence(alone.me().accusations[i], verifier);
    ASSERT_TRUE(verified.has_value());
    EXPECT_EQ(verified->facts().offenders, std::vector{static_cast<ValidatorIndex>(i + 1)});
  }
}

TEST(OneMachine, two_certificates_convict_who_signed_both_and_nobody_else) {
  Alone alone;
  alone.receive(alone.c2(1, {filled(7)}));     // 1, 2, 3
  alone.receive(alone.c1(1, {filled(8)}, 0));  // 0, 1, 2
  ASSERT_EQ(alone.me().accusations.size(), 1u);
  CertificateVerifier verifier(kChain, alone.net.set());
  const auto verified = verify_evidence(alone.me().accusations[0], verifier);
  ASSERT_TRUE(verified.has_value());
  EXPECT_EQ(verified->facts().offenders, range(1, 3));
}

TEST(OneMachine, two_headers_of_a_proposer_are_sent_on_and_neither_is_prevoted) {
  Alone alone;
  const Header first = alone.header(1, 1, alone.net.genesis(), {.number = 1});
  const Header second = alone.header(1, 1, alone.net.genesis(), {.number = 2});
  alone.receive(first);
  alone.receive(second);
  alone.net.run_for(2'000'000);
  EXPECT_EQ(std::ranges::count(alone.heard<Header>(), first),
            1 + std::ranges::count(alone.heard<Header>(), second) - 1);
  EXPECT_GE(std::ranges::count(alone.heard<Header>(), second), 1);
  EXPECT_EQ(alone.me().accusations.size(), 1u);
  const auto prevoted = alone.votes(VoteKind::prevote, 1);
  EXPECT_EQ(std::ranges::find(prevoted, block_hash(first.body)), prevoted.end());
  EXPECT_EQ(std::ranges::find(prevoted, block_hash(second.body)), prevoted.end());
  EXPECT_FALSE(prevoted.empty());  // its own
}

TEST(OneMachine, another_encoding_of_a_signature_makes_no_second_header) {
  Alone alone;
  const Header first = alone.header(1, 1, alone.net.genesis(), {.number = 1});
  Header again = first;
  std::get<crypto::KesSignature>(again.signature)[0] ^= 1;
  alone.receive(first);
  alone.receive(again);
  EXPECT_TRUE(alone.me().accusations.empty());
}

TEST(OneMachine, headers_that_do_not_hold_are_blamed_or_never_voted_for) {
  const auto verdict = [](auto change, bool reseal) {
    Alone alone;
    Header header = alone.header(1, 1, alone.net.genesis(), {});
    change(header);
    if (reseal) header = *alone.net.nodes[1].signer->seal(header.body, alone.net.set().at(1));
    alone.receive(header, 77);
    alone.net.run_for(500'000);
    const auto prevoted = alone.votes(VoteKind::prevote, 1);
    EXPECT_EQ(std::ranges::find(prevoted, block_hash(header.body)), prevoted.end());
    return alone.me().blames.size();
  };
  EXPECT_EQ(verdict([](Header& h) { std::get<crypto::KesSignature>(h.signature)[3] ^= 1; }, false), 1u);
  EXPECT_EQ(verdict([](Header& h) { h.body.chain_id = ChainId{8}; }, true), 1u);
  EXPECT_EQ(verdict([](Header& h) { h.body.epoch = 1; }, true), 1u);
  EXPECT_EQ(verdict([](Header& h) { h.body.version = 2; }, true), 0u);  // by a newer node
  EXPECT_EQ(verdict([](Header& h) { std::get<BftSealer>(h.body.sealer).vrf_proof[40] ^= 1; }, true), 1u);
  EXPECT_EQ(verdict([](Header& h) { std::get<BftSealer>(h.body.sealer).proposer = 4; }, true), 1u);
  EXPECT_EQ(verdict(
                [](Header& h) {
                  h.body.sealer = DevSealer{};
                  h.signature = crypto::Signature{};
                },
                false),
            1u);
  EXPECT_EQ(verdict([](Header& h) { h.body.parent_state_root = {filled(3)}; }, true), 0u);
  EXPECT_EQ(verdict([](Header& h) { h.body.parent_gas_used = Gas{3}; }, true), 0u);
  EXPECT_EQ(verdict([](Header& h) { h.body.parent_hash = {filled(3)}; }, true), 0u);
  EXPECT_EQ(verdict([](Header& h) { h.body.time_ms = 0; }, true), 0u);
}

TEST(OneMachine, a_block_of_the_future_waits_and_is_then_taken) {
  Alone alone({1, 1, 1, 1, 1, 1, 1});
  // By whoever stands first, so that it is prevoted beside the own one.
  const SlotOrder order(alone.net.epoch(), Slot{1}, {});
  std::optional<Draw> first;
  for (ValidatorIndex by = 0; by < 7; ++by) {
    const Lottery lottery{kChain, alone.net.epoch().randomness, Slot{1}};
    const auto claim = alone.net.nodes[by].signer->make_claim(lottery, by);
    const Draw draw =
        draw_of(*alone.me().authenticator->verify_claim(claim, lottery, alone.net.set()), alone.net.set(), by);
    if (!first || order.before(draw, *first)) first = draw;
  }
  ASSERT_NE(first->validator, kMe);
  const std::uint64_t now_ms = 1'700'000'001'000;  // the net's clock at its start
  const Header header = alone.header(first->validator, 1, alone.net.genesis(), {.time_ms = now_ms + 3'000});
  alone.receive(header);
  const auto prevoted = [&] { return alone.votes(VoteKind::prevote, 1); };
  alone.net.run_for(2'400'000);
  EXPECT_TRUE(std::ranges::count(prevoted(), block_hash(header.body)) == 0);
  alone.net.run_for(200'000);
  EXPECT_EQ(prevoted().back(), block_hash(header.body));
}

TEST(OneMachine, a_second_certified_block_of_a_slot_may_be_the_parent) {
  Alone alone;
  const Header lost = alone.header(1, 1, alone.net.genesis(), {.number = 1});
  const Header kept = alone.header(2, 1, alone.net.genesis(), {.number = 2});
  const Hash parent = block_hash(kept.body);
  alone.receive(lost);
  alone.receive(alone.c1(1, block_hash(lost.body)));
  alone.settle();
  ASSERT_EQ(alone.machine().slot(), Slot{2});
  // It never heard of the other block, which has C1 too; a child brings it.
  const Header child = alone.header(
      3, 2, parent, {.number = 3, .parent_certificate = alone.c1(1, parent, 0), .time_ms = 1'700'000'001'002});
  alone.receive(child);
  alone.receive(kept);
  alone.settle();
  alone.receive(alone.c1(2, block_hash(child.body)));
  alone.receive(alone.c2(2, block_hash(child.body)));
  alone.settle();
  EXPECT_EQ(alone.machine().final_block(), block_hash(child.body));
  EXPECT_EQ(alone.me().final_chain, (std::vector{parent, block_hash(child.body)}));
}

TEST(OneMachine, what_is_kept_is_bounded_under_spam) {
  Alone alone({1, 1, 1, 1, 1, 1, 1});
  for (std::uint64_t slot = 1; slot <= 20; ++slot)
    for (std::uint8_t i = 0; i < 12; ++i) {
      for (ValidatorIndex by = 1; by < 3; ++by) {
        alone.vote(by, VoteKind::prevote, slot, {filled(i)});
        alone.vote(by, VoteKind::precommit, slot, {filled(i)});
        if (i < 4) alone.receive(alone.header(by, slot, {filled(i)}, {.number = i}));
      }
    }
  // Slots 1 to 3: of each of two signers four prevotes and a precommit, each with its poll, and two headers; the own
  // header, prevote and claims beside.
  EXPECT_LE(alone.machine().kept(), 3u * 2 * (2 * 5 + 2) + 6);
  EXPECT_EQ(alone.machine().slot(), Slot{1});
}

// Others keep the four newest prevotes of a signer. That for the best block must not stay displaced by those for blocks
// of proposers who were caught later.
TEST(OneMachine, repeats_the_prevote_for_the_best_block_last) {
  Alone alone({1, 99, 99, 99, 99, 99, 99, 99, 99, 99});  // the own block stands last
  std::vector<Draw> draws;
  for (ValidatorIndex by = 0; by < 10; ++by) {
    const Lottery lottery{kChain, alone.net.epoch().randomness, Slot{1}};
    const auto claim = alone.net.nodes[by].signer->make_claim(lottery, by);
    draws.push_back(
        draw_of(*alone.me().authenticator->verify_claim(claim, lottery, alone.net.set()), alone.net.set(), by));
  }
  const SlotOrder order(alone.net.epoch(), Slot{1}, {});
  std::ranges::sort(draws, [&](const Draw& a, const Draw& b) { return order.before(a, b); });
  ASSERT_EQ(draws.back().validator, kMe);
  for (std::size_t i = 7; i > 0; --i) {  // from worse to better
    alone.receive(alone.header(draws[i - 1].validator, 1, alone.net.genesis(), {.number = 1}));
    alone.net.run_for(1'000'000);
  }
  ASSERT_GE(alone.votes(VoteKind::prevote, 1).size(), 7u);
  for (std::size_t i = 0; i < 6; ++i)
    alone.receive(alone.header(draws[i].validator, 1, alone.net.genesis(), {.number = 2}));
  alone.said.clear();
  alone.net.run_for(20'000'000);
  std::vector<Hash> prevotes;
  for (const Vote& vote : alone.heard<Vote>())
    if (vote.body.kind == VoteKind::prevote) prevotes.push_back(vote.body.block);
  ASSERT_FALSE(prevotes.empty());
  // What is left is the own block or that of the seventh.
  for (std::size_t i = 0; i < 6; ++i)
    EXPECT_NE(prevotes.back(),
              block_hash(alone.header(draws[i].validator, 1, alone.net.genesis(), {.number = 1}).body));
}

// What no rule needs is not verified: nobody is blamed for it, and it proves nothing.
TEST(OneMachine, votes_after_the_certificate_wait) {
  Alone alone;
  const Hash block{filled(7)};
  alone.receive(alone.c1(1, block));
  alone.settle();
  ASSERT_EQ(alone.machine().slot(), Slot{2});
  Vote forged = alone.net.validators().vote(2, VoteKind::prevote, Slot{1}, {filled(8)});
  forged.body.block = block;
  alone.receive(forged, 77);
  alone.settle();
  EXPECT_TRUE(alone.me().blames.empty());
  alone.vote(2, VoteKind::prevote, 1, block);  // now one of two is bad
  EXPECT_EQ(alone.me().blames.size(), 1u);
}

// Also where nothing else needs the vote any more.
TEST(OneMachine, an_own_vote_that_the_record_lacks_silences_at_once_unless_it_is_forged) {
  for (const bool forge : {false, true}) {
    Alone alone;
    alone.receive(alone.c1(1, {filled(7)}));
    alone.settle();
    ASSERT_EQ(alone.machine().record().precommit, Hash{filled(7)});
    Vote own = alone.net.validators().vote(forge ? 1 : 0, VoteKind::prevote, Slot{2}, {filled(9)});
    own.signer = 0;
    alone.receive(own, 77);
    EXPECT_EQ(alone.machine().silent(), !forge);
    EXPECT_EQ(alone.me().alarms.size(), forge ? 0u : 1u);
    EXPECT_EQ(alone.me().blames.size(), forge ? 1u : 0u);
  }
}

// C1 of the parent and C2 are verified at once; either may be the bad one.
TEST(OneMachine, a_header_with_a_bad_certificate_is_blamed_and_not_kept) {
  for (const bool bad_c1 : {false, true}) {
    Alone alone;
    const Header first = alone.header(1, 1, alone.net.genesis(), {});
    const Hash block = block_hash(first.body);
    alone.receive(first);
    alone.settle();
    auto c1 = alone.c1(1, block);
    auto c2 = alone.c2(1, block);
    (bad_c1 ? c1.aggregate : c2.aggregate) = alone.c1(1, {filled(9)}).aggregate;
    const Header second =
        alone.header(2, 2, block, {.parent_certificate = c1, .final_certificate = c2, .time_ms = 1'700'000'001'002});
    alone.receive(second, 77);
    alone.settle();
    ASSERT_EQ(alone.me().blames.size(), 1u);
    EXPECT_EQ(alone.me().blames[0].peer, 77u);
    EXPECT_EQ(alone.me().blames[0].fault, Fault::bad_certificate);
    EXPECT_FALSE(alone.machine().header(block_hash(second.body)).has_value());
    EXPECT_EQ(alone.machine().slot(), bad_c1 ? Slot{1} : Slot{2});
  }
}

TEST(OneMachine, evidence_is_not_made_of_what_was_forged) {
  Alone alone;
  Vote forged = alone.net.validators().vote(2, VoteKind::precommit, Slot{1}, {filled(8)});
  forged.signer = 1;
  alone.vote(1, VoteKind::prevote, 1, {filled(7)});
  alone.receive(forged, 77);
  EXPECT_TRUE(alone.me().accusations.empty());
}

}  // namespace
}  // namespace aether::consensus::testing

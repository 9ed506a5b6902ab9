#include "aether/types/vote_tally.hpp"
#include "validators.hpp"

namespace aether {
namespace {

using namespace testing;

constexpr Slot kSlot{12};
const Hash kBlock{filled(0xb1)};
const Hash kOther{filled(0xb2)};

RC_GTEST_PROP(Vote, round_trips, (std::uint64_t seed)) { round_trips<Vote>(seed); }

TEST(Vote, ids_are_tagged_hashes_of_chain_kind_slot_and_block) {
  VoteBody body{kChain, VoteKind::prevote, kSlot, kBlock};
  EXPECT_EQ(to_hex(vote_id(body).bytes), "8647bc8bd4e2a1b957df1ba78b364db3b416ea2fc4c1034deed7580291f94618");
  body.kind = VoteKind::precommit;
  EXPECT_EQ(to_hex(vote_id(body).bytes), "de0e7ed8b1ceede02d111db96ecd556a722d405ecd9bcddf65131aa0de6128c1");
}

struct VoteScene : ::testing::Test {
  Validators validators{{10, 20, 30}};
  std::optional<VoteError> refusal(const Vote& vote, ChainId chain = kChain) const {
    const auto verdict = verify_vote(vote, chain, validators.set());
    return verdict ? std::nullopt : std::optional(verdict.error());
  }
};

TEST_F(VoteScene, verifies_by_the_signers_key) {
  const Vote vote = validators.vote(1, VoteKind::prevote, kSlot, kBlock);
  const auto verified = verify_vote(vote, kChain, validators.set());
  ASSERT_TRUE(verified.has_value());
  EXPECT_EQ(**verified, vote);
  EXPECT_EQ(verified->facts().weight, u128{20});
  EXPECT_EQ(verified->facts().id, vote_id(vote.body));
}

TEST_F(VoteScene, each_refusal_has_its_own_error) {
  const Vote vote = validators.vote(1, VoteKind::prevote, kSlot, kBlock);
  const auto with = [&](auto change) {
    Vote changed = vote;
    change(changed);
    return refusal(changed);
  };
  EXPECT_EQ(refusal(vote, ChainId{8}), VoteError::other_chain);
  EXPECT_EQ(with([](Vote& v) { v.signer = 3; }), VoteError::unknown_signer);
  EXPECT_EQ(with([](Vote& v) { v.signature = bls_infinity<96>(); }), VoteError::infinity);
  EXPECT_EQ(with([](Vote& v) { v.signature = bls_not_canonical<96>(); }), VoteError::not_canonical);
  EXPECT_EQ(with([](Vote& v) { v.signature = bytes_of<96>(kWrongSubgroupSignature); }), VoteError::wrong_subgroup);
  EXPECT_EQ(with([](Vote& v) { v.signature = {}; }), VoteError::bad_encoding);
  // All that is signed, and who signed.
  EXPECT_EQ(with([](Vote& v) { v.signer = 2; }), VoteError::bad_signature);
  EXPECT_EQ(with([](Vote& v) { v.body.kind = VoteKind::precommit; }), VoteError::bad_signature);
  EXPECT_EQ(with([](Vote& v) { v.body.slot = next(kSlot); }), VoteError::bad_signature);
  EXPECT_EQ(with([](Vote& v) { v.body.block = kOther; }), VoteError::bad_signature);
}

TEST_F(VoteScene, another_chains_vote_does_not_verify_under_this_chains_id) {
  Vote vote = sign_vote({ChainId{8}, VoteKind::prevote, kSlot, kBlock}, 0, validators.secrets(0).bls);
  vote.body.chain_id = kChain;
  EXPECT_EQ(refusal(vote), VoteError::bad_signature);
}

TEST_F(VoteScene, not_on_the_curve) {
  Vote vote = validators.vote(0, VoteKind::prevote, kSlot, kBlock);
  vote.signature = {0x80};
  std::optional<VoteError> found;
  for (std::uint8_t x = 1; x < 32 && found != VoteError::not_on_curve; ++x) {
    vote.signature.back() = x;
    found = refusal(vote);
  }
  EXPECT_EQ(found, VoteError::not_on_curve);
}

// --- Tally ---------------------------------------------------------------------------------------------------------

using Prevotes = VoteTally<VoteKind::prevote>;

TEST(VoteTally, is_a_certificate_from_the_vote_on_that_makes_the_quorum) {
  constexpr ValidatorIndex kSigners[] = {0, 1, 3};
  const Validators validators({10, 10, 10, 1});  // a quorum is above 20⅔
  CertificateVerifier verifier(kChain, validators.set());
  SerialPool pool;
  Prevotes tally(kChain, kSlot, kBlock, validators.set());
  EXPECT_FALSE(tally.certificate().has_value());
  u128 weight = 0;
  for (const ValidatorIndex i : kSigners) {
    const Vote votes[] = {validators.vote(i, VoteKind::prevote, kSlot, kBlock)};
    EXPECT_TRUE(tally.add(votes, pool)[0].has_value());
    weight += validators.set().at(i).weight;
    EXPECT_EQ(tally.weight(), weight);
    EXPECT_EQ(tally.certificate().has_value(), weight == 21);
  }
  const auto certificate = tally.certificate();
  EXPECT_EQ(certificate->facts().weight, u128{21});
  EXPECT_EQ(**certificate, validators.certificate<PrevoteCertificate>(kSigners, kSlot, kBlock));
  EXPECT_TRUE(verifier.verify<VoteKind::prevote>(**certificate).has_value());
}

// Some are kept and some are made anew; each is that of its body.
TEST(VoteMessages, are_each_of_its_own_body) {
  constexpr ValidatorIndex kSigners[] = {0, 1, 2};
  const Validators validators({1, 1, 1});
  VoteMessages messages;
  SerialPool pool;
  for (int round = 0; round < 2; ++round)
    for (std::uint64_t slot = 1; slot <= 10; ++slot)
      for (const VoteKind kind : {VoteKind::prevote, VoteKind::precommit}) {
        const VoteBody body{kChain, kind, Slot{slot}, kBlock};
        EXPECT_EQ(messages.of(body), vote_message(body));
      }
  Prevotes tally(kChain, Slot{6}, kBlock, validators.set(), messages.of({kChain, VoteKind::prevote, Slot{6}, kBlock}));
  std::vector<Vote> votes;
  for (const ValidatorIndex i : kSigners) votes.push_back(validators.vote(i, VoteKind::prevote, Slot{6}, kBlock));
  for (const auto& verdict : tally.add(votes, pool)) EXPECT_TRUE(verdict.has_value());
  EXPECT_EQ(**tally.certificate(), validators.certificate<PrevoteCertificate>(kSigners, Slot{6}, kBlock));
  EXPECT_TRUE(
      CertificateVerifier(kChain, validators.set(), messages).verify(Unverified(**tally.certificate())).has_value());
  EXPECT_EQ(sign_vote(votes[1].body, 1, validators.secrets(1).bls, messages), votes[1]);
}

TEST(VoteTally, names_the_bad_ones_and_counts_the_others) {
  const Validators validators(std::vector<u128>(9, 1));
  SerialPool pool;
  Prevotes tally(kChain, kSlot, kBlock, validators.set());
  std::vector<Vote> votes;
  for (ValidatorIndex i = 0; i < 9; ++i) votes.push_back(validators.vote(i, VoteKind::prevote, kSlot, kBlock));
  votes[1].body.chain_id = ChainId{8};
  votes[2].body.slot = next(kSlot);
  votes[3].signature = votes[4].signature;
  votes[5].signature = bls_infinity<96>();
  votes[6].signature = bytes_of<96>(kWrongSubgroupSignature);
  votes[7].signer = 9;
  votes.push_back(votes[0]);
  const auto verdicts = tally.add(votes, pool);
  const std::optional<VoteError> expected[] = {
      std::nullopt, VoteError::other_chain,     VoteError::other_vote,     VoteError::bad_signature,
      std::nullopt, VoteError::infinity,        VoteError::wrong_subgroup, VoteError::unknown_signer,
      std::nullopt, VoteError::duplicate_signer};
  for (std::size_t i = 0; i < verdicts.size(); ++i)
    EXPECT_EQ(verdicts[i] ? std::nullopt : std::optional(verdicts[i].error()), expected[i]) << i;
  EXPECT_EQ(tally.weight(), u128{3});
  const Vote again[] = {validators.vote(4, VoteKind::prevote, kSlot, kBlock)};
  EXPECT_EQ(tally.add(again, pool)[0].error(), VoteError::duplicate_signer);
  EXPECT_EQ(tally.weight(), u128{3});
}

// --- Certificates --------------------------------------------------------------------------------------------------

RC_GTEST_PROP(Certificate, round_trips, (std::uint64_t seed)) {
  round_trips<PrevoteCertificate>(seed);
  round_trips<PrecommitCertificate>(seed);
  round_trips<LateVotes>(seed);
}

struct CertificateScene : ::testing::Test {
  Validators validators{std::vector<u128>(9, 10)};
  CertificateVerifier verifier{kChain, validators.set()};
  PrecommitCertificate seven = validators.certificate<PrecommitCertificate>(range(0, 7), kSlot, kBlock);

  template <class AnyCertificate>
  std::optional<VoteError> refusal(const AnyCertificate& certificate) {
    const auto verdict = verifier.verify<AnyCertificate::kVote>(certificate);
    return verdict ? std::nullopt : std::optional(verdict.error());
  }
  template <class Change>
  std::optional<VoteError> with(Change change) {
    PrecommitCertificate changed = seven;
    change(changed);
    return refusal(changed);
  }
};

TEST_F(CertificateScene, verifies_and_knows_its_weight) {
  const auto verified = verifier.verify<VoteKind::precommit>(seven);
  ASSERT_TRUE(verified.has_value());
  EXPECT_EQ(verified->facts().weight, u128{70});
}

TEST_F(CertificateScene, each_refusal_has_its_own_error) {
  EXPECT_EQ(with([](auto& c) { c.signers.pop_back(); }), VoteError::bitmap_length);
  EXPECT_EQ(with([](auto& c) { c.signers.push_back(0); }), VoteError::bitmap_length);
  EXPECT_EQ(with([](auto& c) { c.signers.clear(); }), VoteError::bitmap_length);
  for (unsigned bit = 1; bit < 8; ++bit)
    EXPECT_EQ(with([&](auto& c) { c.signers[1] = static_cast<std::uint8_t>(1u << bit); }), VoteError::excess_bits);
  EXPECT_EQ(with([](auto& c) { c.signers = Signers{0, 0}; }), VoteError::no_signers);
  EXPECT_EQ(with([](auto& c) { c.aggregate = bls_infinity<96>(); }), VoteError::infinity);
  EXPECT_EQ(with([](auto& c) { c.aggregate = bls_not_canonical<96>(); }), VoteError::not_canonical);
  EXPECT_EQ(with([](auto& c) { c.aggregate = {}; }), VoteError::bad_encoding);
  EXPECT_EQ(with([](auto& c) { c.aggregate = bytes_of<96>(kWrongSubgroupSignature); }), VoteError::wrong_subgroup);
  EXPECT_EQ(with([](auto& c) { c.slot = next(kSlot); }), VoteError::bad_signature);
  EXPECT_EQ(with([](auto& c) { c.block = kOther; }), VoteError::bad_signature);
  EXPECT_EQ(with([](auto& c) { crypto::set_signer(c.signers, 8); }), VoteError::bad_signature);
  EXPECT_EQ(with([](auto& c) { c.signers[0] = 0x7e, crypto::set_signer(c.signers, 8); }), VoteError::bad_signature);
}

TEST_F(CertificateScene, one_kind_does_not_pass_for_the_other) {
  EXPECT_EQ(refusal(PrevoteCertificate{seven.slot, seven.block, seven.signers, seven.aggregate}),
            VoteError::bad_signature);
}

// The signature of a validator added twice: as a sum it holds for a key counted twice, which no bitmap can say.
// Of every pair of good and bad ones each gets the verdict that it has alone.
TEST_F(CertificateScene, two_at_once_get_the_verdicts_of_each_alone) {
  std::vector<PrevoteCertificate> c1{
      validators.certificate<PrevoteCertificate>(range(2, 9), next(kSlot), kBlock),
      validators.certificate<PrevoteCertificate>(range(0, 6), next(kSlot), kBlock),  // no quorum
      validators.certificate<PrevoteCertificate>(range(0, 7), kSlot, kBlock)};
  c1[2].slot = next(kSlot);
  c1.push_back(c1[0]);
  c1.back().aggregate = bls_infinity<96>();
  c1.push_back(c1[0]);
  c1.back().signers = validators.bitmap(range(1, 9));
  std::vector<PrecommitCertificate> c2{seven, seven, seven};
  c2[1].block = kOther;
  c2[2].signers = Signers{0, 0};
  std::size_t all_hold = 0;
  for (const PrevoteCertificate& first : c1)
    for (const PrecommitCertificate& second : c2) {
      const auto both = verifier.verify_both(first, second);
      EXPECT_EQ(both.first, !refusal(first).has_value());
      EXPECT_EQ(both.second, !refusal(second).has_value());
      all_hold += both == std::pair(true, true) ? 1 : 0;
    }
  EXPECT_EQ(all_hold, 1u);
}

TEST_F(CertificateScene, a_signer_counts_once) {
  std::vector<ValidatorIndex> twice = range(0, 6);
  twice.push_back(5);
  const PrecommitCertificate certificate = validators.certificate<PrecommitCertificate>(twice, kSlot, kBlock);
  EXPECT_EQ(refusal(certificate), VoteError::no_quorum);
  EXPECT_EQ(with([&](auto& c) { c.aggregate = certificate.aggregate; }), VoteError::bad_signature);
}

TEST_F(CertificateScene, another_set_or_chain_refuses_it) {
  CertificateVerifier other_chain(ChainId{8}, validators.set());
  EXPECT_EQ(other_chain.verify<VoteKind::precommit>(seven).error(), VoteError::bad_signature);
  const Validators more(std::vector<u128>(10, 10));
  CertificateVerifier other_set(kChain, more.set());
  EXPECT_EQ(other_set.verify<VoteKind::precommit>(seven).error(), VoteError::bad_signature);
}

TEST(Certificate, quorum_at_exactly_two_thirds_and_one_unit_more_with_the_largest_stakes) {
  constexpr u128 kThird = ~u128{0} / 3;
  for (const u128 third : {u128{1}, kThird}) {
    const Validators exact({third, third, third});
    CertificateVerifier exactly(kChain, exact.set());
    const auto at = exact.certificate<PrevoteCertificate>(range(0, 2), kSlot, kBlock);
    EXPECT_EQ(exactly.verify<VoteKind::prevote>(at).error(), VoteError::no_quorum);
  }
  const Validators above({kThird, kThird + 1, kThird - 1});
  CertificateVerifier verifier(kChain, above.set());
  const auto verified =
      verifier.verify<VoteKind::prevote>(above.certificate<PrevoteCertificate>(range(0, 2), kSlot, kBlock));
  ASSERT_TRUE(verified.has_value());
  EXPECT_EQ(verified->facts().weight, 2 * kThird + 1);
  const auto below = above.certificate<PrevoteCertificate>(range(1, 3), kSlot, kBlock);
  EXPECT_EQ(verifier.verify<VoteKind::prevote>(below).error(), VoteError::no_quorum);
}

TEST_F(CertificateScene, late_votes_need_no_quorum_but_the_block_of_their_slot) {
  const std::vector<ValidatorIndex> who{7, 8};
  const LateVotes late{kSlot, VoteKind::prevote, validators.bitmap(who),
                       validators.aggregate(who, {kChain, VoteKind::prevote, kSlot, kBlock})};
  EXPECT_TRUE(verifier.verify(late, kBlock).has_value());
  EXPECT_EQ(verifier.verify(late, kOther).error(), VoteError::bad_signature);
  LateVotes changed = late;
  changed.kind = VoteKind::precommit;
  EXPECT_EQ(verifier.verify(changed, kBlock).error(), VoteError::bad_signature);
  changed = late;
  changed.signers = Signers{0, 0};
  EXPECT_EQ(verifier.verify(changed, kBlock).error(), VoteError::no_signers);
  changed.signers = Signers{0, 2};
  EXPECT_EQ(verifier.verify(changed, kBlock).error(), VoteError::excess_bits);
}

// With proven keys whose owners work together sums can cancel. Then nothing verifies, and nothing is a certificate.
TEST(Certificate, keys_that_cancel_are_refused) {
  const ValidatorSecrets one = validator_secrets(1);
  const auto negated = [](auto point) {
    point[0] ^= 0x20;  // the sign's bit
    return point;
  };
  std::vector<Bonded> bonded;
  for (std::uint32_t i = 0; i < 2; ++i) {
    const Address address = address_of(crypto::ed25519_public_key(secret(i, 9)));
    Registration r = make_registration(kChain, address, one);
    if (i == 1) {
      r.bls_key = negated(r.bls_key);
      const Hash id = proof_id(kBlsPopTag, kChain, address, r.bls_key);
      r.bls_proof = negated(crypto::bls_sign_id(one.bls, kBlsPopTag, id).encode());
    }
    bonded.push_back({*verify_registration(r, kChain), 1, 0});
  }
  const auto set = ValidatorSet::make(1, bonded);
  const VoteBody body{kChain, VoteKind::prevote, kSlot, kBlock};
  Vote votes[] = {sign_vote(body, 0, one.bls), sign_vote(body, 1, one.bls)};
  for (Vote& vote : votes)
    if (set->at(vote.signer).bls_key != crypto::bls_public_key(one.bls).encode())
      vote.signature = negated(vote.signature);
  for (const Vote& vote : votes) EXPECT_TRUE(verify_vote(vote, kChain, *set).has_value());

  CertificateVerifier verifier(kChain, *set);
  EXPECT_EQ(
      verifier.verify<VoteKind::prevote>(PrevoteCertificate{kSlot, kBlock, Signers{3}, votes[0].signature}).error(),
      VoteError::keys_cancel);
  SerialPool pool;
  Prevotes tally(kChain, kSlot, kBlock, *set);
  tally.add(votes, pool);
  EXPECT_FALSE(tally.certificate().has_value());
}

}  // namespace
}  // namespace aether

// What a sealed block brings, with real signatures: each refusal, and what is read and chosen.
#include "aether/types/claim.hpp"
#include "stake_chain.hpp"

namespace aether::ledger {
namespace {

using namespace testing;

constexpr std::array<Amount, 4> kBonds{40'000'000, 30'000'000, 20'000'000, 10'000'000};

struct World {
  StakeChain chain{kBonds, 12};
  EpochVerifiers verifiers{kStakeChain};
  BlockEvidence evidence;

  World() { run_to(Slot{15}); }
  // Blocks that name all but validator 3.
  void run_to(Slot to) {
    while (chain.slot < to) {
      ConsensusInput input = chain.input();
      input.attended.clear();
      if (chain.slot > Slot{1})
        input.attended.push_back(
            chain.named(Slot{chain.slot.raw() - 1}, [](const Address& address) { return address != validator(3); }));
      chain.apply(input);
    }
  }

  const ValidatorSecrets& secrets(ValidatorIndex i) const { return staked_validators()[i].secrets; }
  Vote vote(ValidatorIndex i, VoteKind kind, Slot slot, const Hash& block) const {
    return sign_vote({kStakeChain, kind, slot, block}, i, secrets(i).bls);
  }
  template <class AnyCertificate>
  AnyCertificate certificate(std::span<const ValidatorIndex> who, Slot slot, const Hash& block) const {
    return {slot, block, bitmap(who), aggregate(who, {kStakeChain, AnyCertificate::kVote, slot, block})};
  }
  LateVotes late(std::span<const ValidatorIndex> who, Slot slot, const Hash& block) const {
    return {slot, VoteKind::prevote, bitmap(who), aggregate(who, {kStakeChain, VoteKind::prevote, slot, block})};
  }
  Evidence double_vote(ValidatorIndex who, Slot slot) const {
    return vote_evidence(vote(who, VoteKind::precommit, slot, Hash{{1}}),
                         vote(who, VoteKind::prevote, slot, Hash{{2}}));
  }
  Evidence double_header(ValidatorIndex who, Slot slot) const {
    const auto make = [&](std::uint8_t content) {
      HeaderBody body;
      body.chain_id = kStakeChain;
      body.slot = slot;
      body.epoch = slot.raw() / 12;
      body.time_ms = content;
      BftSealer sealer;
      sealer.proposer = who;
      body.sealer = sealer;
      return seal(std::move(body), secrets(who).kes);  // period 0
    };
    return header_evidence(make(1), make(2));
  }
  Header header(ValidatorIndex proposer = 1) const {
    Header header;
    header.body.chain_id = kStakeChain;
    header.body.slot = chain.slot;
    header.body.epoch = chain.epoch();
    header.body.parent_hash = block_at(Slot{chain.slot.raw() - 1});
    BftSealer sealer;
    sealer.evidence_root = evidence_root(evidence);
    sealer.proposer = proposer;
    sealer.vrf_proof = make_claim({kStakeChain, Hash{}, chain.slot}, proposer, secrets(proposer).vrf).proof;
    header.body.sealer = sealer;
    header.signature = crypto::KesSignature{};
    return header;
  }
  Result<SealedInput, EvidenceFault> read(const Header& with) {
    return read_sealed(chain.state, chain.facts(), with, evidence, verifiers);
  }
  EvidenceFault fault(const Header& with) {
    const auto out = read(with);
    EXPECT_FALSE(out.has_value());
    return out ? EvidenceFault{} : out.error();
  }
  EvidenceFault fault() { return fault(header()); }

 private:
  static Signers bitmap(std::span<const ValidatorIndex> who) {
    Signers out(Bytes(1));
    for (const ValidatorIndex i : who) crypto::set_signer(out, i);
    return out;
  }
  crypto::BlsSignatureBytes aggregate(std::span<const ValidatorIndex> who, const VoteBody& body) const {
    std::vector<crypto::BlsSignature> signatures;
    for (const ValidatorIndex i : who)
      signatures.push_back(crypto::bls_sign_id(secrets(i).bls, vote_tag(body.kind), vote_id(body)));
    return crypto::bls_aggregate(signatures)->encode();
  }
};

constexpr std::array<ValidatorIndex, 3> kMost{0, 1, 2};

TEST(BlockEvidence, what_a_sealed_block_brings_is_read) {
  World w;
  w.evidence.offences = {w.double_header(2, Slot{14}), w.double_vote(3, Slot{15})};
  w.evidence.late_votes = {w.late(std::array<ValidatorIndex, 1>{3}, Slot{14}, block_at(Slot{14})),
                           w.late(std::array<ValidatorIndex, 1>{3}, Slot{1}, block_at(Slot{1}))};
  Header header = w.header();
  auto& sealer = std::get<BftSealer>(header.body.sealer);
  sealer.parent_certificate = w.certificate<PrevoteCertificate>(kMost, Slot{14}, block_at(Slot{14}));
  sealer.final_certificate = w.certificate<PrecommitCertificate>(kMost, Slot{13}, block_at(Slot{13}));
  const auto out = w.read(header);
  ASSERT_TRUE(out.has_value());
  EXPECT_EQ(out->proposer, validator(1));
  EXPECT_EQ(out->consensus.parent, block_at(Slot{14}));
  EXPECT_EQ(out->consensus.output, *crypto::vrf_proof_to_hash(sealer.vrf_proof));
  ASSERT_EQ(out->consensus.attended.size(), 4u);
  EXPECT_EQ(out->consensus.attended[0].slot, Slot{14});
  EXPECT_EQ(out->consensus.attended[1].slot, Slot{13});
  EXPECT_EQ(out->consensus.attended[3].block, block_at(Slot{1}));
  ASSERT_EQ(out->consensus.offences.size(), 2u);
  EXPECT_EQ(out->consensus.offences[0].offenders, std::vector<ValidatorIndex>{2});
  EXPECT_EQ(out->consensus.offences[1].offence, Offence::votes);
  w.chain.apply(out->consensus);
  EXPECT_TRUE(w.chain.stake(2).tombstoned);
  EXPECT_TRUE(w.chain.stake(3).tombstoned);
  EXPECT_FALSE(w.chain.stake(0).tombstoned);
  EXPECT_EQ(w.chain.burned(), (kBonds[2] + kBonds[3]) / 20);
}

TEST(BlockEvidence, each_refusal_has_its_own_rule) {
  using enum EvidenceRule;
  World w;
  Header dev = w.header();
  dev.body.sealer = DevSealer{};
  dev.signature = crypto::Signature{};
  EXPECT_EQ(w.fault(dev).rule, other_kind);
  Header unknown = w.header();
  std::get<BftSealer>(unknown.body.sealer).proposer = 4;
  EXPECT_EQ(w.fault(unknown).rule, unknown_proposer);
  Header malformed = w.header();
  std::get<BftSealer>(malformed.body.sealer).vrf_proof.fill(0xff);
  EXPECT_EQ(w.fault(malformed).rule, vrf_proof);
  const Header without = w.header();
  w.evidence.offences = {w.double_vote(0, Slot{14})};
  EXPECT_EQ(w.fault(without).rule, other_evidence);

  const auto offence = [&](Evidence second) {
    w.evidence.offences = {w.double_vote(0, Slot{14}), std::move(second)};
    const EvidenceFault fault = w.fault();
    EXPECT_EQ(fault.index, 1u);
    return fault;
  };
  EXPECT_EQ(offence(w.double_vote(0, Slot{16})).rule, offence_ahead);
  EXPECT_EQ(offence(w.double_vote(0, Slot{14})).rule, offence_counted);
  const EvidenceFault same = offence(w.double_vote(5, Slot{14}));
  EXPECT_EQ(same.rule, offence_invalid);
  EXPECT_EQ(same.why, EvidenceError{VoteError::unknown_signer});
  auto unordered = std::get<VotePair>(w.double_vote(1, Slot{14}));
  std::swap(unordered.precommit, unordered.other);
  EXPECT_EQ(offence(unordered).why, EvidenceError{PairError::no_precommit});

  w.evidence.offences.clear();
  const auto late = [&](LateVotes votes) {
    w.evidence.late_votes = {std::move(votes)};
    return w.fault();
  };
  constexpr std::array<ValidatorIndex, 1> kLate{3};
  EXPECT_EQ(late(w.late(kLate, Slot{0}, Hash{})).rule, late_votes_slot);
  EXPECT_EQ(late(w.late(kLate, Slot{15}, Hash{})).rule, late_votes_slot);
  const EvidenceFault foreign = late(w.late(kLate, Slot{14}, Hash{{1}}));
  EXPECT_EQ(foreign.rule, late_votes_invalid);
  EXPECT_EQ(late(w.late(kMost, Slot{13}, block_at(Slot{13}))).rule, late_votes_counted);
  EXPECT_EQ(foreign.why, EvidenceError{VoteError::bad_signature});

  // Of several, which are verified at once, the bad one is named.
  constexpr std::array<ValidatorIndex, 1> kLater{2};
  w.evidence.late_votes = {w.late(kLate, Slot{14}, block_at(Slot{14})), w.late(kLater, Slot{14}, Hash{{1}}),
                           w.late(kLater, Slot{14}, block_at(Slot{14}))};
  EXPECT_EQ(w.fault().rule, late_votes_invalid);
  EXPECT_EQ(w.fault().index, 1u);
  EXPECT_EQ(w.fault().why, EvidenceError{VoteError::bad_signature});
  w.evidence.late_votes.erase(w.evidence.late_votes.begin() + 1);
  const Header both = w.header();
  const auto claimed = w.read(both);
  ASSERT_TRUE(claimed.has_value());
  const auto known = read_sealed(w.chain.state, w.chain.facts(), both, w.evidence, w.verifiers, LateVotesAre::known);
  ASSERT_TRUE(known.has_value());
  EXPECT_EQ(known->consensus.attended.size(), claimed->consensus.attended.size());
}

TEST(BlockEvidence, of_a_slot_that_is_too_old_is_refused) {
  World w;
  w.run_to(Slot{40});
  // 24 slots before there is a set; the one before that is too old though its set is still there, and further back
  // there is none.
  w.evidence.offences = {w.double_vote(0, Slot{16})};
  EXPECT_TRUE(w.read(w.header()).has_value());
  w.evidence.offences = {w.double_vote(0, Slot{15})};
  EXPECT_EQ(w.fault().rule, EvidenceRule::offence_too_old);
  w.evidence.offences = {w.double_vote(0, Slot{11})};
  EXPECT_FALSE(w.chain.state.contains(validators_object(0)));
  EXPECT_EQ(w.fault().rule, EvidenceRule::offence_too_old);
  // Late votes: 8 is 32 slots before, but its set was forgotten.
  w.evidence.offences.clear();
  w.evidence.late_votes = {w.late(std::array<ValidatorIndex, 1>{3}, Slot{8}, block_at(Slot{8}))};
  EXPECT_EQ(w.fault().rule, EvidenceRule::late_votes_slot);
  w.evidence.late_votes = {w.late(std::array<ValidatorIndex, 1>{3}, Slot{12}, block_at(Slot{12}))};
  EXPECT_TRUE(w.read(w.header()).has_value());
  w.evidence.late_votes = {w.late(std::array<ValidatorIndex, 1>{3}, Slot{7}, block_at(Slot{7}))};
  EXPECT_EQ(w.fault().rule, EvidenceRule::late_votes_slot);
}

// An offence of an epoch before is judged by that epoch's set, whose indices are others than today's.
TEST(BlockEvidence, is_judged_by_the_set_of_its_slot) {
  World w;
  auto input = w.chain.input();
  input.offences.push_back({Offence::headers, Slot{14}, {0}});
  w.chain.apply(input);
  w.chain.run_to(Slot{37});
  ASSERT_EQ(w.chain.list(3).validators.size(), 3u);
  w.evidence.offences = {w.double_vote(1, Slot{20})};
  const Header header = w.header();
  const auto out = w.read(header);
  ASSERT_TRUE(out.has_value());
  w.chain.apply(out->consensus);
  EXPECT_TRUE(w.chain.stake(1).tombstoned);
  EXPECT_FALSE(w.chain.stake(2).tombstoned);
}

TEST(BlockEvidence, what_is_chosen_makes_a_valid_block) {
  World w;
  std::vector<Evidence> seen{w.double_vote(0, Slot{16}),                                 // ahead
                             w.double_vote(0, Slot{14}), w.double_vote(0, Slot{14}),     // counted
                             w.double_header(1, Slot{14}), w.double_vote(5, Slot{14})};  // invalid
  const std::vector<LateVotes> late{w.late(std::array<ValidatorIndex, 1>{3}, Slot{15}, Hash{}),
                                    w.late(kMost, Slot{13}, block_at(Slot{13})),  // all named before
                                    w.late(std::array<ValidatorIndex, 1>{3}, Slot{14}, block_at(Slot{14}))};
  const auto choose = [&] {
    return choose_evidence(w.chain.state, w.chain.facts(), block_at(Slot{14}), seen, late, w.verifiers);
  };
  w.evidence = choose();
  ASSERT_EQ(w.evidence.offences.size(), 2u);
  EXPECT_EQ(w.evidence.offences[0], seen[1]);
  EXPECT_EQ(w.evidence.offences[1], seen[3]);
  ASSERT_EQ(w.evidence.late_votes.size(), 1u);
  EXPECT_TRUE(w.read(w.header()).has_value());
  for (std::uint64_t slot = 1; slot <= 14; ++slot)
    for (const auto i : std::array<ValidatorIndex, 2>{2, 3}) seen.push_back(w.double_vote(i, Slot{slot}));
  w.evidence = choose();
  EXPECT_EQ(w.evidence.offences.size(), limits::kEvidenceMax);
  EXPECT_TRUE(w.read(w.header()).has_value());
}

// What was seen is of use until it counts, by whatever pair, or until it is too old.
TEST(BlockEvidence, what_is_settled_is_forgotten) {
  World w;
  std::vector<Evidence> seen{w.double_vote(0, Slot{14}), w.double_header(0, Slot{14}), w.double_vote(1, Slot{13}),
                             w.double_vote(2, Slot{16})};
  const std::vector<Evidence> all = seen;
  EXPECT_TRUE(take_settled(seen, w.chain.state, w.chain.facts()).empty());
  EXPECT_EQ(seen, all) << "what is ahead waits";
  auto input = w.chain.input();
  input.offences.push_back({Offence::votes, Slot{14}, {0}});
  w.chain.apply(input);
  EXPECT_EQ(take_settled(seen, w.chain.state, w.chain.facts()), std::vector<Evidence>{all[0]});
  EXPECT_EQ(seen, std::vector<Evidence>(all.begin() + 1, all.end()));
  w.chain.run_to(Slot{39});
  EXPECT_EQ(take_settled(seen, w.chain.state, w.chain.facts()), (std::vector<Evidence>{all[1], all[2]}));
  EXPECT_EQ(seen, std::vector<Evidence>{all[3]});
}

// A pair that was counted is refused before its signatures are verified.
TEST(BlockEvidence, claims_are_the_facts_of_what_holds) {
  World w;
  for (const Evidence& evidence : {w.double_vote(2, Slot{14}), w.double_header(1, Slot{13})}) {
    CertificateVerifier* verifier = w.verifiers.of(w.chain.state, 1);
    const auto verified = verify_evidence(evidence, *verifier);
    ASSERT_TRUE(verified.has_value());
    const Facts<Evidence> claimed = claimed_facts(evidence);
    EXPECT_EQ(claimed.slot, verified->facts().slot);
    EXPECT_EQ(claimed.offence, verified->facts().offence);
    EXPECT_EQ(claimed.offenders, verified->facts().offenders);
  }
}

TEST(BlockEvidence, verifiers_follow_the_list_that_the_state_has) {
  World w;
  CertificateVerifier* first = w.verifiers.of(w.chain.state, 1);
  ASSERT_NE(first, nullptr);
  EXPECT_EQ(w.verifiers.of(w.chain.state, 1), first);
  EXPECT_EQ(w.verifiers.of(w.chain.state, 3), nullptr);
  auto list = w.chain.list(1);
  auto items = list.validators.items();
  items.pop_back();
  list.validators = decltype(list.validators)(std::move(items));
  w.chain.state.apply({{validators_object(1), codec::encode(list)}});
  EXPECT_EQ(w.verifiers.of(w.chain.state, 1)->set().size(), 3u);
}

}  // namespace
}  // namespace aether::ledger

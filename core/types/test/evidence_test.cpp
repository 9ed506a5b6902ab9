#include "aether/types/evidence.hpp"

#include <aether_native/native.h>
#include <openssl/sha.h>

#include "validators.hpp"

namespace aether {
namespace {

using namespace testing;

constexpr Slot kSlot{12};
const Hash kLow{filled(0x10)};
const Hash kHigh{filled(0x20)};

RC_GTEST_PROP(Evidence, round_trips, (std::uint64_t seed)) { round_trips<Evidence>(seed); }

struct EvidenceScene : ::testing::Test {
  Validators validators{std::vector<u128>(9, 10), 0};
  CertificateVerifier verifier{kChain, validators.set()};

  Header header(ValidatorIndex proposer, std::uint64_t time_ms, Slot slot = kSlot) const {
    HeaderBody body;
    body.chain_id = kChain;
    body.slot = slot;
    body.time_ms = time_ms;
    BftSealer sealer;
    sealer.proposer = proposer;
    body.sealer = sealer;
    return seal(body, validators.secrets(proposer).kes);
  }
  Vote vote(ValidatorIndex i, VoteKind kind, const Hash& block, Slot slot = kSlot) const {
    return validators.vote(i, kind, slot, block);
  }
  PrevoteCertificate c1(std::span<const ValidatorIndex> who, const Hash& block) const {
    return validators.certificate<PrevoteCertificate>(who, kSlot, block);
  }
  PrecommitCertificate c2(std::span<const ValidatorIndex> who, const Hash& block) const {
    return validators.certificate<PrecommitCertificate>(who, kSlot, block);
  }
  std::optional<EvidenceError> refusal(const Evidence& evidence) {
    const auto verdict = verify_evidence(evidence, verifier);
    return verdict ? std::nullopt : std::optional(verdict.error());
  }
  std::vector<ValidatorIndex> convicted(const Evidence& evidence) {
    const auto verdict = verify_evidence(evidence, verifier);
    EXPECT_TRUE(verdict.has_value()) << (verdict ? "" : to_string(verdict.error()));
    return verdict ? verdict->facts().offenders : std::vector<ValidatorIndex>{};
  }
};

// --- Headers -------------------------------------------------------------------------------------------------------

TEST_F(EvidenceScene, two_headers_of_a_slot_convict_their_proposer) {
  const Evidence evidence = header_evidence(header(3, 1), header(3, 2));
  EXPECT_EQ(header_evidence(header(3, 2), header(3, 1)), evidence);
  const auto verdict = verify_evidence(evidence, verifier);
  ASSERT_TRUE(verdict.has_value());
  EXPECT_EQ(verdict->facts().offence, Offence::headers);
  EXPECT_EQ(verdict->facts().slot, kSlot);
  EXPECT_EQ(verdict->facts().offenders, std::vector<ValidatorIndex>{3});
}

// What the key signs where R is not the one that RFC 8032 derives: another signature of the message, as good as the
// first.
crypto::KesSignature signed_with_another_nonce(const crypto::KesSecretKey& key, ByteView message) {
  using Scalar = std::array<std::uint8_t, 32>;
  const auto wide_hash = [](ByteView bytes) {
    std::array<std::uint8_t, 64> out;
    SHA512(bytes.data(), bytes.size(), out.data());
    return out;
  };
  const auto secret_scalar = [&](const crypto::Seed& seed) {
    const auto hash = wide_hash(seed.view());
    Scalar out;
    std::copy_n(hash.begin(), 32, out.begin());
    out[0] &= 0xf8;
    out[31] = static_cast<std::uint8_t>((out[31] & 0x7f) | 0x40);
    return out;
  };
  const auto material = key.to_bytes();
  const crypto::Seed leaf(material.view().first<32>()), nonce = secret(0, 77);
  const crypto::PublicKey point = crypto::ed25519_public_key(nonce);
  Bytes hashed(point.begin(), point.end());
  append(hashed, crypto::ed25519_public_key(leaf));
  append(hashed, message);
  Scalar challenge;
  aether_native_scalar_reduce_wide(wide_hash(hashed).data(), challenge.data());
  const Scalar a = secret_scalar(leaf), r = secret_scalar(nonce);
  crypto::KesSignature out = key.sign(message);
  std::copy(point.begin(), point.end(), out.begin());
  aether_native_scalar_mul_add(challenge.data(), a.data(), r.data(), out.data() + 32);
  return out;
}

TEST_F(EvidenceScene, one_header_with_another_signature_is_none) {
  const Header once = header(3, 1);
  EXPECT_EQ(refusal(HeaderPair{once, once}), EvidenceError(PairError::same_contents));
  const Bytes signed_bytes = crypto::signing_frame(kHeaderTag, block_hash(once.body));
  const Header again{once.body, signed_with_another_nonce(validators.secrets(3).kes, signed_bytes)};
  ASSERT_NE(again, once);
  ASSERT_TRUE(verify_bft_seal(again, kChain, validators.set()).has_value());
  EXPECT_EQ(refusal(HeaderPair{once, again}), EvidenceError(PairError::same_contents));
  EXPECT_EQ(refusal(HeaderPair{again, once}), EvidenceError(PairError::same_contents));
}

TEST_F(EvidenceScene, each_pair_of_headers_that_is_none_has_its_own_error) {
  const auto pair = std::get<HeaderPair>(header_evidence(header(3, 1), header(3, 2)));
  EXPECT_EQ(refusal(HeaderPair{pair.second, pair.first}), EvidenceError(PairError::not_ordered));
  EXPECT_EQ(refusal(header_evidence(header(3, 1), header(3, 2, Slot{13}))), EvidenceError(PairError::other_slot));
  EXPECT_EQ(refusal(header_evidence(header(3, 1), header(4, 2))), EvidenceError(PairError::other_proposer));
  HeaderBody dev = pair.first.body;
  dev.sealer = DevSealer{};
  EXPECT_EQ(refusal(header_evidence(seal(dev, secret(1, 9)), pair.second)), EvidenceError(SealError::other_kind));
  // Either signature must hold: nobody is convicted by a header that somebody else made in his name.
  for (const bool first : {true, false}) {
    HeaderPair forged = pair;
    Header& one = first ? forged.first : forged.second;
    one = seal(one.body, validators.secrets(4).kes);
    EXPECT_EQ(refusal(forged), EvidenceError(SealError::kes_path));
    one = first ? pair.first : pair.second;
    std::get<crypto::KesSignature>(one.signature)[0] ^= 1;
    EXPECT_EQ(refusal(forged), EvidenceError(SealError::kes_signature));
  }
  CertificateVerifier other_chain(ChainId{8}, validators.set());
  EXPECT_EQ(verify_evidence(Evidence(pair), other_chain).error(), EvidenceError(SealError::other_chain));
}

// --- Votes ---------------------------------------------------------------------------------------------------------

TEST_F(EvidenceScene, a_precommit_beside_a_vote_for_another_block_convicts_its_signer) {
  for (const VoteKind kind : {VoteKind::prevote, VoteKind::precommit})
    for (const auto& [a, b] : {std::pair{kLow, kHigh}, std::pair{kHigh, kLow}}) {
      const Vote precommit = vote(5, VoteKind::precommit, a), other = vote(5, kind, b);
      const Evidence evidence = vote_evidence(precommit, other);
      EXPECT_EQ(vote_evidence(other, precommit), evidence);
      EXPECT_EQ(convicted(evidence), std::vector<ValidatorIndex>{5});
    }
}

TEST_F(EvidenceScene, two_certificates_convict_exactly_who_is_in_both) {
  const auto first = range(0, 7), second = range(2, 9);
  const std::vector<ValidatorIndex> both = range(2, 7);
  EXPECT_EQ(convicted(vote_evidence(c2(first, kLow), c2(second, kHigh))), both);
  EXPECT_EQ(convicted(vote_evidence(c2(first, kLow), c1(second, kHigh))), both);
  EXPECT_EQ(convicted(vote_evidence(c2(first, kHigh), c1(second, kLow))), both);
  const auto verdict = verify_evidence(vote_evidence(c2(first, kLow), c1(second, kHigh)), verifier);
  EXPECT_EQ(verdict->facts().offence, Offence::votes);
  EXPECT_EQ(verdict->facts().slot, kSlot);
}

RC_GTEST_FIXTURE_PROP(EvidenceScene, any_two_quorums_convict_their_intersection, ()) {
  const auto quorum = [] {
    const auto absent = *rc::gen::container<std::array<int, 2>>(rc::gen::inRange(0, 9));
    std::vector<ValidatorIndex> who = range(0, 9);
    std::erase_if(who, [&](ValidatorIndex i) { return i == absent[0] || i == absent[1]; });
    return who;
  };
  const auto first = quorum(), second = quorum();
  std::vector<ValidatorIndex> both;
  std::set_intersection(first.begin(), first.end(), second.begin(), second.end(), std::back_inserter(both));
  RC_ASSERT(convicted(vote_evidence(c2(first, kLow), c1(second, kHigh))) == both);
}

TEST_F(EvidenceScene, a_vote_against_a_certificate_convicts_its_signer_if_he_is_in_it) {
  const auto seven = range(0, 7);
  EXPECT_EQ(convicted(vote_evidence(vote(6, VoteKind::precommit, kHigh), c1(seven, kLow))),
            std::vector<ValidatorIndex>{6});
  EXPECT_EQ(convicted(vote_evidence(c2(seven, kHigh), vote(0, VoteKind::prevote, kLow))),
            std::vector<ValidatorIndex>{0});
  EXPECT_EQ(refusal(vote_evidence(vote(7, VoteKind::precommit, kHigh), c1(seven, kLow))),
            EvidenceError(PairError::nobody_in_both));
}

TEST_F(EvidenceScene, each_pair_of_votes_that_is_none_has_its_own_error) {
  const Vote prevote = vote(5, VoteKind::prevote, kLow), precommit = vote(5, VoteKind::precommit, kHigh);
  const auto seven = range(0, 7);
  EXPECT_EQ(refusal(VotePair{prevote, precommit}), EvidenceError(PairError::no_precommit));
  EXPECT_EQ(refusal(VotePair{c1(seven, kLow), precommit}), EvidenceError(PairError::no_precommit));
  // Several prevotes in a slot are no offence.
  EXPECT_EQ(refusal(vote_evidence(prevote, vote(5, VoteKind::prevote, kHigh))), EvidenceError(PairError::no_precommit));
  EXPECT_EQ(refusal(VotePair{precommit, vote(5, VoteKind::prevote, kHigh)}), EvidenceError(PairError::same_block));
  EXPECT_EQ(refusal(VotePair{precommit, precommit}), EvidenceError(PairError::same_block));
  EXPECT_EQ(refusal(VotePair{precommit, vote(5, VoteKind::prevote, kLow, Slot{13})}),
            EvidenceError(PairError::other_slot));
  EXPECT_EQ(refusal(VotePair{precommit, vote(5, VoteKind::precommit, kLow)}), EvidenceError(PairError::not_ordered));
  EXPECT_EQ(refusal(VotePair{precommit, vote(4, VoteKind::prevote, kLow)}), EvidenceError(PairError::nobody_in_both));
}

TEST_F(EvidenceScene, what_does_not_verify_convicts_nobody) {
  const Vote prevote = vote(5, VoteKind::prevote, kLow), precommit = vote(5, VoteKind::precommit, kHigh);
  Vote forged = prevote;
  forged.signature = vote(4, VoteKind::prevote, kLow).signature;
  EXPECT_EQ(refusal(VotePair{precommit, forged}), EvidenceError(VoteError::bad_signature));
  forged = precommit;
  forged.signature = vote(4, VoteKind::precommit, kHigh).signature;
  EXPECT_EQ(refusal(VotePair{forged, prevote}), EvidenceError(VoteError::bad_signature));
  forged.signer = 9;
  EXPECT_EQ(refusal(VotePair{forged, prevote}), EvidenceError(VoteError::unknown_signer));
  // An aggregate of too few is no certificate; a bitmap with one more than signed does not verify.
  EXPECT_EQ(refusal(vote_evidence(c2(range(0, 6), kHigh), prevote)), EvidenceError(VoteError::no_quorum));
  PrecommitCertificate more = c2(range(0, 7), kHigh);
  crypto::set_signer(more.signers, 8);
  EXPECT_EQ(refusal(vote_evidence(more, prevote)), EvidenceError(VoteError::bad_signature));
  CertificateVerifier other_chain(ChainId{8}, validators.set());
  EXPECT_EQ(verify_evidence(Evidence(VotePair{precommit, prevote}), other_chain).error(),
            EvidenceError(VoteError::other_chain));
}

TEST_F(EvidenceScene, its_id_is_a_tagged_hash_with_the_chain) {
  const Evidence evidence = VotePair{Vote{}, PrevoteCertificate{}};
  EXPECT_EQ(to_hex(evidence_id(kChain, evidence).bytes),
            "a0a41534ac57b41f3db5516bda826f169afd93ac7a37eee4456232702fb26206");
}

}  // namespace
}  // namespace aether

#include "aether/types/block.hpp"
#include "validators.hpp"

namespace aether {
namespace {

using namespace testing;

constexpr std::uint64_t kEpoch = 4;
constexpr std::uint64_t kKesEpoch = 1;  // so the period is 1

RC_GTEST_PROP(Header, round_trips, (std::uint64_t seed)) {
  round_trips<Header>(seed);
  round_trips<HeaderBody>(seed);
}

crypto::KesSecretKey evolved(std::uint32_t number, unsigned period) {
  crypto::KesSecretKey key(secret(number, 4));
  while (key.period() < period) EXPECT_TRUE(key.evolve());
  return key;
}

struct HeaderScene : ::testing::Test {
  Validators validators{{10, 10, 10, 10}, kEpoch, kKesEpoch};
  ValidatorIndex proposer = 2;
  crypto::KesSecretKey kes = kes_of(proposer, 1);

  // The key of the validator at this place of the set, evolved.
  crypto::KesSecretKey kes_of(ValidatorIndex i, unsigned period) const {
    for (std::uint32_t number = 0; number < validators.size(); ++number)
      if (crypto::KesSecretKey(secret(number, 4)).public_key() == validators.set().at(i).kes_key)
        return evolved(number, period);
    ADD_FAILURE();
    return evolved(0, period);
  }
  HeaderBody body() const {
    HeaderBody out;
    out.chain_id = kChain;
    out.epoch = kEpoch;
    out.slot = Slot{9};
    BftSealer sealer;
    sealer.proposer = proposer;
    sealer.parent_certificate = validators.certificate<PrevoteCertificate>(range(0, 3), Slot{8}, Hash{filled(8)});
    sealer.final_certificate = validators.certificate<PrecommitCertificate>(range(1, 4), Slot{7}, Hash{filled(7)});
    out.sealer = sealer;
    return out;
  }
  std::optional<SealError> refusal(const Header& header, ChainId chain = kChain) const {
    const auto verdict = verify_bft_seal(header, chain, validators.set());
    return verdict ? std::nullopt : std::optional(verdict.error());
  }
};

TEST_F(HeaderScene, verifies_in_the_period_of_its_epoch) {
  const Header header = seal(body(), kes);
  const auto verified = verify_bft_seal(header, kChain, validators.set());
  ASSERT_TRUE(verified.has_value());
  EXPECT_EQ(verified->facts().hash, block_hash(header.body));
  EXPECT_EQ(**verified, header);
}

TEST_F(HeaderScene, each_refusal_has_its_own_error) {
  const auto with = [&](auto change) {
    HeaderBody changed = body();
    change(changed);
    return refusal(seal(changed, kes));
  };
  EXPECT_EQ(refusal(seal(body(), kes), ChainId{8}), SealError::other_chain);
  EXPECT_EQ(with([](HeaderBody& b) { b.epoch = kEpoch + 1; }), SealError::other_epoch);
  EXPECT_EQ(with([](HeaderBody& b) { std::get<BftSealer>(b.sealer).proposer = 4; }), SealError::unknown_proposer);
  EXPECT_EQ(with([](HeaderBody& b) { std::get<BftSealer>(b.sealer).proposer = 1; }), SealError::kes_path);
  HeaderBody dev = body();
  dev.sealer = DevSealer{};
  EXPECT_EQ(refusal(seal(dev, secret(1, 9))), SealError::other_kind);
  // Signatures of other periods: the other leaf of the same node, and one further away.
  EXPECT_EQ(refusal(seal(body(), kes_of(proposer, 0))), SealError::kes_signature);
  for (const unsigned period : {2u, 3u, 63u})
    EXPECT_EQ(refusal(seal(body(), kes_of(proposer, period))), SealError::kes_path);
  const Validators fresh({10, 10, 10, 10}, kEpoch, kEpoch + 1);
  EXPECT_EQ(verify_bft_seal(seal(body(), kes), kChain, fresh.set()).error(), SealError::kes_expired);
  // A raw hash is no framed one.
  Header raw = seal(body(), kes);
  raw.signature = kes.sign(block_hash(raw.body).bytes);
  EXPECT_EQ(refusal(raw), SealError::kes_signature);
}

TEST_F(HeaderScene, the_signature_covers_every_byte_before_it) {
  const Header header = seal(body(), kes);
  const Bytes bytes = codec::encode(header);
  ASSERT_TRUE(codec::decode<Header>(bytes).has_value());
  EXPECT_EQ(Bytes(bytes.begin(), bytes.end() - 448), codec::encode(header.body));
  std::size_t decoded = 0;
  for (std::size_t i = 0; i < bytes.size() - 448; ++i) {
    Bytes changed = bytes;
    changed[i] ^= 1;
    const auto other = codec::decode<Header>(changed);
    if (!other) continue;
    ++decoded;
    EXPECT_NE(refusal(*other), std::nullopt) << i;
    EXPECT_NE(block_hash(other->body), block_hash(header.body)) << i;
  }
  EXPECT_GT(decoded, 500u);
}

TEST(KesPeriod, is_two_epochs_and_ends_after_64) {
  EXPECT_EQ(kes_period(10, 11), std::nullopt);
  EXPECT_EQ(kes_period(10, 10), 0u);
  EXPECT_EQ(kes_period(11, 10), 0u);
  EXPECT_EQ(kes_period(12, 10), 1u);
  EXPECT_EQ(kes_period(10 + 127, 10), 63u);
  EXPECT_EQ(kes_period(10 + 128, 10), std::nullopt);
  EXPECT_EQ(kes_period(~std::uint64_t{0}, 0), std::nullopt);
}

TEST(Header, a_dev_header_has_the_bytes_of_body_and_signature) {
  HeaderBody body;
  body.sealer = DevSealer{filled(0xd1)};
  crypto::Signature signature;
  signature.fill(0xd2);
  Bytes expected = codec::encode(body);
  append(expected, signature);
  EXPECT_EQ(codec::encode(Header{body, signature}), expected);
  EXPECT_EQ(expected.size(), 169u + 1 + 32 + 64);
  EXPECT_EQ(expected[169], 0);
  EXPECT_EQ(to_hex(block_hash(body).bytes), "e78bb6c8c1a12dd4c88e27a9768086256f2608b3c9448ec131510e575c95db7c");
}

TEST(Header, a_validators_header_has_a_tagged_hash_without_the_signature) {
  HeaderBody body;
  BftSealer sealer;
  sealer.evidence_root = Hash{filled(1)};
  sealer.shred_root = Hash{filled(2)};
  sealer.proposer = 0x0304;
  sealer.vrf_proof.fill(5);
  sealer.parent_certificate = PrevoteCertificate{Slot{6}, Hash{filled(7)}, Signers{8}, {}};
  body.sealer = sealer;
  EXPECT_EQ(to_hex(block_hash(body).bytes), "b8fcbe44f719976ca22ddcf8c96ead1c9fb2265cdfd2614f92535f5f14c9ee85");
}

TEST(Header, the_largest_keeps_to_its_bound) {
  HeaderBody body;
  BftSealer sealer;
  sealer.parent_certificate.emplace().signers.resize(limits::kSignersBytesMax);
  sealer.final_certificate.emplace().signers.resize(limits::kSignersBytesMax);
  body.sealer = sealer;
  const Header header{body, crypto::KesSignature{}};
  const std::size_t size = codec::encode(header).size();
  EXPECT_LE(size, limits::kHeaderBytesMax);
  EXPECT_GT(size, limits::kHeaderBytesMax - 128);  // the bound is not idle
  EXPECT_LE(codec::encode(Evidence(HeaderPair{header, header})).size(), limits::kEvidenceBytesMax);
}

TEST(Block, only_a_validators_block_has_a_field_for_evidence) {
  Block block;
  const std::size_t dev_size = codec::encode(block).size();
  EXPECT_EQ(dev_size, codec::encode(block.header).size() + 1);
  block.header = {HeaderBody{}, crypto::KesSignature{}};
  block.header.body.sealer = BftSealer{};
  block.evidence.late_votes.push_back({Slot{3}, VoteKind::prevote, Signers{1}, {}});
  const Bytes bytes = codec::encode(block);
  const auto back = codec::decode<Block>(bytes);
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(*back, block);
}

RC_GTEST_PROP(BlockEvidence, round_trips, (std::uint64_t seed)) { round_trips<BlockEvidence>(seed); }

TEST(BlockEvidence, the_root_is_of_both_lists) {
  BlockEvidence evidence;
  EXPECT_EQ(to_hex(evidence_root(evidence).bytes), "e463105c8125d41643369359a38a78ac4ad5790fac3a4df449c2ad5a03b6ab04");
  evidence.late_votes.push_back({Slot{3}, VoteKind::precommit, Signers{1}, {}});
  EXPECT_EQ(to_hex(evidence_root(evidence).bytes), "7482602298e4594324f90848ed7bd484a6c658eb90d4241ac21ce7c7fd31ea7a");
  const Hash with_late_votes = evidence_root(evidence);
  evidence.offences.push_back(VotePair{});
  EXPECT_NE(evidence_root(evidence), with_late_votes);
}

}  // namespace
}  // namespace aether

#include "support.hpp"

namespace aether {
namespace {

using namespace testing;

constexpr ChainId kChain{7};

struct Scene {
  ValidatorSecrets secrets = validator_secrets(1);
  Address address = address_of(crypto::ed25519_public_key(secret(1, 9)));
  Registration registration = make_registration(kChain, address, secrets);
};

std::optional<RegistrationError> refusal(const Registration& registration, ChainId chain = kChain) {
  const auto verdict = verify_registration(registration, chain);
  return verdict ? std::nullopt : std::optional(verdict.error());
}

RC_GTEST_PROP(Registration, round_trips, (std::uint64_t seed)) { round_trips<Registration>(seed); }

TEST(Registration, proves_every_key) {
  const Scene scene;
  const auto verified = verify_registration(scene.registration, kChain);
  ASSERT_TRUE(verified.has_value()) << to_string(verified.error());
  EXPECT_EQ(**verified, scene.registration);
}

TEST(Registration, the_proven_id_is_a_tagged_hash_of_chain_address_and_key) {
  EXPECT_EQ(to_hex(proof_id(kVrfPopTag, kChain, Address{Hash{filled(0xad)}}, filled(0x11)).bytes),
            "c8ca1065c456ac0cce7da04fa53da8cc79d80d29474ce4190d862809880c7cb4");
}

TEST(Registration, a_proof_is_good_for_one_chain_and_one_address) {
  const Scene scene;
  EXPECT_EQ(refusal(scene.registration, ChainId{8}), RegistrationError::other_chain);
  Registration moved = scene.registration;
  moved.chain_id = ChainId{8};
  EXPECT_EQ(refusal(moved, ChainId{8}), RegistrationError::node_proof);
  Registration taken = scene.registration;
  taken.address = address_of(crypto::ed25519_public_key(secret(2, 9)));
  EXPECT_EQ(refusal(taken), RegistrationError::node_proof);

  // Each of the other proofs alone stands for the address too.
  const Registration own = make_registration(kChain, taken.address, validator_secrets(2));
  Registration vrf = own;
  vrf.vrf_key = scene.registration.vrf_key, vrf.vrf_proof = scene.registration.vrf_proof;
  EXPECT_EQ(refusal(vrf), RegistrationError::vrf_proof);
  Registration kes = own;
  kes.kes_key = scene.registration.kes_key, kes.kes_proof = scene.registration.kes_proof;
  EXPECT_EQ(refusal(kes), RegistrationError::kes_proof);
  Registration bls = own;
  bls.bls_key = scene.registration.bls_key, bls.bls_proof = scene.registration.bls_proof;
  EXPECT_EQ(refusal(bls), RegistrationError::bls_proof);
}

TEST(Registration, refuses_a_proof_of_another_key) {
  const Scene scene;
  const Registration other = make_registration(kChain, scene.address, validator_secrets(2));
  Registration r = scene.registration;
  r.node_proof = other.node_proof;
  EXPECT_EQ(refusal(r), RegistrationError::node_proof);
  r = scene.registration;
  r.bls_proof = other.bls_proof;
  EXPECT_EQ(refusal(r), RegistrationError::bls_proof);
  r = scene.registration;
  r.vrf_proof = other.vrf_proof;
  EXPECT_EQ(refusal(r), RegistrationError::vrf_proof);
  r = scene.registration;
  r.kes_proof = other.kes_proof;
  EXPECT_EQ(refusal(r), RegistrationError::kes_path);
}

TEST(Registration, refuses_what_is_no_bls_key) {
  const Scene scene;
  const auto with_key = [&](const crypto::BlsPublicKeyBytes& key) {
    Registration r = scene.registration;
    r.bls_key = key;
    return refusal(r);
  };
  EXPECT_EQ(with_key(bls_infinity<48>()), RegistrationError::bls_infinity);
  EXPECT_EQ(with_key(bls_not_canonical<48>()), RegistrationError::bls_not_canonical);
  EXPECT_EQ(with_key({}), RegistrationError::bls_encoding);
  EXPECT_EQ(with_key(bytes_of<48>(kWrongSubgroupKey)), RegistrationError::bls_wrong_subgroup);
  crypto::BlsPublicKeyBytes off_curve{0x80};  // x = 1, 2, … until one has no y
  std::optional<RegistrationError> found;
  for (std::uint8_t x = 1; x < 32 && found != RegistrationError::bls_not_on_curve; ++x) {
    off_curve.back() = x;
    found = with_key(off_curve);
  }
  EXPECT_EQ(found, RegistrationError::bls_not_on_curve);
}

// An attacker registers a key made of a victim's, so that the victim's cancels in their sum. It knows no secret of that
// key. Here it is the victim's key negated, whose encoding differs by the sign's bit.
TEST(Registration, refuses_a_rogue_key) {
  const Scene victim;
  const ValidatorSecrets attacker = validator_secrets(666);
  const Address address = address_of(crypto::ed25519_public_key(secret(666, 9)));
  Registration rogue = make_registration(kChain, address, attacker);
  rogue.bls_key = victim.registration.bls_key;
  rogue.bls_key[0] ^= 0x20;
  ASSERT_TRUE(crypto::BlsPublicKey::decode(rogue.bls_key).has_value());
  const Hash id = proof_id(kBlsPopTag, kChain, address, rogue.bls_key);
  rogue.bls_proof = crypto::bls_sign_id(attacker.bls, kBlsPopTag, id).encode();
  EXPECT_EQ(refusal(rogue), RegistrationError::bls_proof);
  rogue.bls_proof = victim.registration.bls_proof;
  EXPECT_EQ(refusal(rogue), RegistrationError::bls_proof);
  rogue.bls_proof[0] ^= 0x20;  // the victim's proof negated: right for the key, if it were about the key
  EXPECT_EQ(refusal(rogue), RegistrationError::bls_proof);
  // Only the victim's secret could make it.
  rogue.bls_proof = crypto::bls_sign_id(victim.secrets.bls, kBlsPopTag, id).encode();
  rogue.bls_proof[0] ^= 0x20;
  EXPECT_EQ(refusal(rogue), std::nullopt);
}

TEST(Registration, refuses_bls_proofs_that_are_no_signatures) {
  const Scene scene;
  for (const auto& proof : {bls_infinity<96>(), bls_not_canonical<96>(), bytes_of<96>(kWrongSubgroupSignature)}) {
    Registration r = scene.registration;
    r.bls_proof = proof;
    EXPECT_EQ(refusal(r), RegistrationError::bls_proof);
  }
  // A vote, or the suite's own proof of possession, is none.
  Registration r = scene.registration;
  r.bls_proof = crypto::bls_pop_prove(scene.secrets.bls).encode();
  EXPECT_EQ(refusal(r), RegistrationError::bls_proof);
}

TEST(Registration, refuses_vrf_keys_and_proofs) {
  const Scene scene;
  Registration r = scene.registration;
  r.vrf_key = filled(0xff);  // y ≥ p
  EXPECT_EQ(refusal(r), RegistrationError::vrf_key);
  r.vrf_key = {1};  // the identity
  EXPECT_EQ(refusal(r), RegistrationError::vrf_small_order);
  r = scene.registration;
  for (std::size_t i = 0; i < 32; ++i) r.vrf_proof[i] = 0xff;
  EXPECT_EQ(refusal(r), RegistrationError::vrf_proof_encoding);
  r = scene.registration;
  for (std::size_t i = 48; i < 80; ++i) r.vrf_proof[i] = 0xff;  // s ≥ L
  EXPECT_EQ(refusal(r), RegistrationError::vrf_proof_encoding);
  r.vrf_proof = crypto::vrf_prove(scene.secrets.vrf, Bytes{1, 2, 3});  // of another input
  EXPECT_EQ(refusal(r), RegistrationError::vrf_proof);
}

TEST(Registration, refuses_kes_proofs_of_another_period) {
  Scene scene;
  const Hash id = proof_id(kKesPopTag, kChain, scene.address, scene.registration.kes_key);
  for (unsigned period = 1; period < crypto::kKesPeriods; ++period) {
    ASSERT_TRUE(scene.secrets.kes.evolve());
    scene.registration.kes_proof = scene.secrets.kes.sign(crypto::signing_frame(kKesPopTag, id));
    EXPECT_EQ(refusal(scene.registration), period == 1 ? RegistrationError::kes_proof : RegistrationError::kes_path)
        << period;
  }
}

}  // namespace
}  // namespace aether

#include "aether/types/registration.hpp"

#include "aether/crypto/sha256.hpp"
#include "verifier.hpp"

namespace aether {
namespace {

RegistrationError key_error(crypto::BlsError error) {
  using crypto::BlsError;
  switch (error) {
    case BlsError::not_canonical: return RegistrationError::bls_not_canonical;
    case BlsError::not_on_curve: return RegistrationError::bls_not_on_curve;
    case BlsError::wrong_subgroup: return RegistrationError::bls_wrong_subgroup;
    case BlsError::infinity: return RegistrationError::bls_infinity;
    default: return RegistrationError::bls_encoding;
  }
}

Result<void, RegistrationError> verify_bls_proof(const Registration& r) {
  const auto key = crypto::BlsPublicKey::decode(r.bls_key);
  if (!key) return fail(key_error(key.error()));
  const auto proof = crypto::BlsSignature::decode(r.bls_proof);
  const Hash id = proof_id(kBlsPopTag, r.chain_id, r.address, r.bls_key);
  if (!proof || !crypto::bls_verify_id(*key, kBlsPopTag, id, *proof)) return fail(RegistrationError::bls_proof);
  return {};
}

Result<void, RegistrationError> verify_vrf_proof(const Registration& r) {
  const Hash id = proof_id(kVrfPopTag, r.chain_id, r.address, r.vrf_key);
  const auto output = crypto::vrf_verify(r.vrf_key, crypto::signing_frame(kVrfPopTag, id), r.vrf_proof);
  if (output) return {};
  switch (output.error()) {
    case crypto::VrfError::bad_public_key: return fail(RegistrationError::vrf_key);
    case crypto::VrfError::small_order_public_key: return fail(RegistrationError::vrf_small_order);
    case crypto::VrfError::bad_gamma:
    case crypto::VrfError::bad_scalar: return fail(RegistrationError::vrf_proof_encoding);
    case crypto::VrfError::wrong_proof: break;
  }
  return fail(RegistrationError::vrf_proof);
}

}  // namespace

std::string_view to_string(RegistrationError error) {
  switch (error) {
    case RegistrationError::other_chain: return "the registration is for another chain";
    case RegistrationError::node_proof: return "the node key did not sign this chain and address";
    case RegistrationError::bls_encoding: return "the BLS key is not a compressed point";
    case RegistrationError::bls_not_canonical: return "the BLS key's coordinate is not below the field's prime";
    case RegistrationError::bls_not_on_curve: return "the BLS key is not on the curve";
    case RegistrationError::bls_wrong_subgroup: return "the BLS key is not in the subgroup";
    case RegistrationError::bls_infinity: return "the BLS key is infinity";
    case RegistrationError::bls_proof: return "the BLS key did not sign this chain and address";
    case RegistrationError::vrf_key: return "the VRF key is not the canonical encoding of a point";
    case RegistrationError::vrf_small_order: return "the VRF key has small order";
    case RegistrationError::vrf_proof_encoding: return "the VRF proof is malformed";
    case RegistrationError::vrf_proof: return "the VRF proof is not this key's for this chain and address";
    case RegistrationError::kes_path: return "the KES proof does not lead to the key";
    case RegistrationError::kes_proof: return "the KES key did not sign this chain and address in period 0";
  }
  return "unknown";
}

Hash proof_id(std::string_view tag, ChainId chain, const Address& address, ByteView key) {
  Bytes message = codec::encode(chain);
  append(message, codec::encode(address));
  append(message, key);
  return crypto::tagged_hash(tag, message);
}

Registration make_registration(ChainId chain, const Address& address, const ValidatorSecrets& secrets) {
  AETHER_ASSERT(secrets.kes.period() == 0);
  Registration r{.chain_id = chain, .address = address};
  const auto id = [&](std::string_view tag, ByteView key) { return proof_id(tag, chain, address, key); };
  r.node_key = crypto::ed25519_public_key(secrets.node);
  r.node_proof = crypto::sign_id(secrets.node, kNodePopTag, id(kNodePopTag, r.node_key));
  r.bls_key = crypto::bls_public_key(secrets.bls).encode();
  r.bls_proof = crypto::bls_sign_id(secrets.bls, kBlsPopTag, id(kBlsPopTag, r.bls_key)).encode();
  r.vrf_key = crypto::vrf_public_key(secrets.vrf);
  r.vrf_proof = crypto::vrf_prove(secrets.vrf, crypto::signing_frame(kVrfPopTag, id(kVrfPopTag, r.vrf_key)));
  r.kes_key = secrets.kes.public_key();
  r.kes_proof = secrets.kes.sign(crypto::signing_frame(kKesPopTag, id(kKesPopTag, r.kes_key)));
  return r;
}

Result<void, RegistrationError> verify_kes_proof(ChainId chain, const Address& address, const crypto::KesPublicKey& key,
                                                 const crypto::KesSignature& proof) {
  const Hash id = proof_id(kKesPopTag, chain, address, key);
  const auto verdict = crypto::kes_verify(key, 0, crypto::signing_frame(kKesPopTag, id), proof);
  if (verdict) return {};
  return fail(verdict.error() == crypto::KesError::bad_path ? RegistrationError::kes_path
                                                            : RegistrationError::kes_proof);
}

Result<Verified<Registration>, RegistrationError> verify_registration(Unverified<Registration> registration,
                                                                      ChainId chain) {
  const Registration& r = registration.unchecked();
  if (r.chain_id != chain) return fail(RegistrationError::other_chain);
  const Hash node = proof_id(kNodePopTag, chain, r.address, r.node_key);
  if (!crypto::verify_id(r.node_key, kNodePopTag, node, r.node_proof)) return fail(RegistrationError::node_proof);
  AETHER_CHECK(verify_vrf_proof(r));
  AETHER_CHECK(verify_kes_proof(chain, r.address, r.kes_key, r.kes_proof));
  AETHER_CHECK(verify_bls_proof(r));
  return Verifier::pass(std::move(registration));
}

}  // namespace aether

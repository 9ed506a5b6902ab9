// What a validator registers (protocol sections 2 and 11): an address and the keys it will sign with, each with a proof
// that its secret is known to whoever asks for this address on this chain. A proof is made over
// H(tag, chain id ‖ address ‖ key), a tag for each kind of key:
//
//   node  ed25519    "aether/pop/node"  signature                           the key of the peer id
//   bls   BLS12-381  "aether/pop/bls"   signature, by the votes' suite      votes
//   vrf   ECVRF      "aether/pop/vrf"   proof of the framed id as alpha     claims
//   kes   Sum6KES    "aether/pop/kes"   signature of period 0               headers
//
// The BLS proof is what makes sums of keys safe: a key made from others' keys to cancel them has no known secret. A
// vote cannot pass as a proof, nor a proof as a vote, since the tags differ.
#pragma once

#include "aether/crypto/bls.hpp"
#include "aether/crypto/kes.hpp"
#include "aether/crypto/vrf.hpp"
#include "aether/types/address.hpp"
#include "aether/types/verified.hpp"

namespace aether {

inline constexpr std::string_view kNodePopTag = "aether/pop/node";
inline constexpr std::string_view kBlsPopTag = "aether/pop/bls";
inline constexpr std::string_view kVrfPopTag = "aether/pop/vrf";
inline constexpr std::string_view kKesPopTag = "aether/pop/kes";

struct Registration {
  ChainId chain_id;
  Address address;
  crypto::PublicKey node_key{};
  crypto::Signature node_proof{};
  crypto::BlsPublicKeyBytes bls_key{};
  crypto::BlsSignatureBytes bls_proof{};
  crypto::VrfPublicKey vrf_key{};
  crypto::VrfProof vrf_proof{};
  crypto::KesPublicKey kes_key{};
  crypto::KesSignature kes_proof{};

  bool operator==(const Registration&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("chain_id", self.chain_id);
    visit("address", self.address);
    visit("node_key", self.node_key);
    visit("node_proof", self.node_proof);
    visit("bls_key", self.bls_key);
    visit("bls_proof", self.bls_proof);
    visit("vrf_key", self.vrf_key);
    visit("vrf_proof", self.vrf_proof);
    visit("kes_key", self.kes_key);
    visit("kes_proof", self.kes_proof);
  }
};

// The secrets of a validator.
struct ValidatorSecrets {
  crypto::Seed node;
  crypto::BlsSecretKey bls;
  crypto::Seed vrf;
  crypto::KesSecretKey kes;  // of period 0
};

enum class RegistrationError : std::uint8_t {
  other_chain,
  node_proof,
  bls_encoding,       // the flags of a compressed point
  bls_not_canonical,  // a coordinate ≥ p
  bls_not_on_curve,
  bls_wrong_subgroup,
  bls_infinity,
  bls_proof,  // malformed, or not this key's for this chain and address
  vrf_key,    // not the canonical encoding of a point
  vrf_small_order,
  vrf_proof_encoding,
  vrf_proof,  // not this key's for this chain and address
  kes_path,   // the keys beside the signature do not lead to the key, or not in period 0
  kes_proof,  // not signed in period 0 for this chain and address
};
[[nodiscard]] std::string_view to_string(RegistrationError error);

// What is proven: the id under the key's tag.
[[nodiscard]] Hash proof_id(std::string_view tag, ChainId chain, const Address& address, ByteView key);

// Keys and proofs from the secrets. The KES key must be of period 0.
[[nodiscard]] Registration make_registration(ChainId chain, const Address& address, const ValidatorSecrets& secrets);

// A KES key alone, when a validator renews it.
[[nodiscard]] Result<void, RegistrationError> verify_kes_proof(ChainId chain, const Address& address,
                                                               const crypto::KesPublicKey& key,
                                                               const crypto::KesSignature& proof);

[[nodiscard]] Result<Verified<Registration>, RegistrationError> verify_registration(
    Unverified<Registration> registration, ChainId chain);

}  // namespace aether

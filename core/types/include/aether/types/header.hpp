// Headers (protocol section 6). The hash of a block is the hash of its header without the signature, which comes last.
// The roots are those after executing the parent; slot = height = parent's + 1; time in ms. Block 0 is genesis: its
// hash is the genesis hash, and it has no header.
//
// Two kinds of sealers; genesis names the only one that is valid on a chain. The signature's kind follows the sealer's:
// ed25519 for a dev chain, Sum6KES in period (epoch − epoch of the key's registration) / 2 for a validator. Both are
// over the framed block hash.
#pragma once

#include "aether/types/certificate.hpp"

namespace aether {

inline constexpr std::string_view kHeaderTag = "aether/header";

// The sealer of a chain in one process (`aetherd dev`): its key is named by genesis.
struct DevSealer {
  crypto::PublicKey public_key{};

  bool operator==(const DevSealer&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("public_key", self.public_key);
  }
};

// A proposer and what it shows.
struct BftSealer {
  Hash evidence_root;                                     // of the block's evidence and late votes
  Hash shred_root;                                        // of this block's shreds
  ValidatorIndex proposer = 0;                            // in the set of the epoch
  crypto::VrfProof vrf_proof{};                           // its claim to the slot
  std::optional<PrevoteCertificate> parent_certificate;   // C1 of the parent; none where that is genesis
  std::optional<PrecommitCertificate> final_certificate;  // the newest C2 known; none where that is genesis

  bool operator==(const BftSealer&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("evidence_root", self.evidence_root);
    visit("shred_root", self.shred_root);
    visit("proposer", self.proposer);
    visit("vrf_proof", self.vrf_proof);
    visit("parent_certificate", self.parent_certificate);
    visit("final_certificate", self.final_certificate);
  }
};

using Sealer = std::variant<DevSealer, BftSealer>;
using SealSignature = std::variant<crypto::Signature, crypto::KesSignature>;  // in the order of the sealers

struct HeaderBody {
  std::uint8_t version = 1;
  ChainId chain_id;
  std::uint64_t epoch = 0;
  Slot slot;
  Hash parent_hash;
  Hash parent_state_root;
  Hash parent_receipts_root;
  Gas parent_gas_used;
  Hash transactions_root;
  std::uint64_t time_ms = 0;  // > parent's
  Sealer sealer;

  bool operator==(const HeaderBody&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("version", self.version);
    visit("chain_id", self.chain_id);
    visit("epoch", self.epoch);
    visit("slot", self.slot);
    visit("parent_hash", self.parent_hash);
    visit("parent_state_root", self.parent_state_root);
    visit("parent_receipts_root", self.parent_receipts_root);
    visit("parent_gas_used", self.parent_gas_used);
    visit("transactions_root", self.transactions_root);
    visit("time_ms", self.time_ms);
    visit("sealer", self.sealer);
  }
};

struct Header {
  HeaderBody body;
  SealSignature signature;  // of the sealer's kind

  bool operator==(const Header&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    HeaderBody::fields(self.body, visit);
    const std::size_t kind = self.body.sealer.index();
    if constexpr (std::is_const_v<Self>) {
      AETHER_ASSERT(self.signature.index() == kind);
    } else {
      if (kind == 0) self.signature = crypto::Signature{};
      if (kind == 1) self.signature = crypto::KesSignature{};
    }
    std::visit([&](auto& signature) { visit("signature", signature); }, self.signature);
  }
};

[[nodiscard]] Hash block_hash(const HeaderBody& header);

// By the sealer that the body names.
[[nodiscard]] Header seal(HeaderBody header, const crypto::Seed& seed);
[[nodiscard]] Header seal(HeaderBody header, const crypto::KesSecretKey& key);

// Whether the signature is by the key that the header itself names; false for another kind.
[[nodiscard]] bool verify_dev_seal(const Header& header);

// The period of a KES key: none before its registration and after its last period.
[[nodiscard]] std::optional<unsigned> kes_period(std::uint64_t epoch, std::uint64_t kes_epoch);

enum class SealError : std::uint8_t {
  other_kind,  // no validator's seal
  other_chain,
  other_epoch,  // than the set's
  unknown_proposer,
  kes_expired,    // or not yet registered
  kes_path,       // the keys beside the signature do not lead to the proposer's key, or not in this period
  kes_signature,  // not signed by the proposer's key in this period
};
[[nodiscard]] std::string_view to_string(SealError error);

template <>
struct Facts<Header> {
  Hash hash;
};

// Whether the proposer signed. Its VRF proof is a claim (claim.hpp) and its certificates have verifiers of their own,
// since they may be of an earlier epoch's set.
[[nodiscard]] Result<Verified<Header>, SealError> verify_bft_seal(Unverified<Header> header, ChainId chain,
                                                                  const ValidatorSet& set);

}  // namespace aether

namespace aether::codec {
template <>
inline constexpr auto variant_names<Sealer> = std::array<std::string_view, 2>{"dev", "bft"};
}  // namespace aether::codec

// Certificates (protocol section 7): more than two thirds of a set's weight signed one vote. C1 is a
// PrevoteCertificate, C2 a PrecommitCertificate; the types differ, so that neither passes for the other. Late votes are
// an aggregate of the same form without a quorum: they count for attendance only.
//
// An aggregate is verified as one signature of its message by the sum of the signers' keys. Every key is one whose
// possession was proven, so it holds only if each signer signed, or shared its secret with others who answer for it: a
// certificate is a message of each of its signers.
#pragma once

#include "aether/crypto/bls_votes.hpp"
#include "aether/types/vote.hpp"

namespace aether {

// A bit for each validator of the set: i is bit i % 8 of byte i / 8; ⌈validators / 8⌉ bytes.
using Signers = codec::Blob<limits::kSignersBytesMax>;

template <VoteKind kKind>
struct Certificate {
  static constexpr VoteKind kVote = kKind;

  Slot slot;
  Hash block;
  Signers signers;
  crypto::BlsSignatureBytes aggregate{};

  bool operator==(const Certificate&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("slot", self.slot);
    visit("block", self.block);
    visit("signers", self.signers);
    visit("aggregate", self.aggregate);
  }
};

using PrevoteCertificate = Certificate<VoteKind::prevote>;      // C1
using PrecommitCertificate = Certificate<VoteKind::precommit>;  // C2

static_assert(8 + 32 + 1 + limits::kSignersBytesMax + 96 <= limits::kCertificateBytesMax);

// Votes for the block of `slot` that came after its quorum.
struct LateVotes {
  Slot slot;
  VoteKind kind = VoteKind::prevote;
  Signers signers;
  crypto::BlsSignatureBytes aggregate{};

  bool operator==(const LateVotes&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("slot", self.slot);
    visit("kind", self.kind);
    visit("signers", self.signers);
    visit("aggregate", self.aggregate);
  }
};

template <VoteKind kKind>
struct Facts<Certificate<kKind>> {
  u128 weight = 0;  // of the signers
};

// Verifies for one set, and keeps the sums of keys that it made: certificates of neighbouring slots have nearly the
// same signers. Not for use by several threads at once.
class CertificateVerifier {
 public:
  // `set` must outlive this object, and so must `messages`, if others share them.
  CertificateVerifier(ChainId chain, const ValidatorSet& set, const CpuFeatures& cpu = {});
  CertificateVerifier(ChainId chain, const ValidatorSet& set, VoteMessages& messages, const CpuFeatures& cpu = {});

  const ValidatorSet& set() const { return set_; }
  ChainId chain() const { return chain_; }

  template <VoteKind kKind>
  [[nodiscard]] Result<Verified<Certificate<kKind>>, VoteError> verify(Unverified<Certificate<kKind>> certificate);

  // Whether verify() passes each, for less than both cost alone.
  [[nodiscard]] std::pair<bool, bool> verify_both(const PrevoteCertificate& c1, const PrecommitCertificate& c2);

  // `block` is the one that the chain has in that slot.
  [[nodiscard]] Result<Verified<LateVotes>, VoteError> verify(Unverified<LateVotes> votes, const Hash& block);
  // verify() up to its pairing equation, which is left to crypto::bls_verify_all of several.
  [[nodiscard]] Result<crypto::BlsStatement, VoteError> statement_of(const LateVotes& votes, const Hash& block);

 private:
  template <VoteKind kKind>
  Result<crypto::BlsStatement, VoteError> statement_of(const Certificate<kKind>& certificate);
  Result<crypto::BlsStatement, VoteError> statement_of(const VoteBody& body, ByteView signers,
                                                       const crypto::BlsSignatureBytes& aggregate);

  [[nodiscard]] Result<void, VoteError> check(const crypto::BlsStatement& statement) const;

  ChainId chain_;
  const ValidatorSet& set_;
  CpuFeatures cpu_;
  crypto::BlsSignerSums sums_;
  VoteMessages own_messages_;
  VoteMessages* shared_messages_ = nullptr;
};

extern template Result<Verified<PrevoteCertificate>, VoteError> CertificateVerifier::verify(
    Unverified<PrevoteCertificate>);
extern template Result<Verified<PrecommitCertificate>, VoteError> CertificateVerifier::verify(
    Unverified<PrecommitCertificate>);

}  // namespace aether

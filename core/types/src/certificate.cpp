#include "aether/types/certificate.hpp"

#include "verifier.hpp"
#include "vote_checks.hpp"

namespace aether {

CertificateVerifier::CertificateVerifier(ChainId chain, const ValidatorSet& set)
    : chain_(chain), set_(set), sums_({set.bls_keys().begin(), set.bls_keys().end()}) {}

template <VoteKind kKind>
Result<Verified<Certificate<kKind>>, VoteError> CertificateVerifier::verify(
    Unverified<Certificate<kKind>> certificate) {
  const Certificate<kKind>& c = certificate.unchecked();
  AETHER_CHECK(check_signers(c.signers, set_));
  const u128 weight = set_.weight_of(c.signers);
  if (!is_quorum(weight, set_.total())) return fail(VoteError::no_quorum);
  AETHER_CHECK(verify_aggregate({chain_, kKind, c.slot, c.block}, c.signers, c.aggregate));
  return Verifier::pass(std::move(certificate), {weight});
}

template Result<Verified<PrevoteCertificate>, VoteError> CertificateVerifier::verify(Unverified<PrevoteCertificate>);
template Result<Verified<PrecommitCertificate>, VoteError> CertificateVerifier::verify(
    Unverified<PrecommitCertificate>);

Result<Verified<LateVotes>, VoteError> CertificateVerifier::verify(Unverified<LateVotes> votes, const Hash& block) {
  const LateVotes& v = votes.unchecked();
  AETHER_CHECK(check_signers(v.signers, set_));
  AETHER_CHECK(verify_aggregate({chain_, v.kind, v.slot, block}, v.signers, v.aggregate));
  return Verifier::pass(std::move(votes));
}

const crypto::BlsMessage& CertificateVerifier::message(const VoteBody& body) {
  for (const auto& [known, message] : messages_)
    if (known == body) return message;
  if (messages_.size() == kMessagesKept) messages_.pop_front();
  return messages_.emplace_back(body, vote_message(body)).second;
}

Result<void, VoteError> CertificateVerifier::verify_aggregate(const VoteBody& body, ByteView signers,
                                                              const crypto::BlsSignatureBytes& aggregate) {
  AETHER_TRY(const auto signature, vote_signature(aggregate));
  const auto key = sums_.sum(signers);
  if (!key) return fail(VoteError::keys_cancel);  // the bitmap was checked
  if (!crypto::bls_verify(*key, message(body), signature)) return fail(VoteError::bad_signature);
  return {};
}

}  // namespace aether

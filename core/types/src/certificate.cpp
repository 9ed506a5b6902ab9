#include "aether/types/certificate.hpp"

#include "verifier.hpp"
#include "vote_checks.hpp"

namespace aether {

CertificateVerifier::CertificateVerifier(ChainId chain, const ValidatorSet& set, const CpuFeatures& cpu)
    : chain_(chain), set_(set), cpu_(cpu), sums_({set.bls_keys().begin(), set.bls_keys().end()}) {}
CertificateVerifier::CertificateVerifier(ChainId chain, const ValidatorSet& set, VoteMessages& messages,
                                         const CpuFeatures& cpu)
    : CertificateVerifier(chain, set, cpu) {
  shared_messages_ = &messages;
}

Result<void, VoteError> CertificateVerifier::check(const crypto::BlsStatement& statement) const {
  if (!crypto::bls_verify(statement.key, statement.message, statement.signature, cpu_))
    return fail(VoteError::bad_signature);
  return {};
}

template <VoteKind kKind>
Result<Verified<Certificate<kKind>>, VoteError> CertificateVerifier::verify(
    Unverified<Certificate<kKind>> certificate) {
  AETHER_TRY(const auto statement, statement_of(certificate.unchecked()));
  AETHER_CHECK(check(statement));
  const u128 weight = set_.weight_of(certificate.unchecked().signers);
  return Verifier::pass(std::move(certificate), {weight});
}

template Result<Verified<PrevoteCertificate>, VoteError> CertificateVerifier::verify(Unverified<PrevoteCertificate>);
template Result<Verified<PrecommitCertificate>, VoteError> CertificateVerifier::verify(
    Unverified<PrecommitCertificate>);

std::pair<bool, bool> CertificateVerifier::verify_both(const PrevoteCertificate& c1, const PrecommitCertificate& c2) {
  const auto first = statement_of(c1);
  const auto second = statement_of(c2);
  if (first && second)
    if (const crypto::BlsStatement both[] = {*first, *second}; crypto::bls_verify_all(both, cpu_)) return {true, true};
  return {first && check(*first), second && check(*second)};
}

Result<Verified<LateVotes>, VoteError> CertificateVerifier::verify(Unverified<LateVotes> votes, const Hash& block) {
  AETHER_TRY(const auto statement, statement_of(votes.unchecked(), block));
  AETHER_CHECK(check(statement));
  return Verifier::pass(std::move(votes));
}

Result<crypto::BlsStatement, VoteError> CertificateVerifier::statement_of(const LateVotes& votes, const Hash& block) {
  return statement_of({chain_, votes.kind, votes.slot, block}, votes.signers, votes.aggregate);
}

// With a quorum.
template <VoteKind kKind>
Result<crypto::BlsStatement, VoteError> CertificateVerifier::statement_of(const Certificate<kKind>& certificate) {
  AETHER_CHECK(check_signers(certificate.signers, set_));
  if (!is_quorum(set_.weight_of(certificate.signers), set_.total())) return fail(VoteError::no_quorum);
  return statement_of({chain_, kKind, certificate.slot, certificate.block}, certificate.signers, certificate.aggregate);
}

Result<crypto::BlsStatement, VoteError> CertificateVerifier::statement_of(const VoteBody& body, ByteView signers,
                                                                          const crypto::BlsSignatureBytes& aggregate) {
  AETHER_CHECK(check_signers(signers, set_));
  AETHER_TRY(const auto signature, vote_signature(aggregate));
  const auto key = sums_.sum(signers);
  if (!key) return fail(VoteError::keys_cancel);  // the bitmap was checked
  VoteMessages& messages = shared_messages_ != nullptr ? *shared_messages_ : own_messages_;
  return crypto::BlsStatement{*key, messages.of(body), signature};
}

}  // namespace aether

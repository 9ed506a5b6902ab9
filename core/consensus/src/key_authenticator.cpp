#include <map>

#include "aether/consensus/authenticator.hpp"

namespace aether::consensus {

namespace {

template <VoteKind kKind>
class KeyBallot final : public Ballot {
 public:
  KeyBallot(const VoteBody& body, const ValidatorSet& set, const crypto::BlsMessage& message, const CpuFeatures& cpu,
            TaskPool& pool)
      : tally_(body.chain_id, body.slot, body.block, set, message, cpu), pool_(pool) {}

  std::unique_ptr<Ballot> clone() const override { return std::make_unique<KeyBallot>(*this); }
  std::vector<bool> add(std::span<const Vote> votes) override {
    std::vector<bool> good;
    for (const auto& verdict : tally_.add(votes, pool_)) good.push_back(verdict.has_value());
    return good;
  }
  ByteView signers() const override { return tally_.signers(); }
  std::optional<crypto::BlsSignatureBytes> aggregate() const override { return tally_.aggregate(); }

 private:
  VoteTally<kKind> tally_;
  TaskPool& pool_;
};

class KeyAuthenticator final : public Authenticator {
 public:
  KeyAuthenticator(ChainId chain, TaskPool& pool, VoteMessages& messages, const CpuFeatures& cpu)
      : chain_(chain), pool_(pool), messages_(messages), cpu_(cpu) {}

  bool verify_header(const Header& header, const ValidatorSet& set) override {
    return verify_bft_seal(header, chain_, set).has_value();
  }
  std::optional<crypto::VrfOutput> verify_claim(const Claim& claim, const Lottery& lottery,
                                                const ValidatorSet& set) override {
    const auto verified = aether::verify_claim(claim, lottery, set);
    if (!verified) return std::nullopt;
    return verified->facts().output;
  }
  std::optional<crypto::VrfOutput> claimed_output(const Claim& claim) override {
    const auto output = crypto::vrf_proof_to_hash(claim.proof);
    if (!output) return std::nullopt;
    return *output;
  }
  bool verify_certificate(const PrevoteCertificate& certificate, const ValidatorSet& set) override {
    return verifier(set).verify(Unverified(certificate)).has_value();
  }
  bool verify_certificate(const PrecommitCertificate& certificate, const ValidatorSet& set) override {
    return verifier(set).verify(Unverified(certificate)).has_value();
  }
  std::pair<bool, bool> verify_certificates(const PrevoteCertificate& c1, const ValidatorSet& set_of_c1,
                                            const PrecommitCertificate& c2, const ValidatorSet& set_of_c2) override {
    if (&set_of_c1 != &set_of_c2) return Authenticator::verify_certificates(c1, set_of_c1, c2, set_of_c2);
    return verifier(set_of_c1).verify_both(c1, c2);
  }
  std::unique_ptr<Ballot> open_ballot(const VoteBody& body, const ValidatorSet& set) override {
    const crypto::BlsMessage& message = messages_.of(body);
    if (body.kind == VoteKind::prevote)
      return std::make_unique<KeyBallot<VoteKind::prevote>>(body, set, message, cpu_, pool_);
    return std::make_unique<KeyBallot<VoteKind::precommit>>(body, set, message, cpu_, pool_);
  }

 private:
  // One for each epoch in use: the sums of keys that it keeps are dear.
  CertificateVerifier& verifier(const ValidatorSet& set) {
    const auto known = verifiers_.find(set.epoch());
    if (known != verifiers_.end() && &known->second.set() == &set) return known->second;
    if (known != verifiers_.end()) verifiers_.erase(known);
    while (verifiers_.size() >= kEpochsKept) verifiers_.erase(verifiers_.begin());
    return verifiers_.try_emplace(set.epoch(), chain_, set, messages_, cpu_).first->second;
  }

  static constexpr std::size_t kEpochsKept = 3;
  ChainId chain_;
  TaskPool& pool_;
  VoteMessages& messages_;
  CpuFeatures cpu_;
  std::map<std::uint64_t, CertificateVerifier> verifiers_;
};

class KeySigner final : public Signer {
 public:
  KeySigner(const Address& address, ValidatorSecrets& secrets, VoteMessages& messages)
      : address_(address), secrets_(secrets), messages_(messages) {}

  Address address() const override { return address_; }
  Vote sign_vote(const VoteBody& body, ValidatorIndex index) override {
    return aether::sign_vote(body, index, secrets_.bls, messages_);
  }
  Claim make_claim(const Lottery& lottery, ValidatorIndex index) override {
    return aether::make_claim(lottery, index, secrets_.vrf);
  }
  std::optional<Header> seal(HeaderBody body, const Validator& me) override {
    const auto period = kes_period(body.epoch, me.kes_epoch);
    if (!period) return std::nullopt;
    while (secrets_.kes.period() < *period)
      if (!secrets_.kes.evolve()) return std::nullopt;
    if (secrets_.kes.period() != *period) return std::nullopt;
    return aether::seal(std::move(body), secrets_.kes);
  }

 private:
  Address address_;
  ValidatorSecrets& secrets_;
  VoteMessages& messages_;
};

}  // namespace

std::unique_ptr<Authenticator> key_authenticator(ChainId chain, TaskPool& pool, VoteMessages& messages,
                                                 const CpuFeatures& cpu) {
  return std::make_unique<KeyAuthenticator>(chain, pool, messages, cpu);
}

std::unique_ptr<Signer> key_signer(const Address& address, ValidatorSecrets& secrets, VoteMessages& messages) {
  return std::make_unique<KeySigner>(address, secrets, messages);
}

}  // namespace aether::consensus

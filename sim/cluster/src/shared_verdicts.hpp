// Real keys, and each statement verified once for all nodes: a verdict on a header, claim or certificate is a function
// of its bytes and the set, so the second node that asks gets the first one's. Ballots are each node's own.
#pragma once

#include <map>

#include "aether/consensus/authenticator.hpp"

namespace aether::sim {

class SharedVerdicts final : public consensus::Authenticator {
 public:
  explicit SharedVerdicts(std::unique_ptr<consensus::Authenticator> real) : real_(std::move(real)) {}

  bool verify_header(const Header& header, const ValidatorSet& set) override;
  std::optional<crypto::VrfOutput> verify_claim(const Claim& claim, const Lottery& lottery,
                                                const ValidatorSet& set) override;
  std::optional<crypto::VrfOutput> claimed_output(const Claim& claim) override { return real_->claimed_output(claim); }
  bool verify_certificate(const PrevoteCertificate& certificate, const ValidatorSet& set) override;
  bool verify_certificate(const PrecommitCertificate& certificate, const ValidatorSet& set) override;
  std::unique_ptr<consensus::Ballot> open_ballot(const VoteBody& body, const ValidatorSet& set) override {
    return real_->open_ballot(body, set);
  }

 private:
  using Key = std::pair<const ValidatorSet*, Hash>;  // sets outlive the run

  std::unique_ptr<consensus::Authenticator> real_;
  std::map<Key, bool> verdicts_;
  std::map<Key, std::optional<crypto::VrfOutput>> outputs_;
};

}  // namespace aether::sim

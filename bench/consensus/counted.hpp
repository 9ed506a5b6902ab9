// Signatures of a machine, each operation counted and timed.
#pragma once

#include <array>
#include <string_view>

#include "../cpu_time.hpp"
#include "aether/consensus/authenticator.hpp"

namespace aether::bench {

class Work {
 public:
  enum Kind : std::size_t {
    count_votes,
    aggregate,
    certificate,
    two_certificates,
    header,
    claim,
    sign_vote,
    seal,
    kinds
  };
  static constexpr std::array<std::string_view, kinds> kNames{
      "votes counted",    "votes aggregated", "certificates verified", "pairs of certificates verified",
      "headers verified", "claims verified",  "votes signed",          "headers and claims made"};
  struct Sum {
    std::size_t count = 0;
    double s = 0;
  };

  template <class F>
  auto operator()(Kind kind, const F& operation) {
    const double begin = cpu_s();
    auto result = operation();
    sums[kind].s += cpu_s() - begin;
    ++sums[kind].count;
    return result;
  }

  std::array<Sum, kinds> sums{};
};

class CountedBallot final : public consensus::Ballot {
 public:
  CountedBallot(std::unique_ptr<Ballot> ballot, Work& work) : ballot_(std::move(ballot)), work_(work) {}

  std::unique_ptr<Ballot> clone() const override { return std::make_unique<CountedBallot>(ballot_->clone(), work_); }
  std::vector<bool> add(std::span<const Vote> votes) override {
    return work_(Work::count_votes, [&] { return ballot_->add(votes); });
  }
  ByteView signers() const override { return ballot_->signers(); }
  std::optional<crypto::BlsSignatureBytes> aggregate() const override {
    return work_(Work::aggregate, [&] { return ballot_->aggregate(); });
  }

 private:
  std::unique_ptr<Ballot> ballot_;
  Work& work_;
};

class CountedAuthenticator final : public consensus::Authenticator {
 public:
  CountedAuthenticator(std::unique_ptr<Authenticator> authenticator, Work& work)
      : authenticator_(std::move(authenticator)), work_(work) {}

  bool verify_header(const Header& header, const ValidatorSet& set) override {
    return work_(Work::header, [&] { return authenticator_->verify_header(header, set); });
  }
  std::optional<crypto::VrfOutput> verify_claim(const Claim& claim, const Lottery& lottery,
                                                const ValidatorSet& set) override {
    return work_(Work::claim, [&] { return authenticator_->verify_claim(claim, lottery, set); });
  }
  std::optional<crypto::VrfOutput> claimed_output(const Claim& claim) override {
    return authenticator_->claimed_output(claim);
  }
  bool verify_certificate(const PrevoteCertificate& certificate, const ValidatorSet& set) override {
    return work_(Work::certificate, [&] { return authenticator_->verify_certificate(certificate, set); });
  }
  bool verify_certificate(const PrecommitCertificate& certificate, const ValidatorSet& set) override {
    return work_(Work::certificate, [&] { return authenticator_->verify_certificate(certificate, set); });
  }
  std::pair<bool, bool> verify_certificates(const PrevoteCertificate& c1, const ValidatorSet& set_of_c1,
                                            const PrecommitCertificate& c2, const ValidatorSet& set_of_c2) override {
    return work_(Work::two_certificates,
                 [&] { return authenticator_->verify_certificates(c1, set_of_c1, c2, set_of_c2); });
  }
  std::unique_ptr<consensus::Ballot> open_ballot(const VoteBody& body, const ValidatorSet& set) override {
    return std::make_unique<CountedBallot>(authenticator_->open_ballot(body, set), work_);
  }

 private:
  std::unique_ptr<Authenticator> authenticator_;
  Work& work_;
};

class CountedSigner final : public consensus::Signer {
 public:
  CountedSigner(std::unique_ptr<Signer> signer, Work& work) : signer_(std::move(signer)), work_(work) {}

  Address address() const override { return signer_->address(); }
  Vote sign_vote(const VoteBody& body, ValidatorIndex index) override {
    return work_(Work::sign_vote, [&] { return signer_->sign_vote(body, index); });
  }
  Claim make_claim(const Lottery& lottery, ValidatorIndex index) override {
    return work_(Work::seal, [&] { return signer_->make_claim(lottery, index); });
  }
  std::optional<Header> seal(HeaderBody body, const Validator& me) override {
    return work_(Work::seal, [&] { return signer_->seal(std::move(body), me); });
  }

 private:
  std::unique_ptr<Signer> signer_;
  Work& work_;
};

}  // namespace aether::bench

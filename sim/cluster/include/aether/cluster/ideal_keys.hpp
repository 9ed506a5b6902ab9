// Ideal signatures: a token that nobody can compute but the holder of a signer, since this run's secret goes into it.
// They cost some nanoseconds, so that a cluster meets many more faults than with real keys; what is signed, by whom,
// and what an aggregate says is the same.
#pragma once

#include "aether/cluster/identities.hpp"
#include "aether/consensus/authenticator.hpp"

namespace aether::sim {

class IdealKeys {
 public:
  struct Token {
    std::uint64_t low = 0, high = 0;
    bool operator==(const Token&) const = default;
    Token& operator+=(const Token& other) {
      low += other.low, high += other.high;
      return *this;
    }
  };

  explicit IdealKeys(std::uint64_t secret) : secret_(secret) {}

  [[nodiscard]] Token vote(const Address& signer, const VoteBody& body) const;
  [[nodiscard]] Token header(const Address& signer, const Hash& block) const;
  [[nodiscard]] Token claim(const Address& signer, const Lottery& lottery) const;

 private:
  [[nodiscard]] Token token(std::uint64_t purpose, const Address& signer, const Hash& what, std::uint64_t more) const;

  std::uint64_t secret_;
};

class IdealAuthenticator final : public consensus::Authenticator {
 public:
  explicit IdealAuthenticator(const IdealKeys& keys) : keys_(keys) {}

  bool verify_header(const Header& header, const ValidatorSet& set) override;
  std::optional<crypto::VrfOutput> verify_claim(const Claim& claim, const Lottery& lottery,
                                                const ValidatorSet& set) override;
  std::optional<crypto::VrfOutput> claimed_output(const Claim& claim) override;
  bool verify_certificate(const PrevoteCertificate& certificate, const ValidatorSet& set) override;
  bool verify_certificate(const PrecommitCertificate& certificate, const ValidatorSet& set) override;
  std::unique_ptr<consensus::Ballot> open_ballot(const VoteBody& body, const ValidatorSet& set) override;

 private:
  const IdealKeys& keys_;
};

class IdealSigner final : public consensus::Signer {
 public:
  IdealSigner(const IdealKeys& keys, const Address& address) : keys_(keys), address_(address) {}

  Address address() const override { return address_; }
  Vote sign_vote(const VoteBody& body, ValidatorIndex index) override;
  Claim make_claim(const Lottery& lottery, ValidatorIndex index) override;
  std::optional<Header> seal(HeaderBody body, const Validator& me) override;

 private:
  const IdealKeys& keys_;
  Address address_;
};

}  // namespace aether::sim

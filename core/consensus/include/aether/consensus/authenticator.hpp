// What consensus asks about signatures. The machine never sees a secret and never depends on a scheme: a node has the
// authenticator of core/types (`KeyAuthenticator`), the simulator may have a table of who signed what.
#pragma once

#include <memory>

#include "aether/types/claim.hpp"
#include "aether/types/evidence.hpp"
#include "aether/types/vote_tally.hpp"

namespace aether::consensus {

// The votes on one body, as they come in.
class Ballot {
 public:
  virtual ~Ballot() = default;

  // Another one that has counted the same.
  [[nodiscard]] virtual std::unique_ptr<Ballot> clone() const = 0;

  // The verdict on each vote: counted, or not. All are of this ballot's body; a signer that was counted before is not
  // counted again. The good ones among bad ones are counted.
  virtual std::vector<bool> add(std::span<const Vote> votes) = 0;

  // A bit for each validator that was counted.
  [[nodiscard]] virtual ByteView signers() const = 0;

  // The signature of all that were counted; none where they cannot make a certificate (their keys cancel).
  [[nodiscard]] virtual std::optional<crypto::BlsSignatureBytes> aggregate() const = 0;
};

class Authenticator {
 public:
  virtual ~Authenticator() = default;

  [[nodiscard]] virtual bool verify_header(const Header& header, const ValidatorSet& set) = 0;
  // The output of the claim's VRF; none where the proof does not hold.
  [[nodiscard]] virtual std::optional<crypto::VrfOutput> verify_claim(const Claim& claim, const Lottery& lottery,
                                                                      const ValidatorSet& set) = 0;
  // The same output, for a claim that is known to hold.
  [[nodiscard]] virtual std::optional<crypto::VrfOutput> claimed_output(const Claim& claim) = 0;
  [[nodiscard]] virtual bool verify_certificate(const PrevoteCertificate& certificate, const ValidatorSet& set) = 0;
  [[nodiscard]] virtual bool verify_certificate(const PrecommitCertificate& certificate, const ValidatorSet& set) = 0;
  // The verdicts on two, which may cost less together.
  [[nodiscard]] virtual std::pair<bool, bool> verify_certificates(const PrevoteCertificate& c1,
                                                                  const ValidatorSet& set_of_c1,
                                                                  const PrecommitCertificate& c2,
                                                                  const ValidatorSet& set_of_c2) {
    return {verify_certificate(c1, set_of_c1), verify_certificate(c2, set_of_c2)};
  }

  // `set` must outlive the ballot.
  [[nodiscard]] virtual std::unique_ptr<Ballot> open_ballot(const VoteBody& body, const ValidatorSet& set) = 0;
};

// A validator's own keys.
class Signer {
 public:
  virtual ~Signer() = default;

  [[nodiscard]] virtual Address address() const = 0;
  [[nodiscard]] virtual Vote sign_vote(const VoteBody& body, ValidatorIndex index) = 0;
  [[nodiscard]] virtual Claim make_claim(const Lottery& lottery, ValidatorIndex index) = 0;
  // None where the KES key has no period for the header's epoch.
  [[nodiscard]] virtual std::optional<Header> seal(HeaderBody body, const Validator& me) = 0;
};

// Both by the keys of core/types. What is hashed for one, to sign or to verify, is hashed for both, if they share
// `messages`, which outlives them.
[[nodiscard]] std::unique_ptr<Authenticator> key_authenticator(ChainId chain, TaskPool& pool, VoteMessages& messages,
                                                               const CpuFeatures& cpu = {});
// The secrets stay with the caller and outlive the signer; its KES key is evolved as epochs pass.
[[nodiscard]] std::unique_ptr<Signer> key_signer(const Address& address, ValidatorSecrets& secrets,
                                                 VoteMessages& messages);

}  // namespace aether::consensus

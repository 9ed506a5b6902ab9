// Who plays: four validators with ideal keys, one of them faulty, and a lottery in which the faulty one stands first in
// the second slot.
#pragma once

#include "aether/cluster/ideal_keys.hpp"
#include "aether/consensus/consensus.hpp"

namespace aether::sim {

inline constexpr std::size_t kHonest = 3;
inline constexpr std::uint64_t kDelta = 100'000;  // µs
inline constexpr Slot kSlotOfFaulty{2};

class Crew {
 public:
  Crew();

  [[nodiscard]] const ValidatorSet& set() const { return *epoch_.validators; }
  [[nodiscard]] ValidatorIndex honest(std::size_t node) const { return honest_[node]; }
  [[nodiscard]] ValidatorIndex faulty() const { return faulty_; }
  // The node of a validator; none for the faulty one.
  [[nodiscard]] std::optional<std::size_t> node_of(ValidatorIndex validator) const;
  [[nodiscard]] consensus::Signer& signer(ValidatorIndex validator) { return signers_[validator]; }
  [[nodiscard]] consensus::Authenticator& authenticator() { return authenticator_; }
  [[nodiscard]] const Hash& genesis() const { return genesis_; }
  [[nodiscard]] consensus::Anchor anchor() const;
  [[nodiscard]] static consensus::Params params();
  [[nodiscard]] static consensus::Outcome outcome_of(const Hash& block);
  // The claims to a slot of all who are eligible.
  [[nodiscard]] std::vector<Claim> claims(Slot slot);
  [[nodiscard]] Header header(ValidatorIndex proposer, Slot slot, const Hash& parent, std::uint64_t parent_time_ms,
                              const std::optional<PrevoteCertificate>& c1,
                              const std::optional<PrecommitCertificate>& c2, std::uint8_t content);

 private:
  [[nodiscard]] bool is_fit();

  Identities identities_;
  IdealKeys keys_{0};
  IdealAuthenticator authenticator_{keys_};
  std::vector<IdealSigner> signers_;
  consensus::Epoch epoch_;
  Hash genesis_;
  ValidatorIndex faulty_ = 0;
  std::vector<ValidatorIndex> honest_;
};

}  // namespace aether::sim

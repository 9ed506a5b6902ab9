// A set of validators with their secrets, in the order of the set.
#pragma once

#include "aether/types/certificate.hpp"
#include "support.hpp"

namespace aether::testing {

inline constexpr ChainId kChain{7};

class Validators {
 public:
  explicit Validators(std::vector<u128> weights, std::uint64_t epoch = 4, std::uint64_t kes_epoch = 0) {
    std::vector<Bonded> bonded;
    std::map<Address, ValidatorSecrets> by_address;
    for (std::uint32_t i = 0; i < weights.size(); ++i) {
      ValidatorSecrets secrets = validator_secrets(i);
      const Address address = address_of(crypto::ed25519_public_key(secret(i, 9)));
      auto verified = verify_registration(make_registration(kChain, address, secrets), kChain);
      EXPECT_TRUE(verified.has_value());
      bonded.push_back({*verified, 0, kes_epoch});
      by_address.emplace(address, std::move(secrets));
    }
    // Weights go by index in the set, so that a test can say who has which.
    std::stable_sort(bonded.begin(), bonded.end(), [](const Bonded& a, const Bonded& b) {
      return a.registration->address < b.registration->address;
    });
    for (std::size_t i = 0; i < weights.size(); ++i) bonded[i].weight = weights[i];
    auto made = ValidatorSet::make(epoch, bonded);
    EXPECT_TRUE(made.has_value());
    set_.emplace(std::move(*made));
    for (auto& [address, secrets] : by_address) secrets_.push_back(std::move(secrets));
  }

  const ValidatorSet& set() const { return *set_; }
  std::size_t size() const { return secrets_.size(); }
  const ValidatorSecrets& secrets(ValidatorIndex i) const { return secrets_[i]; }

  Vote vote(ValidatorIndex i, VoteKind kind, Slot slot, const Hash& block) const {
    return sign_vote({kChain, kind, slot, block}, i, secrets_[i].bls);
  }

  Signers bitmap(std::span<const ValidatorIndex> who) const {
    Signers out(Bytes(set().signers_size()));
    for (const ValidatorIndex i : who) crypto::set_signer(out, i);
    return out;
  }
  crypto::BlsSignatureBytes aggregate(std::span<const ValidatorIndex> who, const VoteBody& body) const {
    std::vector<crypto::BlsSignature> signatures;
    for (const ValidatorIndex i : who)
      signatures.push_back(crypto::bls_sign_id(secrets_[i].bls, vote_tag(body.kind), vote_id(body)));
    return crypto::bls_aggregate(signatures)->encode();
  }
  // Of these signers, whether they are a quorum or not.
  template <class AnyCertificate>
  AnyCertificate certificate(std::span<const ValidatorIndex> who, Slot slot, const Hash& block) const {
    return {slot, block, bitmap(who), aggregate(who, {kChain, AnyCertificate::kVote, slot, block})};
  }

 private:
  std::optional<ValidatorSet> set_;
  std::vector<ValidatorSecrets> secrets_;
};

inline std::vector<ValidatorIndex> range(ValidatorIndex first, ValidatorIndex last) {
  std::vector<ValidatorIndex> out;
  for (; first < last; ++first) out.push_back(first);
  return out;
}

}  // namespace aether::testing

// A validator's signatures, by the keys of its folder, and which KES keys those are.
#pragma once

#include "aether/consensus/authenticator.hpp"
#include "aether/keystore/validator.hpp"
#include "aether/node/kes_status.hpp"

namespace aether::node {

// What a final block's state says of a validator.
struct RegisteredKeys {
  std::uint64_t epoch = 0;          // of that block
  std::optional<Validator> in_set;  // of the epoch's set; none: it is not in it
  crypto::KesPublicKey newest{};    // that the chain counts, from
  std::uint64_t newest_epoch = 0;
};

class KeystoreSigner final : public consensus::Signer {
 public:
  // Both outlive the signer; `messages` is shared with the authenticator.
  KeystoreSigner(keystore::Validator& validator, VoteMessages& messages) : validator_(validator), messages_(messages) {}

  Address address() const override { return validator_.registration().address; }
  Vote sign_vote(const VoteBody& body, ValidatorIndex index) override {
    return aether::sign_vote(body, index, validator_.keys().bls, messages_);
  }
  Claim make_claim(const Lottery& lottery, ValidatorIndex index) override {
    return aether::make_claim(lottery, index, validator_.keys().vrf);
  }
  // With the folder's KES key that the set names: the current or the next one. What the folder refuses is logged.
  std::optional<Header> seal(HeaderBody body, const Validator& me) override;

  // What registers the next KES key, which is made where there is none. Where the chain counts another than the current
  // one, which never signed since it took the place of a lost one: what registers that.
  [[nodiscard]] keystore::Outcome<Registration> prepare_kes(const crypto::KesPublicKey& registered);
  // Takes the next KES key for the current one, which is erased, when all blocks of epochs whose sets name the old one
  // are final. Logs what the owner must know, once an epoch.
  void follow(const RegisteredKeys& registered);
  [[nodiscard]] const KesStatus& kes() const { return status_; }

 private:
  void adopt(std::uint64_t epoch);
  void warn(std::uint64_t epoch);

  keystore::Validator& validator_;
  VoteMessages& messages_;
  KesStatus status_;
  std::optional<std::uint64_t> warned_epoch_;
};

}  // namespace aether::node

// A validator's signatures, by the keys of its folder.
#pragma once

#include "aether/consensus/authenticator.hpp"
#include "aether/keystore/validator.hpp"

namespace aether::node {

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
  // What the folder refuses is logged.
  std::optional<Header> seal(HeaderBody body, const Validator& me) override;

 private:
  keystore::Validator& validator_;
  VoteMessages& messages_;
};

}  // namespace aether::node

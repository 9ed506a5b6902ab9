// A validator's signatures, by the keys of its folder.
#pragma once

#include "aether/consensus/authenticator.hpp"
#include "aether/keystore/validator.hpp"

namespace aether::node {

class KeystoreSigner final : public consensus::Signer {
 public:
  explicit KeystoreSigner(keystore::Validator& validator) : validator_(validator) {}

  Address address() const override { return validator_.registration().address; }
  Vote sign_vote(const VoteBody& body, ValidatorIndex index) override {
    return aether::sign_vote(body, index, validator_.keys().bls);
  }
  Claim make_claim(const Lottery& lottery, ValidatorIndex index) override {
    return aether::make_claim(lottery, index, validator_.keys().vrf);
  }
  // What the folder refuses is logged.
  std::optional<Header> seal(HeaderBody body, const Validator& me) override;

 private:
  keystore::Validator& validator_;
};

}  // namespace aether::node

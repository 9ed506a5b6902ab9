// validator.key: a sealed file (sealed_file.hpp) whose secret is the entropy of 24 words and whose head is
//
//   aether-validator 1
//   node_key HEX
//   bls_key HEX
//   vrf_key HEX
#pragma once

#include "aether/crypto/vrf.hpp"
#include "aether/keystore/validator_keys.hpp"
#include "sealed_file.hpp"

namespace aether::keystore {

struct ValidatorHead {
  crypto::PublicKey node_key{};
  crypto::BlsPublicKeyBytes bls_key{};
  crypto::VrfPublicKey vrf_key{};

  bool operator==(const ValidatorHead&) const = default;
};
[[nodiscard]] ValidatorHead head_of(const ValidatorKeys& keys);
[[nodiscard]] std::string validator_head_text(const ValidatorHead& head);

struct ValidatorFile {
  ValidatorHead head;
  SealedFile sealed;
};
[[nodiscard]] std::optional<ValidatorFile> validator_file_from_text(std::string_view text);

[[nodiscard]] Outcome<ValidatorFile> read_validator_file(const env::Path& path);
[[nodiscard]] Outcome<ValidatorKeys> unlock(const ValidatorFile& file, const SecretBytes& password,
                                            const env::Path& path);

}  // namespace aether::keystore

// The keys of a validator, in a folder that one process uses at a time. Mode 0700, its files 0600:
//
//   validator.key      node, BLS and VRF key, encrypted; never changes
//   kes.key            the KES key of one period and all later ones, encrypted; replaced whenever it evolves
//   registration.json  public keys with proofs (registration_file.hpp)
//   kes.next.key, registration.next.json   while a KES key is renewed: the next one, and what registers it
//   lock               held while the folder is in use
//
// The node, BLS and VRF keys come back from 24 words, the KES key from nowhere: who could make it again could sign for
// periods that are over.
#pragma once

#include <memory>

#include "aether/keystore/registration_file.hpp"
#include "aether/keystore/validator_keys.hpp"
#include "aether/params/limits.hpp"

namespace aether::keystore {

// From this many periods before its end on, a KES key should be renewed (protocol section 2).
inline constexpr unsigned kKesWarnPeriods = 4;

// The last epoch in which a KES key signs that counts from `kes_epoch` on.
[[nodiscard]] constexpr std::uint64_t kes_last_epoch(std::uint64_t kes_epoch) {
  return kes_epoch + limits::kKesPeriodEpochs * crypto::kKesPeriods - 1;
}

// What the folder says of itself, without a password.
struct ValidatorInfo {
  env::Path folder;
  Registration registration;              // its proofs hold
  unsigned kes_period = 0;                // to which kes.key has evolved; the chain may be further
  std::optional<Registration> next = {};  // with the KES key that comes after

  // Periods in which the KES key can sign, the current one included: 64 to 1.
  [[nodiscard]] unsigned kes_periods_left() const { return crypto::kKesPeriods - kes_period; }
};

// ~/.aether/validator; none when HOME is not set.
[[nodiscard]] std::optional<env::Path> default_validator_folder();

struct NewValidator {
  ChainId chain_id;
  Address address;     // of the account that stakes; its key is not in the folder
  Secret<32> entropy;  // of the 24 words
  KdfCost cost = {};
};
// Makes the folder, whole or not at all; it must not exist, or be empty. Folders above it are made too. A crash may
// leave a folder FOLDER.new-… beside it, which is of no use.
[[nodiscard]] Outcome<ValidatorInfo> make_validator(const env::Path& folder, const NewValidator& wanted,
                                                    const SecretBytes& password);

// Errors: not_found, too_open, damaged, bad_registration, other_validator, other_registration, environment.
[[nodiscard]] Outcome<ValidatorInfo> inspect_validator(const env::Path& folder);

// For a KES key that is lost: replaces it by a fresh one of period 0, whose registration is then to be sent to the
// chain. The old one, and a next one, are erased and need not be readable: until the chain counts the new one no header
// can be signed. Refused where registration.json does not hold, since it names what is registered. Interrupted between
// both files it leaves other_registration, and is to be done again.
[[nodiscard]] Outcome<ValidatorInfo> rotate_kes(const env::Path& folder, const SecretBytes& password);

// An open folder. Not for two threads at once.
class Validator {
 public:
  // Errors: those of inspect_validator, and wrong_password, locked. Erases what a crash left beside kes.key.
  [[nodiscard]] static Outcome<Validator> open(const env::Path& folder, const SecretBytes& password);
  Validator(Validator&&) noexcept;
  Validator& operator=(Validator&&) noexcept;
  ~Validator();

  const Registration& registration() const;
  const ValidatorKeys& keys() const;
  unsigned kes_period() const;

  // The registration that differs by the next KES key; null: there is none.
  const Registration* next() const;
  // Makes the next KES key, unless it is there. It is durable before anybody learns of it.
  [[nodiscard]] Outcome<void> prepare_next();
  // The same as sign_kes, with the next key.
  [[nodiscard]] Outcome<crypto::KesSignature> sign_next(unsigned period, ByteView message);
  // The next key takes the place of the old one, which is erased: only when no header can be wanted of that any more.
  // Wherever it is interrupted there is one key or the other, and the next open() goes on. After an error it is to be
  // called again.
  [[nodiscard]] Outcome<void> adopt_next();

  // Signs with the KES key of `period`, which is (epoch − registration epoch) / 2. The key evolves to it first: in
  // memory, where the old period's seed is overwritten, then in kes.key, durably, and signs only then. After an error
  // of the environment nothing was signed, and the next call tries again. `message` is a signing_frame
  // (crypto/ed25519.hpp). Errors: past_period, expired, environment.
  [[nodiscard]] Outcome<crypto::KesSignature> sign_kes(unsigned period, ByteView message);

 private:
  struct State;
  explicit Validator(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace aether::keystore

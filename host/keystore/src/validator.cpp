#include "aether/keystore/validator.hpp"

#include <sys/stat.h>

#include "aether/env/entropy.hpp"
#include "kes_file.hpp"
#include "validator_file.hpp"

namespace aether::keystore {
namespace {

std::unexpected<Error> error(ErrorKind kind, std::string message) { return fail(Error{kind, std::move(message)}); }
std::unexpected<Error> error(const env::Error& cause) { return error(ErrorKind::environment, cause.message); }

env::Path keys_path(const env::Path& folder) { return folder / "validator.key"; }
env::Path kes_path(const env::Path& folder) { return folder / "kes.key"; }
env::Path registration_path(const env::Path& folder) { return folder / kRegistrationFile; }
env::Path next_kes_path(const env::Path& folder) { return folder / "kes.next.key"; }
env::Path next_registration_path(const env::Path& folder) { return folder / "registration.next.json"; }

Outcome<void> of_environment(const env::Outcome<void>& outcome) {
  if (!outcome) return error(outcome.error());
  return {};
}

bool is_there(const env::Path& path) {
  std::error_code ignored;
  return std::filesystem::exists(path, ignored);
}

Outcome<void> check_folder(const env::Path& folder) {
  struct stat status{};
  if (::stat(folder.c_str(), &status) != 0 || !S_ISDIR(status.st_mode))
    return error(ErrorKind::not_found, "there is no validator's folder at " + folder.string());
  if ((status.st_mode & 077) != 0)
    return error(ErrorKind::too_open, folder.string() + " can be entered by others: chmod 700 it");
  return {};
}

// For who changes the folder: nobody else does, and nothing that a crash left is there.
Outcome<env::FileLock> enter(const env::Path& folder) {
  AETHER_CHECK(check_folder(folder));
  auto lock = env::FileLock::acquire(folder / "lock");
  if (!lock && lock.error().kind == env::ErrorKind::locked) return error(ErrorKind::locked, lock.error().message);
  if (!lock) return error(lock.error());
  for (const auto& path :
       {kes_path(folder), registration_path(folder), next_kes_path(folder), next_registration_path(folder)})
    AETHER_CHECK(of_environment(env::erase_leftovers(path)));
  return std::move(*lock);
}

struct LongLived {
  ValidatorFile file;
  Registration registration;
};

Outcome<Registration> read_registration_of(const ValidatorFile& file, const env::Path& path, const env::Path& folder) {
  AETHER_TRY(Unverified<Registration> read, read_registration(path));
  const ChainId chain = read.unchecked().chain_id;
  const auto verified = verify_registration(std::move(read), chain);
  if (!verified)
    return error(ErrorKind::bad_registration, path.string() + ": " + std::string(to_string(verified.error())));
  const Registration& r = **verified;
  if (ValidatorHead{r.node_key, r.bls_key, r.vrf_key} != file.head)
    return error(ErrorKind::other_validator, path.string() + " is of another validator than " +
                                                 keys_path(folder).string() + ": put back the one that belongs to it");
  return r;
}

Outcome<LongLived> read_long_lived(const env::Path& folder) {
  AETHER_TRY(ValidatorFile file, read_validator_file(keys_path(folder)));
  AETHER_TRY(const Registration registration, read_registration_of(file, registration_path(folder), folder));
  return LongLived{std::move(file), registration};
}

// Whether kes.next.key is the key that registration.json names: its adoption was interrupted.
Outcome<bool> is_half_adopted(const env::Path& folder, const Registration& registration) {
  if (!is_there(next_kes_path(folder))) return false;
  AETHER_TRY(const SealedKes next, read_kes_file(next_kes_path(folder)));
  return next.head.public_key == registration.kes_key;
}

Outcome<SealedKes> read_kes(const env::Path& path, const env::Path& folder, const Registration& registration) {
  AETHER_TRY(SealedKes kes, read_kes_file(path));
  if (kes.head.node_key != registration.node_key)
    return error(ErrorKind::other_validator, path.string() + " is the KES key of another validator");
  if (kes.head.public_key != registration.kes_key)
    return error(ErrorKind::other_registration, path.string() + " is not the key of " +
                                                    registration_path(folder).string() +
                                                    ": a rotation was interrupted, or one of them is an old copy");
  return kes;
}

// The current key, wherever it lies.
Outcome<SealedKes> read_kes(const env::Path& folder, const Registration& registration) {
  AETHER_TRY(const bool is_half, is_half_adopted(folder, registration));
  return read_kes(is_half ? next_kes_path(folder) : kes_path(folder), folder, registration);
}

// What registers the next key; none: there is none. A key without it was never told to anybody.
Outcome<std::optional<Registration>> read_next(const env::Path& folder, const LongLived& current) {
  const env::Path path = next_registration_path(folder);
  if (!is_there(path) || !is_there(next_kes_path(folder))) return std::nullopt;
  AETHER_TRY(Registration next, read_registration_of(current.file, path, folder));
  if (next.kes_key == current.registration.kes_key) return std::nullopt;
  AETHER_CHECK(read_kes(next_kes_path(folder), folder, next));
  return next;
}

// It is no secret, and names no other key than one that is there, or that was adopted: it may come back after a crash.
Outcome<void> remove_next_registration(const env::Path& folder) {
  std::error_code code;
  std::filesystem::remove(next_registration_path(folder), code);
  if (code) return error(ErrorKind::environment, next_registration_path(folder).string() + ": " + code.message());
  return {};
}

// Does what an interrupted adopt_next() or prepare_next() left to be done.
Outcome<void> settle_next(const env::Path& folder, const LongLived& current) {
  AETHER_TRY(const auto next, read_next(folder, current));
  if (next) return {};
  AETHER_CHECK(remove_next_registration(folder));
  AETHER_TRY(const bool is_half, is_half_adopted(folder, current.registration));
  if (is_half) return take_place(next_kes_path(folder), kes_path(folder));
  return of_environment(env::erase_file(next_kes_path(folder)));
}

Outcome<void> write_registration(const env::Path& path, const Registration& registration) {
  return of_environment(env::write_file_atomically(path, as_bytes(registration_text(registration)), {.mode = 0600}));
}

// Writes a fresh KES key, then the registration that names it: a key is never published before it is kept.
Outcome<ValidatorInfo> write_kes(const env::Path& folder, ChainId chain, const Address& address, ValidatorKeys&& keys,
                                 const SecretBytes& password, KdfCost cost) {
  ValidatorSecrets secrets{std::move(keys.node), std::move(keys.bls), std::move(keys.vrf),
                           crypto::KesSecretKey(env::random_secret<32>())};
  const Registration registration = make_registration(chain, address, secrets);
  AETHER_TRY(SealingKey sealing, sealing_key(password, cost));
  AETHER_CHECK(KesFile::create(kes_path(folder), registration.node_key, std::move(secrets.kes), std::move(sealing)));
  AETHER_CHECK(write_registration(registration_path(folder), registration));
  return ValidatorInfo{folder, registration, 0};
}

Outcome<ValidatorInfo> fill_folder(const env::Path& folder, const NewValidator& wanted, const SecretBytes& password) {
  ValidatorKeys keys = validator_keys(wanted.entropy);
  AETHER_TRY(const SealedFile file,
             seal(validator_head_text(head_of(keys)), wanted.entropy.view(), password, wanted.cost));
  const auto written = env::write_file_atomically(keys_path(folder), as_bytes(sealed_file_text(file)), {.mode = 0600});
  if (!written) return error(written.error());
  return write_kes(folder, wanted.chain_id, wanted.address, std::move(keys), password, wanted.cost);
}

// Without the slash that a shell's completion adds.
env::Path without_slash(const env::Path& folder) { return folder.has_filename() ? folder : folder.parent_path(); }

}  // namespace

std::optional<env::Path> default_validator_folder() {
  const auto keys = default_directory();
  if (!keys) return std::nullopt;
  return keys->parent_path() / "validator";
}

Outcome<ValidatorInfo> make_validator(const env::Path& folder, const NewValidator& wanted,
                                      const SecretBytes& password) {
  const env::Path target = without_slash(folder);
  const auto exists = [&] {
    return error(ErrorKind::exists, target.string() + " exists and is kept: name a new folder");
  };
  std::error_code code;
  if (std::filesystem::exists(target, code) && !std::filesystem::is_empty(target, code)) return exists();
  std::array<std::uint8_t, 8> suffix{};
  env::fill_random(suffix);
  env::Path made = target;
  made += ".new-" + to_hex(suffix);
  if (const auto done = env::make_directories(made, 0700); !done) return error(done.error());
  auto info = fill_folder(made, wanted, password);
  const auto moved = info ? env::move_directory(made, target) : env::Outcome<void>();
  if (info && moved) {
    info->folder = target;
    return info;
  }
  std::filesystem::remove_all(made, code);
  if (!info) return info;
  if (moved.error().kind == env::ErrorKind::exists) return exists();
  return error(moved.error());
}

Outcome<ValidatorInfo> inspect_validator(const env::Path& folder) {
  AETHER_CHECK(check_folder(folder));
  AETHER_TRY(LongLived long_lived, read_long_lived(folder));
  AETHER_TRY(const SealedKes kes, read_kes(folder, long_lived.registration));
  AETHER_TRY(auto next, read_next(folder, long_lived));
  return ValidatorInfo{folder, long_lived.registration, kes.head.period, std::move(next)};
}

Outcome<ValidatorInfo> rotate_kes(const env::Path& folder, const SecretBytes& password) {
  AETHER_TRY(const env::FileLock lock, enter(folder));
  AETHER_TRY(const LongLived old, read_long_lived(folder));
  AETHER_TRY(ValidatorKeys keys, unlock(old.file, password, keys_path(folder)));
  AETHER_CHECK(remove_next_registration(folder));
  AETHER_CHECK(of_environment(env::erase_file(next_kes_path(folder))));
  return write_kes(folder, old.registration.chain_id, old.registration.address, std::move(keys), password,
                   old.file.sealed.cost);
}

struct Validator::State {
  struct Next {
    Registration registration;
    KesFile kes;
  };
  env::Path folder;
  env::FileLock lock;
  Registration registration;
  ValidatorKeys keys;
  KesFile kes;
  std::optional<Next> next;
};

Validator::Validator(std::unique_ptr<State> state) : state_(std::move(state)) {}
Validator::Validator(Validator&&) noexcept = default;
Validator& Validator::operator=(Validator&&) noexcept = default;
Validator::~Validator() = default;

Outcome<Validator> Validator::open(const env::Path& folder, const SecretBytes& password) {
  AETHER_TRY(env::FileLock lock, enter(folder));
  AETHER_TRY(const LongLived long_lived, read_long_lived(folder));
  AETHER_TRY(const SealedKes sealed, read_kes(folder, long_lived.registration));
  AETHER_TRY(ValidatorKeys keys, unlock(long_lived.file, password, keys_path(folder)));
  AETHER_CHECK(settle_next(folder, long_lived));
  AETHER_TRY(KesFile kes, KesFile::open(kes_path(folder), sealed, password));
  AETHER_TRY(const auto next, read_next(folder, long_lived));
  auto state = std::make_unique<State>(State{.folder = folder,
                                             .lock = std::move(lock),
                                             .registration = long_lived.registration,
                                             .keys = std::move(keys),
                                             .kes = std::move(kes),
                                             .next = std::nullopt});
  if (next) {
    AETHER_TRY(const SealedKes sealed_next, read_kes(next_kes_path(folder), folder, *next));
    AETHER_TRY(KesFile next_kes, KesFile::open(next_kes_path(folder), sealed_next, password));
    state->next.emplace(*next, std::move(next_kes));
  }
  return Validator(std::move(state));
}

const Registration& Validator::registration() const { return state_->registration; }
const ValidatorKeys& Validator::keys() const { return state_->keys; }
unsigned Validator::kes_period() const { return state_->kes.period(); }
const Registration* Validator::next() const { return state_->next ? &state_->next->registration : nullptr; }

Outcome<crypto::KesSignature> Validator::sign_kes(unsigned period, ByteView message) {
  return state_->kes.sign(period, message);
}

Outcome<crypto::KesSignature> Validator::sign_next(unsigned period, ByteView message) {
  AETHER_ASSERT(state_->next.has_value());
  return state_->next->kes.sign(period, message);
}

Outcome<void> Validator::prepare_next() {
  if (state_->next) return {};
  AETHER_CHECK(adopt_next());  // where that was interrupted
  crypto::KesSecretKey key(env::random_secret<32>());
  Registration registration = state_->registration;
  registration.kes_key = key.public_key();
  registration.kes_proof = key.sign(crypto::signing_frame(
      kKesPopTag, proof_id(kKesPopTag, registration.chain_id, registration.address, registration.kes_key)));
  AETHER_TRY(KesFile kes, state_->kes.create_beside(next_kes_path(state_->folder), std::move(key)));
  AETHER_CHECK(write_registration(next_registration_path(state_->folder), registration));
  state_->next.emplace(std::move(registration), std::move(kes));
  return {};
}

Outcome<void> Validator::adopt_next() {
  const env::Path& folder = state_->folder;
  if (state_->next) {
    // From here on the next key is the one that registration.json names.
    AETHER_CHECK(write_registration(registration_path(folder), state_->next->registration));
    state_->registration = state_->next->registration;
    state_->kes = std::move(state_->next->kes);
    state_->next.reset();
  }
  AETHER_CHECK(remove_next_registration(folder));
  return state_->kes.move_to(kes_path(folder));
}

}  // namespace aether::keystore

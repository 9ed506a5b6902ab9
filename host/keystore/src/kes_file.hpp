// kes.key, and kes.next.key beside it while one is renewed: the KES key of a validator, of one period and all later
// ones, with the file that holds it. A sealed file (sealed_file.hpp) whose secret is KesSecretKey::to_bytes() and whose
// head is
//
//   aether-kes 1
//   node_key HEX          the validator's
//   public_key HEX        that the chain knows
//   period N              0 to 63
//
// A key evolves in memory, where the old leaf's seed is overwritten, then in the file, durably, and only then signs. So
// the file is never of an earlier period than a signature that was made, and a crash leaves in it one key, the old one
// or the new one.
#pragma once

#include "aether/crypto/kes.hpp"
#include "sealed_file.hpp"

namespace aether::keystore {

struct KesHead {
  crypto::PublicKey node_key{};
  crypto::KesPublicKey public_key{};
  unsigned period = 0;

  bool operator==(const KesHead&) const = default;
};
[[nodiscard]] std::string kes_head_text(const KesHead& head);

struct SealedKes {
  KesHead head;
  SealedFile sealed;
};
[[nodiscard]] std::optional<SealedKes> sealed_kes_from_text(std::string_view text);

// The file as it is, without a password.
[[nodiscard]] Outcome<SealedKes> read_kes_file(const env::Path& path);

// Gives the file `from` the name `to`, whose bytes are overwritten before. Between both steps there is none of that
// name. After an error it may be called again.
[[nodiscard]] Outcome<void> take_place(const env::Path& from, const env::Path& to);

// Not for two threads at once, nor for two processes: the folder's lock sees to it.
class KesFile {
 public:
  // Puts the key into the file, which replaces the one at `path`; the replaced bytes are overwritten.
  [[nodiscard]] static Outcome<KesFile> create(const env::Path& path, const crypto::PublicKey& node_key,
                                               crypto::KesSecretKey&& key, SealingKey&& sealing);
  // `file` is what was read at `path`.
  [[nodiscard]] static Outcome<KesFile> open(const env::Path& path, const SealedKes& file, const SecretBytes& password);

  // Puts another key of the same validator, which the same password opens, into a file at `path`.
  [[nodiscard]] Outcome<KesFile> create_beside(const env::Path& path, crypto::KesSecretKey&& key) const;
  // Gives the file this name; who had it is erased first. Done again it goes on where it was interrupted.
  [[nodiscard]] Outcome<void> move_to(const env::Path& path);

  const env::Path& path() const { return path_; }
  crypto::KesPublicKey public_key() const { return head_.public_key; }
  unsigned period() const { return key_.period(); }
  // Evolves to the period first. After an error of the environment the key in memory may have evolved and its file not:
  // the next call writes the file, or fails again. Errors: past_period, expired, environment.
  [[nodiscard]] Outcome<crypto::KesSignature> sign(unsigned period, ByteView message);

 private:
  KesFile(env::Path path, KesHead head, crypto::KesSecretKey&& key, SealingKey&& sealing)
      : path_(std::move(path)), head_(head), key_(std::move(key)), sealing_(std::move(sealing)) {}
  Outcome<void> store();

  env::Path path_;
  KesHead head_;  // of the file
  crypto::KesSecretKey key_;
  SealingKey sealing_;
};

}  // namespace aether::keystore

// Sum6KES: the sum composition of Malkin, Micciancio and Miner (EUROCRYPT 2002) of depth 6 over ed25519: one public
// key, 64 periods, each with a key of its own. Keys, signatures and their evolution are byte-compatible with the crate
// kes-summed-ed25519 0.2.1 and cardano-base's Sum6KES: Blake2b-256 of the two children's keys is the key of a node, and
// Blake2b-256 of 1 ‖ seed and 2 ‖ seed are the seeds of its halves.
//
// The signature of a leaf is verified by ZIP-215, the chain's one rule for ed25519; the crate verifies its leaves
// strictly, which differs only on encodings that no honest signer makes. Whoever needs signatures to be unique must not
// take them from here.
#pragma once

#include <string_view>

#include "aether/base/bytes.hpp"
#include "aether/base/result.hpp"
#include "aether/base/secret.hpp"
#include "aether/crypto/ed25519.hpp"

namespace aether::crypto {

inline constexpr unsigned kKesDepth = 6;
inline constexpr unsigned kKesPeriods = 1U << kKesDepth;

using KesPublicKey = std::array<std::uint8_t, 32>;
// The leaf's signature, then for each height from the leaf up the keys of both children.
using KesSignature = std::array<std::uint8_t, 64 + 64 * kKesDepth>;

enum class KesError : std::uint8_t {
  bad_period,     // not below 64
  bad_path,       // the keys beside the path do not hash to the public key
  bad_signature,  // the leaf of this period did not sign this
  expired,        // period 63 was the last
  bad_key,        // serialized bytes that no key has
};
[[nodiscard]] std::string_view to_string(KesError error);

// The secret key of one period and of all later ones. It cannot sign for an earlier one: evolve() overwrites the leaf's
// seed before it derives the next, and no seed above the leaf leads back.
class KesSecretKey {
 public:
  // The leaf's seed; per height from the leaf up the seed of the right half (zero once it is in use) and both halves'
  // keys; the period, big-endian.
  static constexpr std::size_t kMaterial = 32 + 96 * kKesDepth;
  static constexpr std::size_t kBytes = kMaterial + 4;

  explicit KesSecretKey(Seed&& seed);  // period 0; the seed is wiped

  unsigned period() const { return period_; }
  KesPublicKey public_key() const;
  KesSignature sign(ByteView message) const;
  [[nodiscard]] Result<void, KesError> evolve();

  // For the key file, which must be replaced by the evolved key before that signs.
  Secret<kBytes> to_bytes() const;
  // Strict: the period is below 64, every key is that of its seed or half, and no used seed is left.
  // Whose key it is the caller sees from public_key(), which he compares with the registered one.
  [[nodiscard]] static Result<KesSecretKey, KesError> from_bytes(std::span<const std::uint8_t, kBytes> bytes);

 private:
  KesSecretKey() = default;
  bool is_consistent() const;

  Secret<kMaterial> material_;
  unsigned period_ = 0;
};

[[nodiscard]] Result<void, KesError> kes_verify(const KesPublicKey& key, unsigned period, ByteView message,
                                                const KesSignature& signature);

}  // namespace aether::crypto

// BLS signatures on BLS12-381 with keys in G1: suite BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_ of
// draft-irtf-cfrg-bls-signature-05, over blst. Keys and signatures travel compressed (48 and 96 bytes), in their one
// canonical encoding.
//
// What the chain signs is never a raw message: bls_sign_id and bls_verify_id use signing_frame (ed25519.hpp).
// Sums of keys are safe only among keys whose possession was proven: bls_proven_key.
//
// Where a function takes CpuFeatures, its pairings run on AVX-512 IFMA if the processor has it, else on blst.
#pragma once

#include <array>
#include <span>
#include <string_view>

#include "aether/base/bytes.hpp"
#include "aether/base/cpu.hpp"
#include "aether/base/result.hpp"
#include "aether/base/secret.hpp"

namespace aether::crypto {

using BlsPublicKeyBytes = std::array<std::uint8_t, 48>;
using BlsSignatureBytes = std::array<std::uint8_t, 96>;
using BlsSecretKey = Secret<32>;  // big-endian, 0 < s < r: from bls_secret_key or bls_key_gen

enum class BlsError : std::uint8_t {
  bad_encoding,   // the flags of a compressed point
  not_canonical,  // a coordinate ≥ p
  not_on_curve,
  wrong_subgroup,
  infinity,    // as a key, as a single signature, as a sum of keys
  bad_scalar,  // zero or ≥ r
  no_keys,     // an aggregate of nothing
  bad_signature,
  bad_proof_of_possession,
  unknown_signer,  // an index at or past the number of keys
  duplicate_signer,
  bad_bitmap,  // of another length, or with a bit past the last key
};
[[nodiscard]] std::string_view to_string(BlsError error);

// A point of G1, never infinity.
class BlsPublicKey {
 public:
  using Point = std::array<std::uint64_t, 12>;  // affine, as blst holds it

  [[nodiscard]] static Result<BlsPublicKey, BlsError> decode(const BlsPublicKeyBytes& bytes);
  [[nodiscard]] BlsPublicKeyBytes encode() const;
  bool operator==(const BlsPublicKey&) const = default;

 private:
  friend struct BlsPoints;
  explicit BlsPublicKey(const Point& point) : point_(point) {}
  Point point_;
};

// A point of G2. Infinity decodes, since an aggregate may be that; it verifies for nobody.
class BlsSignature {
 public:
  using Point = std::array<std::uint64_t, 24>;

  [[nodiscard]] static Result<BlsSignature, BlsError> decode(const BlsSignatureBytes& bytes);
  [[nodiscard]] BlsSignatureBytes encode() const;
  bool operator==(const BlsSignature&) const = default;

 private:
  friend struct BlsPoints;
  explicit BlsSignature(const Point& point) : point_(point) {}
  Point point_;
};

// A message hashed to G2 once, for many verifications.
class BlsMessage {
 public:
  explicit BlsMessage(ByteView message);
  BlsMessage(std::string_view tag, const Hash& id);  // what bls_sign_id signs
  bool operator==(const BlsMessage&) const = default;

 private:
  friend struct BlsPoints;
  BlsSignature::Point point_;
};

[[nodiscard]] Result<BlsSecretKey, BlsError> bls_secret_key(std::span<const std::uint8_t, 32> bytes);
[[nodiscard]] BlsSecretKey bls_key_gen(const Secret<32>& ikm);  // KeyGen with the draft's salt; EIP-2333's master key
[[nodiscard]] BlsPublicKey bls_public_key(const BlsSecretKey& key);

[[nodiscard]] BlsSignature bls_sign(const BlsSecretKey& key, ByteView message);
[[nodiscard]] BlsSignature bls_sign(const BlsSecretKey& key, const BlsMessage& message);
[[nodiscard]] bool bls_verify(const BlsPublicKey& key, ByteView message, const BlsSignature& signature);
[[nodiscard]] bool bls_verify(const BlsPublicKey& key, const BlsMessage& message, const BlsSignature& signature,
                              const CpuFeatures& cpu = {});

[[nodiscard]] BlsSignature bls_sign_id(const BlsSecretKey& key, std::string_view tag, const Hash& id);
[[nodiscard]] bool bls_verify_id(const BlsPublicKey& key, std::string_view tag, const Hash& id,
                                 const BlsSignature& signature);

[[nodiscard]] BlsSignature bls_pop_prove(const BlsSecretKey& key);
[[nodiscard]] bool bls_pop_verify(const BlsPublicKey& key, const BlsSignature& proof);

// What registration asks: the key, if it is one and the proof shows that its secret key is known.
[[nodiscard]] Result<BlsPublicKey, BlsError> bls_proven_key(const BlsPublicKeyBytes& key,
                                                            const BlsSignatureBytes& proof);

[[nodiscard]] Result<BlsSignature, BlsError> bls_aggregate(std::span<const BlsSignature> signatures);

// One message, all keys. False also for no keys, and for keys that sum to infinity. The keys' possession must be
// proven.
[[nodiscard]] bool bls_fast_aggregate_verify(std::span<const BlsPublicKey> keys, ByteView message,
                                             const BlsSignature& signature);

// messages[i] by keys[i]. False also for no keys, for unequal counts and for an infinite signature (the draft would
// accept that one where keys cancel).
[[nodiscard]] bool bls_aggregate_verify(std::span<const BlsPublicKey> keys, std::span<const ByteView> messages,
                                        const BlsSignature& signature);

// RFC 9380, BLS12381G2_XMD:SHA-256_SSWU_RO_: x1 ‖ x0 ‖ y1 ‖ y0, big-endian, 48 bytes each; and the compressed form.
[[nodiscard]] std::array<std::uint8_t, 192> hash_to_g2(ByteView dst, ByteView message);
[[nodiscard]] BlsSignatureBytes hash_to_g2_compressed(ByteView dst, ByteView message);

}  // namespace aether::crypto

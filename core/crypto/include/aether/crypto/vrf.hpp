// ECVRF of RFC 9381 over edwards25519 with SHA-512: ECVRF-EDWARDS25519-SHA512-ELL2, the chain's suite, and -TAI, for
// the RFC's examples. Keys are validated (section 5.4.5), nonces are RFC 8032's (5.4.2.2), encodings are canonical.
//
// Batches. A proof is (Γ, c, s); verification recomputes U = sB − cY and V = sH − cΓ to see that c is the hash of
// (Y, H, Γ, U, V). Who knows U and V beforehand can hash first and check all equations by one random combination
// (Badertscher, Gaži, Querejeta-Azurmendi and Russell, ESORICS 2022). The curve's cofactor 8 makes this unsound if U
// and V are just given: a prover may add a point of order 2, 4 or 8, which a combination misses with probability up to
// 1/2, or always when it is multiplied by 8, while vrf_verify, which compares encodings, refuses. So a VrfHint holds
// *eighths*: points P with 8P = Γ, U, V. What the batch computes as 8P lies in the subgroup of prime order L whatever
// the hint is, and so do B and H; a key outside it is settled alone. All terms of the equations are then in a group of
// prime order, and a combination with 128-bit coefficients, drawn by a hash from all inputs after they are fixed, is
// zero for a false equation with probability 2^-128. If it is zero, U and V are exactly what vrf_verify computes, bit
// by bit. Whatever does not pass is settled alone: a wrong hint costs time, never a verdict.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "aether/base/bytes.hpp"
#include "aether/base/cpu.hpp"
#include "aether/base/result.hpp"
#include "aether/base/secret.hpp"
#include "aether/base/task_pool.hpp"
#include "aether/crypto/ed25519.hpp"

namespace aether::crypto {

enum class VrfSuite : std::uint8_t { tai = 3, ell2 = 4 };

using VrfPublicKey = std::array<std::uint8_t, 32>;
using VrfProof = std::array<std::uint8_t, 80>;   // Γ ‖ c (16 bytes) ‖ s
using VrfOutput = std::array<std::uint8_t, 64>;  // beta

// Beside a proof it makes a batch cheap. It proves nothing, and is never part of what is hashed or signed.
struct VrfHint {
  std::array<std::uint8_t, 32> gamma{}, u{}, v{};  // encodings of points P with 8P = Γ, U, V

  bool operator==(const VrfHint&) const = default;
};

enum class VrfError : std::uint8_t {
  bad_public_key,          // not the canonical encoding of a point
  small_order_public_key,  // the key of everyone
  bad_gamma,               // not the canonical encoding of a point
  bad_scalar,              // s is not below the group's order
  wrong_proof,             // of another input, of another key, or of nothing
};
[[nodiscard]] std::string_view to_string(VrfError error);

// A validated and decompressed public key. Making one costs about half a verification; keep them, since a validator's
// key is registered once.
class VrfKey {
 public:
  [[nodiscard]] static Result<VrfKey, VrfError> from_bytes(const VrfPublicKey& bytes);

  const VrfPublicKey& bytes() const { return bytes_; }
  bool is_torsion_free() const { return torsion_free_; }  // in the subgroup of prime order, as every honest key is

 private:
  friend struct VrfKeyPoint;
  VrfKey() = default;

  VrfPublicKey bytes_{};
  std::array<std::uint64_t, 20> point_{};  // an aether_native_point
  bool torsion_free_ = false;
};

[[nodiscard]] VrfPublicKey vrf_public_key(const Seed& seed);

// The proof for alpha, and if asked its hint. Deterministic.
[[nodiscard]] VrfProof vrf_prove(const Seed& seed, ByteView alpha, VrfSuite suite = VrfSuite::ell2,
                                 VrfHint* hint = nullptr);

// The output if the proof is the key's for alpha.
[[nodiscard]] Result<VrfOutput, VrfError> vrf_verify(const VrfKey& key, ByteView alpha, const VrfProof& proof,
                                                     VrfSuite suite = VrfSuite::ell2);
[[nodiscard]] Result<VrfOutput, VrfError> vrf_verify(const VrfPublicKey& key, ByteView alpha, const VrfProof& proof,
                                                     VrfSuite suite = VrfSuite::ell2);

// The output of a proof that is not verified, only decoded.
[[nodiscard]] Result<VrfOutput, VrfError> vrf_proof_to_hash(const VrfProof& proof, VrfSuite suite = VrfSuite::ell2);

struct VrfItem {
  const VrfKey* key = nullptr;  // never null
  ByteView alpha;
  VrfProof proof{};
  std::optional<VrfHint> hint;
};

// result[i] == vrf_verify(*items[i].key, items[i].alpha, items[i].proof), in ELL2's suite; items without a right hint
// are settled alone.
[[nodiscard]] std::vector<Result<VrfOutput, VrfError>> vrf_verify_batch(std::span<const VrfItem> items,
                                                                        const CpuFeatures& cpu, TaskPool& pool);

}  // namespace aether::crypto

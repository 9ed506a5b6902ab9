// KZG commitments on BLS12-381 with the points, scalars and byte formats of EIP-4844, over blst.
//
// A blob is 4096 scalars of 32 bytes, big-endian and below the group's order: the values of a polynomial p at the
// 4096th roots of unity in bit-reversed order. A commitment is [p(τ)]₁; an opening at z is y = p(z) with the proof
// [(p(τ) − y)/(τ − z)]₁. Points travel compressed (48 bytes), in their one canonical encoding; infinity is a point like
// any other (the commitment of zeros, the proof of a constant).
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "aether/base/bytes.hpp"
#include "aether/base/result.hpp"
#include "aether/base/task_pool.hpp"

namespace aether::crypto {

inline constexpr std::size_t kKzgPoints = 4096;
inline constexpr std::size_t kKzgBlobBytes = 32 * kKzgPoints;

using KzgCommitment = std::array<std::uint8_t, 48>;
using KzgProof = std::array<std::uint8_t, 48>;
using KzgScalar = std::array<std::uint8_t, 32>;

enum class KzgError : std::uint8_t {
  setup_counts,        // the first two lines are not 4096 and 65
  setup_line,          // a line is not the lower-case hex digits of one compressed point
  setup_length,        // the text ends early or goes on
  setup_point,         // a point that is used is not on its curve, not in its subgroup, or infinity
  setup_inconsistent,  // the points are not the Lagrange basis at the secret of the powers
  blob_length,
  blob_scalar,  // one ≥ r
  z_scalar,
  y_scalar,
  commitment_encoding,  // flags or a coordinate ≥ p
  commitment_not_on_curve,
  commitment_not_in_subgroup,
  proof_encoding,
  proof_not_on_curve,
  proof_not_in_subgroup,
};
[[nodiscard]] std::string_view to_string(KzgError error);

// A ceremony's result, ready for use; some 9 MB.
class KzgSettings {
 public:
  // From the form of c-kzg's trusted_setup.txt, to the byte: `4096`, `65`, then 4096 points of G1 (the Lagrange basis),
  // 65 of G2 and 4096 of G1 (powers of τ), a line of hex each. The Lagrange basis and the first powers are checked:
  // curve, subgroup, and that the basis commits 1 and X to [1]₁ and [τ]₁ with e([τ]₁, [1]₂) = e([1]₁, [τ]₂). Higher
  // powers serve other schemes and are not looked into. Takes about a second.
  [[nodiscard]] static Result<KzgSettings, KzgError> load(std::string_view trusted_setup);

  KzgSettings(KzgSettings&&) noexcept;
  KzgSettings& operator=(KzgSettings&&) noexcept;
  ~KzgSettings();

  struct Tables;  // src/kzg_tables.hpp
  const Tables& tables() const { return *tables_; }

 private:
  explicit KzgSettings(std::unique_ptr<const Tables> tables);
  std::unique_ptr<const Tables> tables_;
};

[[nodiscard]] Result<KzgCommitment, KzgError> kzg_commit(ByteView blob, const KzgSettings& settings);
[[nodiscard]] Result<KzgCommitment, KzgError> kzg_commit(ByteView blob, const KzgSettings& settings, TaskPool& pool);

struct KzgOpening {
  KzgProof proof;
  KzgScalar y;
  bool operator==(const KzgOpening&) const = default;
};
[[nodiscard]] Result<KzgOpening, KzgError> kzg_open(ByteView blob, const KzgScalar& z, const KzgSettings& settings);
[[nodiscard]] Result<KzgOpening, KzgError> kzg_open(ByteView blob, const KzgScalar& z, const KzgSettings& settings,
                                                    TaskPool& pool);

struct KzgClaim {
  KzgCommitment commitment;
  KzgScalar z, y;
  KzgProof proof;
  bool operator==(const KzgClaim&) const = default;
};

// EIP-4844's blob proofs: an opening at a point that nobody chooses, z = SHA-256("FSBLOBVERIFY_V1_" ‖ 4096 as 16 bytes,
// big-endian ‖ blob ‖ commitment) mod r. It shows that the commitment is the blob's. kzg_prove_blob makes the proof;
// kzg_blob_claim is what a given proof has to show, for the verifiers below, which judge the points.
[[nodiscard]] Result<KzgClaim, KzgError> kzg_prove_blob(ByteView blob, const KzgCommitment& commitment,
                                                        const KzgSettings& settings, TaskPool& pool);
[[nodiscard]] Result<KzgClaim, KzgError> kzg_blob_claim(ByteView blob, const KzgCommitment& commitment,
                                                        const KzgProof& proof, const KzgSettings& settings);

// Whether p(z) = y; an error when a part of the claim is malformed.
[[nodiscard]] Result<bool, KzgError> kzg_verify(const KzgClaim& claim, const KzgSettings& settings);
[[nodiscard]] Result<bool, KzgError> kzg_verify(const KzgCommitment& commitment, const KzgScalar& z, const KzgScalar& y,
                                                const KzgProof& proof, const KzgSettings& settings);

// Whether all hold, by one equation of two pairings with coefficients of 128 bits drawn from all claims; true for none.
// The error is that of the first malformed claim.
[[nodiscard]] Result<bool, KzgError> kzg_verify_batch(std::span<const KzgClaim> claims, const KzgSettings& settings);

// A verdict on each: 1 where kzg_verify gives true. A batch that does not hold is halved until the false ones are
// found.
[[nodiscard]] std::vector<std::uint8_t> kzg_verify_each(std::span<const KzgClaim> claims, const KzgSettings& settings);

}  // namespace aether::crypto

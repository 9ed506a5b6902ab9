// The equation of a batch of ECVRF proofs. The argument is in vrf.hpp. With the eighths p, q, g that a hint brings of
// U, V, Γ,
//
//   8·( Σ zᵢ·(pᵢ − sᵢ/8·B + cᵢ/8·Yᵢ) + wᵢ·(qᵢ − sᵢ/8·Hᵢ + cᵢ·gᵢ) ) = Σ zᵢ·(Uᵢ − sᵢB + cᵢYᵢ) + wᵢ·(Vᵢ − sᵢHᵢ + cᵢΓᵢ)
//
// is the identity. Fractions are modulo L, which B, Y and H allow, being of that order; the factor 8 at the end takes
// the torsion of p, q and g away.
#pragma once

#include "aether/crypto/sha256.hpp"
#include "ecvrf.hpp"
#include "msm.hpp"

namespace aether::crypto {

using VrfResults = std::span<Result<VrfOutput, VrfError>>;

inline Result<VrfOutput, VrfError> vrf_single(const VrfItem& item) {
  return vrf_verify(*item.key, item.alpha, item.proof);
}

// The coefficients z and w of a member, from the hash of all members.
struct VrfWeights {
  VrfWeights(const Hash& seed, std::size_t member);
  std::array<std::uint8_t, 16> z, w;
};

// What that hash absorbs.
class VrfTranscript {
 public:
  void add(const VrfItem& item, const Encoded& h, const Encoded& u, const Encoded& v) {
    hash_.update(item.key->bytes()).update(item.proof).update(h).update(u).update(v);
  }
  Hash finish() { return hash_.finish(); }

 private:
  Sha256 hash_ = Tag("aether/vrf-batch").begin();
};

// On the points of third_party/native. The constructor decodes and hashes, gives members the results that they have if
// the equation holds, and settles all other items alone.
class VrfEquation {
 public:
  VrfEquation(std::span<const VrfItem> items, VrfResults results);

  std::span<const std::size_t> members() const { return members_; }  // positions among the items
  bool holds(std::size_t first, std::size_t last) const;             // of members

 private:
  static constexpr std::size_t kTerms = 5;  // of an item, besides B: p, q, g, Y, H
  struct Member {
    std::size_t index;
    ecvrf::Proof proof;
    std::array<aether_native_point, kTerms> points;
  };
  static std::optional<Member> decode(std::span<const VrfItem> items, std::size_t index);
  void weigh(const Hash& seed, std::span<const ecvrf::Proof> proofs);

  std::vector<std::size_t> members_;
  std::vector<std::array<aether_native_point, kTerms>> points_;
  std::vector<std::array<Scalar, kTerms>> scalars_;
  std::vector<Scalar> base_;  // of B
};

// The same on a kernel: points are decompressed and summed by it; what else a proof needs is done on AVX2, four at a
// time.
template <class Kernel>
class VrfEquationOn {
 public:
  VrfEquationOn(std::span<const VrfItem> items, VrfResults results);

  std::span<const std::size_t> members() const { return members_; }
  bool holds(std::size_t first, std::size_t last) const;

 private:
  void weigh(const Hash& seed, std::span<const ecvrf::Proof> proofs);

  std::vector<std::size_t> members_;
  std::vector<typename Kernel::AffinePoint> p_, q_, g_, y_, h_;
  std::vector<Integer256> of_p_, of_q_, of_g_, of_y_, of_h_, of_base_;
};
extern template class VrfEquationOn<Avx2>;
extern template class VrfEquationOn<Ifma>;

}  // namespace aether::crypto

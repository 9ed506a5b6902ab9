// The argument is in vrf.hpp. What is checked, with the eighths p, q, g that a hint brings of U, V, Γ:
//
//   8·( Σ zᵢ·(pᵢ − sᵢ/8·B + cᵢ/8·Yᵢ) + wᵢ·(qᵢ − sᵢ/8·Hᵢ + cᵢ·gᵢ) ) = Σ zᵢ·(Uᵢ − sᵢB + cᵢYᵢ) + wᵢ·(Vᵢ − sᵢHᵢ + cᵢΓᵢ)
//
// is the identity. Fractions are modulo L, which B, Y and H allow, being of that order; the factor 8 at the end takes
// the torsion of p, q and g away.
#include <algorithm>

#include "aether/crypto/sha256.hpp"
#include "ecvrf.hpp"
#include "settle.hpp"

namespace aether::crypto {
namespace {

using Results = std::span<Result<VrfOutput, VrfError>>;

constexpr std::size_t kChunkMax = 1024;  // items of one equation
constexpr std::size_t kChunkMin = 64;
constexpr std::size_t kTerms = 5;  // of an item, besides B: p, q, g, Y, H

Result<VrfOutput, VrfError> single(const VrfItem& item) { return vrf_verify(*item.key, item.alpha, item.proof); }

Scalar product(const Scalar& a, const Scalar& b) {
  Scalar out;
  aether_native_scalar_mul_add(a.data(), b.data(), ecvrf::kZeroScalar.data(), out.data());
  return out;
}

// The equation over the items whose hashes hold, in their order.
class Equation {
 public:
  Equation(std::span<const VrfItem> items, Results results);

  std::span<const std::size_t> members() const { return members_; }
  bool holds(std::size_t first, std::size_t last) const;

 private:
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

std::optional<Equation::Member> Equation::decode(std::span<const VrfItem> items, std::size_t index) {
  const VrfItem& item = items[index];
  if (!item.hint || !item.key->is_torsion_free()) return std::nullopt;
  Member out{index, ecvrf::split(item.proof), {}};
  auto& [p, q, g, y, h] = out.points;
  y = VrfKeyPoint::of(*item.key);
  if (!aether_native_scalar_is_canonical(out.proof.s.data()) ||
      !aether_native_edwards_decompress(item.hint->u.data(), &p) ||
      !aether_native_edwards_decompress(item.hint->v.data(), &q) ||
      !aether_native_edwards_decompress(item.hint->gamma.data(), &g) ||
      !ecvrf::encode_to_curve(item.key->bytes(), item.alpha, VrfSuite::ell2, h))
    return std::nullopt;
  return out;
}

Equation::Equation(std::span<const VrfItem> items, Results results) {
  std::vector<Member> decoded;
  std::vector<aether_native_point> whole;
  for (std::size_t i = 0; i < items.size(); ++i) {
    auto member = decode(items, i);
    if (!member) {
      results[i] = single(items[i]);
      continue;
    }
    const auto& [p, q, g, y, h] = member->points;
    std::array<aether_native_point, 5> wholes{h, g, p, q, g};  // to be H, Γ, U, V, 8Γ
    for (std::size_t k = 1; k < 5; ++k) aether_native_edwards_mul_by_cofactor(&wholes[k], &wholes[k]);
    aether_native_edwards_mul_by_cofactor(&wholes[4], &wholes[4]);
    whole.insert(whole.end(), wholes.begin(), wholes.end());
    decoded.push_back(*member);
  }
  if (decoded.empty()) return;
  std::vector<std::array<Encoded, 5>> encoded(decoded.size());
  aether_native_edwards_compress(whole.data(), whole.size(), encoded[0][0].data());

  Sha256 transcript = Tag("aether/vrf-batch").begin();
  std::vector<ecvrf::Proof> proofs;
  for (std::size_t i = 0; i < decoded.size(); ++i) {
    const Member& member = decoded[i];
    const VrfItem& item = items[member.index];
    const auto& [h, gamma, u, v, gamma8] = encoded[i];
    if (gamma != member.proof.gamma ||
        ecvrf::challenge(VrfSuite::ell2, item.key->bytes(), h, gamma, u, v) != member.proof.c) {
      results[member.index] = single(item);
      continue;
    }
    results[member.index] = ecvrf::output(VrfSuite::ell2, gamma8);  // if the equation holds
    transcript.update(item.key->bytes()).update(item.proof).update(h).update(u).update(v);
    members_.push_back(member.index);
    points_.push_back(member.points);
    proofs.push_back(member.proof);
  }
  weigh(transcript.finish(), proofs);
}

void Equation::weigh(const Hash& seed, std::span<const ecvrf::Proof> proofs) {
  for (std::size_t i = 0; i < proofs.size(); ++i) {
    Bytes input(seed.bytes.begin(), seed.bytes.end());
    for (unsigned shift = 0; shift < 64; shift += 8) input.push_back(static_cast<std::uint8_t>(i >> shift));
    const Hash random = sha256(input);
    Scalar z{}, w{};
    std::copy_n(random.bytes.begin(), 16, z.begin());
    std::copy_n(random.bytes.begin() + 16, 16, w.begin());
    const Scalar c = ecvrf::as_scalar(proofs[i].c);
    Scalar minus_s;
    aether_native_scalar_negate(product(proofs[i].s, ecvrf::kEighth).data(), minus_s.data());
    scalars_.push_back({z, w, product(w, c), product(z, product(c, ecvrf::kEighth)), product(w, minus_s)});
    base_.push_back(product(z, minus_s));
  }
}

bool Equation::holds(std::size_t first, std::size_t last) const {
  aether_native_point sum, base;
  aether_native_edwards_vartime_msm(scalars_[first][0].data(), points_[first].data(), kTerms * (last - first), &sum);
  Scalar b{};
  Scalar one{1};
  for (std::size_t i = first; i < last; ++i)
    aether_native_scalar_mul_add(one.data(), base_[i].data(), b.data(), b.data());
  aether_native_edwards_mul_base(b.data(), &base);
  aether_native_edwards_add(&sum, &base, &sum);
  aether_native_edwards_mul_by_cofactor(&sum, &sum);
  return aether_native_edwards_is_identity(&sum);
}

void settle(std::span<const VrfItem> items, Results results) {
  const Equation equation(items, results);
  const auto members = equation.members();
  const auto holds = [&](std::size_t first, std::size_t last) { return equation.holds(first, last); };
  const auto alone = [&](std::size_t i) {
    auto& result = results[members[i]];
    result = single(items[members[i]]);
    return result.has_value();
  };
  std::vector<std::uint8_t> verdicts(members.size(), 0);
  Settler({}, holds, alone, verdicts).settle(0, members.size());
}

}  // namespace

std::vector<Result<VrfOutput, VrfError>> vrf_verify_batch(std::span<const VrfItem> items, TaskPool& pool) {
  std::vector<Result<VrfOutput, VrfError>> results(items.size(), fail(VrfError::wrong_proof));
  const std::size_t share = (items.size() + pool.width() - 1) / pool.width();
  const std::size_t chunk = std::clamp(share, kChunkMin, kChunkMax);
  pool.run((items.size() + chunk - 1) / chunk, [&](std::size_t task) {
    const std::size_t first = task * chunk, count = std::min(chunk, items.size() - first);
    settle(items.subspan(first, count), Results(results).subspan(first, count));
  });
  return results;
}

}  // namespace aether::crypto

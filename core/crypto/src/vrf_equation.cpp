#include "vrf_equation.hpp"

namespace aether::crypto {
namespace {

Scalar product(const Scalar& a, const Scalar& b) {
  Scalar out;
  aether_native_scalar_mul_add(a.data(), b.data(), ecvrf::kZeroScalar.data(), out.data());
  return out;
}

Scalar as_scalar(const std::array<std::uint8_t, 16>& low) {
  Scalar out{};
  std::copy(low.begin(), low.end(), out.begin());
  return out;
}

}  // namespace

VrfWeights::VrfWeights(const Hash& seed, std::size_t member) {
  std::array<std::uint8_t, 8> position;
  for (std::size_t i = 0; i < position.size(); ++i) position[i] = static_cast<std::uint8_t>(member >> 8 * i);
  const Hash random = Sha256().update(seed.bytes).update(position).finish();
  std::copy_n(random.bytes.begin(), z.size(), z.begin());
  std::copy_n(random.bytes.begin() + z.size(), w.size(), w.begin());
}

std::optional<VrfEquation::Member> VrfEquation::decode(std::span<const VrfItem> items, std::size_t index) {
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

VrfEquation::VrfEquation(std::span<const VrfItem> items, VrfResults results) {
  std::vector<Member> decoded;
  std::vector<aether_native_point> whole;
  for (std::size_t i = 0; i < items.size(); ++i) {
    auto member = decode(items, i);
    if (!member) {
      results[i] = vrf_single(items[i]);
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

  VrfTranscript transcript;
  std::vector<ecvrf::Proof> proofs;
  for (std::size_t i = 0; i < decoded.size(); ++i) {
    const Member& member = decoded[i];
    const VrfItem& item = items[member.index];
    const auto& [h, gamma, u, v, gamma8] = encoded[i];
    if (gamma != member.proof.gamma ||
        ecvrf::challenge(VrfSuite::ell2, item.key->bytes(), h, gamma, u, v) != member.proof.c) {
      results[member.index] = vrf_single(item);
      continue;
    }
    results[member.index] = ecvrf::output(VrfSuite::ell2, gamma8);
    transcript.add(item, h, u, v);
    members_.push_back(member.index);
    points_.push_back(member.points);
    proofs.push_back(member.proof);
  }
  weigh(transcript.finish(), proofs);
}

void VrfEquation::weigh(const Hash& seed, std::span<const ecvrf::Proof> proofs) {
  for (std::size_t i = 0; i < proofs.size(); ++i) {
    const VrfWeights weights(seed, i);
    const Scalar z = as_scalar(weights.z), w = as_scalar(weights.w), c = as_scalar(proofs[i].c);
    Scalar minus_s;
    aether_native_scalar_negate(product(proofs[i].s, ecvrf::kEighth).data(), minus_s.data());
    scalars_.push_back({z, w, product(w, c), product(z, product(c, ecvrf::kEighth)), product(w, minus_s)});
    base_.push_back(product(z, minus_s));
  }
}

bool VrfEquation::holds(std::size_t first, std::size_t last) const {
  aether_native_point sum, base;
  aether_native_edwards_vartime_msm(scalars_[first][0].data(), points_[first].data(), kTerms * (last - first), &sum);
  constexpr Scalar kOne{1};
  Scalar b{};
  for (std::size_t i = first; i < last; ++i)
    aether_native_scalar_mul_add(kOne.data(), base_[i].data(), b.data(), b.data());
  aether_native_edwards_mul_base(b.data(), &base);
  aether_native_edwards_add(&sum, &base, &sum);
  aether_native_edwards_mul_by_cofactor(&sum, &sum);
  return aether_native_edwards_is_identity(&sum);
}

}  // namespace aether::crypto

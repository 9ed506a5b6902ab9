#include <algorithm>
#include <bit>

#include "aether/crypto/bls_votes.hpp"
#include "bls_points.hpp"

namespace aether::crypto {
namespace {

std::size_t distance(ByteView a, ByteView b) {
  std::size_t bits = 0;
  for (std::size_t i = 0; i < a.size(); ++i) bits += static_cast<std::size_t>(std::popcount(std::uint8_t(a[i] ^ b[i])));
  return bits;
}

blst_p1_affine sum_of(std::span<const blst_p1_affine> points) {
  const blst_p1_affine* all[] = {points.data(), nullptr};
  blst_p1 sum;
  blst_p1s_add(&sum, all, points.size());
  return affine(sum);
}

}  // namespace

BlsSignerSums::BlsSignerSums(std::vector<BlsPublicKey> keys, std::size_t cached_max)
    : keys_(std::move(keys)), cached_max_(cached_max) {
  all_.bitmap.resize((keys_.size() + 7) / 8);
  std::vector<blst_p1_affine> points{blst_p1_affine{}};
  for (std::size_t i = 0; i < keys_.size(); ++i) {
    set_signer(all_.bitmap, i);
    points.push_back(BlsPoints::of(keys_[i]));
  }
  all_.point = std::bit_cast<BlsPublicKey::Point>(sum_of(points));
}

Result<BlsPublicKey, BlsError> BlsSignerSums::sum(ByteView bitmap) {
  if (bitmap.size() != all_.bitmap.size()) return fail(BlsError::bad_bitmap);
  if (!bitmap.empty() && (bitmap.back() & ~all_.bitmap.back()) != 0) return fail(BlsError::bad_bitmap);
  const Sum none{Bytes(bitmap.size()), {}};
  const Sum* nearest = &none;
  std::size_t changes = distance(bitmap, none.bitmap);
  if (changes == 0) return fail(BlsError::no_keys);
  const auto try_base = [&](const Sum& base) {
    const std::size_t other = distance(bitmap, base.bitmap);
    if (other < changes) nearest = &base, changes = other;
  };
  try_base(all_);
  for (const Sum& base : cached_) try_base(base);

  Sum found{Bytes(bitmap.begin(), bitmap.end()), nearest->point};
  if (changes != 0) {
    std::vector<blst_p1_affine> points{std::bit_cast<blst_p1_affine>(nearest->point)};
    points.reserve(changes + 1);
    for (std::size_t i = 0; i < keys_.size(); ++i) {
      const bool wanted = has_signer(bitmap, i);
      if (wanted == has_signer(nearest->bitmap, i)) continue;
      points.push_back(BlsPoints::of(keys_[i]));
      if (!wanted) blst_fp_cneg(&points.back().y, &points.back().y, true);
    }
    additions_ += changes;
    found.point = std::bit_cast<BlsPublicKey::Point>(sum_of(points));
  }
  const auto point = std::bit_cast<blst_p1_affine>(found.point);

  const auto same =
      std::find_if(cached_.begin(), cached_.end(), [&](const Sum& s) { return s.bitmap == found.bitmap; });
  if (same != cached_.end())
    std::rotate(cached_.begin(), same, same + 1);
  else if (cached_max_ != 0) {
    if (cached_.size() == cached_max_) cached_.pop_back();
    cached_.insert(cached_.begin(), std::move(found));
  }
  if (is_infinity(point)) return fail(BlsError::infinity);
  return BlsPoints::key(point);
}

Result<void, BlsError> BlsSignerSums::verify(const BlsMessage& message, ByteView bitmap, const BlsSignature& signature,
                                             const CpuFeatures& cpu) {
  AETHER_TRY(const BlsPublicKey key, sum(bitmap));
  if (!bls_verify(key, message, signature, cpu)) return fail(BlsError::bad_signature);
  return {};
}

}  // namespace aether::crypto

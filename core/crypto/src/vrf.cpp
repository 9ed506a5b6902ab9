#include "aether/crypto/vrf.hpp"

#include <cstring>

#include "ecvrf.hpp"
#include "sha512.hpp"

namespace aether::crypto {
namespace {

using ecvrf::as_scalar;
using ecvrf::compress;
using ecvrf::kEighth;
using ecvrf::kZeroScalar;

constexpr Scalar kMinusOne{0xec, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7,
                           0xa2, 0xde, 0xf9, 0xde, 0x14, 0,    0,    0,    0,    0,    0,
                           0,    0,    0,    0,    0,    0,    0,    0,    0,    0x10};

bool is_torsion_free(const aether_native_point& point) {
  aether_native_point sum;
  aether_native_edwards_vartime_double_mul_base(kMinusOne.data(), &point, kZeroScalar.data(), &sum);
  aether_native_edwards_add(&sum, &point, &sum);
  return aether_native_edwards_is_identity(&sum);
}

Result<aether_native_point, VrfError> decode_gamma(const Encoded& bytes) {
  aether_native_point point;
  if (!ecvrf::is_canonical(bytes) || !aether_native_edwards_decompress(bytes.data(), &point))
    return fail(VrfError::bad_gamma);
  return point;
}

// scalar · point / 8 of a point of prime order, and scalar · point.
struct Multiple {
  aether_native_point eighth, whole;
};
Multiple multiply(const Secret<32>& scalar, const aether_native_point* point) {
  Secret<32> eighth;
  aether_native_scalar_mul_add(scalar.view().data(), kEighth.data(), kZeroScalar.data(), eighth.mutable_view().data());
  Multiple out;
  if (point == nullptr)
    aether_native_edwards_mul_base(eighth.view().data(), &out.eighth);
  else
    aether_native_edwards_mul(eighth.view().data(), point, &out.eighth);
  aether_native_edwards_mul_by_cofactor(&out.eighth, &out.whole);
  return out;
}

}  // namespace

std::string_view to_string(VrfError error) {
  switch (error) {
    case VrfError::bad_public_key: return "the VRF key is not the canonical encoding of a curve point";
    case VrfError::small_order_public_key: return "the VRF key is a point of small order";
    case VrfError::bad_gamma: return "the proof's point is not the canonical encoding of a curve point";
    case VrfError::bad_scalar: return "the proof's scalar is not below the group's order";
    case VrfError::wrong_proof: return "the VRF proof does not belong to this key and input";
  }
  return "unknown";
}

aether_native_point VrfKeyPoint::of(const VrfKey& key) {
  aether_native_point point;
  static_assert(sizeof point == sizeof key.point_);
  std::memcpy(&point, key.point_.data(), sizeof point);
  return point;
}

Result<VrfKey, VrfError> VrfKeyPoint::decode(const VrfPublicKey& bytes) {
  aether_native_point point;
  if (!ecvrf::is_canonical(bytes) || !aether_native_edwards_decompress(bytes.data(), &point))
    return fail(VrfError::bad_public_key);
  aether_native_point cleared;
  aether_native_edwards_mul_by_cofactor(&point, &cleared);
  if (aether_native_edwards_is_identity(&cleared)) return fail(VrfError::small_order_public_key);
  VrfKey key;
  key.bytes_ = bytes;
  std::memcpy(key.point_.data(), &point, sizeof point);
  return key;
}

Result<VrfKey, VrfError> VrfKey::from_bytes(const VrfPublicKey& bytes) {
  AETHER_TRY(VrfKey key, VrfKeyPoint::decode(bytes));
  key.torsion_free_ = crypto::is_torsion_free(VrfKeyPoint::of(key));
  return key;
}

VrfPublicKey vrf_public_key(const Seed& seed) { return ed25519_public_key(seed); }

VrfProof vrf_prove(const Seed& seed, ByteView alpha, VrfSuite suite, VrfHint* hint) {
  Secret<64> expanded;
  sha512({seed.view()}, expanded.mutable_view());
  Secret<32> x(expanded.view().first<32>());
  x.mutable_view()[0] &= 248;
  x.mutable_view()[31] &= 127;
  x.mutable_view()[31] |= 64;
  const VrfPublicKey key = vrf_public_key(seed);

  aether_native_point h;
  const bool is_encoded = ecvrf::encode_to_curve(key, alpha, suite, h);
  AETHER_ASSERT(is_encoded);
  Encoded h_bytes;
  aether_native_edwards_compress(&h, 1, h_bytes.data());

  Secret<64> wide;
  sha512({expanded.view().last<32>(), h_bytes}, wide.mutable_view());
  Secret<32> k;
  aether_native_scalar_reduce_wide(wide.view().data(), k.mutable_view().data());

  const Multiple gamma = multiply(x, &h), u = multiply(k, nullptr), v = multiply(k, &h);
  const auto bytes = compress<6>({gamma.whole, u.whole, v.whole, gamma.eighth, u.eighth, v.eighth});
  if (hint != nullptr) *hint = {bytes[3], bytes[4], bytes[5]};
  const Challenge c = ecvrf::challenge(suite, key, h_bytes, bytes[0], bytes[1], bytes[2]);
  Scalar s;
  aether_native_scalar_mul_add(as_scalar(c).data(), x.view().data(), k.view().data(), s.data());

  VrfProof proof;
  std::copy(bytes[0].begin(), bytes[0].end(), proof.begin());
  std::copy(c.begin(), c.end(), proof.begin() + 32);
  std::copy(s.begin(), s.end(), proof.begin() + 48);
  return proof;
}

Result<VrfOutput, VrfError> vrf_verify(const VrfKey& key, ByteView alpha, const VrfProof& proof, VrfSuite suite) {
  const auto [gamma_bytes, c, s] = ecvrf::split(proof);
  AETHER_TRY(const aether_native_point gamma, decode_gamma(gamma_bytes));
  if (!aether_native_scalar_is_canonical(s.data())) return fail(VrfError::bad_scalar);
  aether_native_point h;
  if (!ecvrf::encode_to_curve(key.bytes(), alpha, suite, h)) return fail(VrfError::wrong_proof);

  Scalar minus_c;
  aether_native_scalar_negate(as_scalar(c).data(), minus_c.data());
  const aether_native_point y = VrfKeyPoint::of(key);
  aether_native_point u, v, gamma8;
  aether_native_edwards_vartime_double_mul_base(minus_c.data(), &y, s.data(), &u);
  const std::array<Scalar, 2> scalars{s, minus_c};
  const std::array<aether_native_point, 2> points{h, gamma};
  aether_native_edwards_vartime_msm(scalars[0].data(), points.data(), 2, &v);
  aether_native_edwards_mul_by_cofactor(&gamma, &gamma8);

  const auto bytes = compress<4>({h, u, v, gamma8});
  if (ecvrf::challenge(suite, key.bytes(), bytes[0], gamma_bytes, bytes[1], bytes[2]) != c)
    return fail(VrfError::wrong_proof);
  return ecvrf::output(suite, bytes[3]);
}

Result<VrfOutput, VrfError> vrf_verify(const VrfPublicKey& key, ByteView alpha, const VrfProof& proof, VrfSuite suite) {
  AETHER_TRY(const VrfKey decoded, VrfKeyPoint::decode(key));
  return vrf_verify(decoded, alpha, proof, suite);
}

Result<VrfOutput, VrfError> vrf_proof_to_hash(const VrfProof& proof, VrfSuite suite) {
  const auto [gamma_bytes, c, s] = ecvrf::split(proof);
  AETHER_TRY(aether_native_point gamma, decode_gamma(gamma_bytes));
  if (!aether_native_scalar_is_canonical(s.data())) return fail(VrfError::bad_scalar);
  aether_native_edwards_mul_by_cofactor(&gamma, &gamma);
  return ecvrf::output(suite, compress<1>({gamma})[0]);
}

}  // namespace aether::crypto

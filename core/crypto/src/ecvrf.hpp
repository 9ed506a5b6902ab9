// What the single and the batch verifier of ECVRF share: RFC 9381's steps over points of third_party/native.
#pragma once

#include <aether_native/native.h>

#include "aether/crypto/vrf.hpp"

namespace aether::crypto {

using Encoded = std::array<std::uint8_t, 32>;
using Scalar = std::array<std::uint8_t, 32>;  // little-endian
using Challenge = std::array<std::uint8_t, 16>;

// The crate's point of a VrfKey.
struct VrfKeyPoint {
  static aether_native_point of(const VrfKey& key);
  static Result<VrfKey, VrfError> decode(const VrfPublicKey& bytes);
};

namespace ecvrf {

inline constexpr Scalar kZeroScalar{};
// 1/8 modulo L = 2^252 + 27742317777372353535851937790883648493.
inline constexpr Scalar kEighth{0x79, 0x2f, 0xdc, 0xe2, 0x29, 0xe5, 0x06, 0x61, 0xd0, 0xda, 0x1c,
                                0x7d, 0xb3, 0x9d, 0xd3, 0x07, 0,    0,    0,    0,    0,    0,
                                0,    0,    0,    0,    0,    0,    0,    0,    0,    0x06};

// ELL2's domain for RFC 9380's edwards25519_XMD:SHA-512_ELL2_NU_.
inline constexpr std::string_view kEll2Dst = "ECVRF_edwards25519_XMD:SHA-512_ELL2_NU_\x04";

struct Proof {
  Encoded gamma;
  Challenge c;
  Scalar s;
};
[[nodiscard]] Proof split(const VrfProof& proof);

// Whether RFC 8032's decoder would take these bytes if a point has them: y below p, and no sign for x = 0.
[[nodiscard]] bool is_canonical(const Encoded& bytes);

// Sections 5.4.1.1 and 5.4.1.2. False if TAI finds nothing in 256 tries, which no one will see.
[[nodiscard]] bool encode_to_curve(const VrfPublicKey& key, ByteView alpha, VrfSuite suite, aether_native_point& to);

// Section 5.4.3, of encodings.
[[nodiscard]] Challenge challenge(VrfSuite suite, const Encoded& y, const Encoded& h, const Encoded& gamma,
                                  const Encoded& u, const Encoded& v);
[[nodiscard]] Scalar as_scalar(const Challenge& c);

// Section 5.2, of the encoding of 8Γ.
[[nodiscard]] VrfOutput output(VrfSuite suite, const Encoded& gamma8);

template <std::size_t N>
std::array<Encoded, N> compress(const std::array<aether_native_point, N>& points) {
  std::array<Encoded, N> out;
  static_assert(sizeof out == 32 * N);
  aether_native_edwards_compress(points.data(), N, out[0].data());
  return out;
}

}  // namespace ecvrf
}  // namespace aether::crypto

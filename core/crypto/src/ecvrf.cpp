#include "ecvrf.hpp"

#include <cstring>

#include "sha512.hpp"

namespace aether::crypto::ecvrf {
namespace {

using Byte = std::array<std::uint8_t, 1>;
constexpr Byte kZero{0}, kOne{1}, kTwo{2}, kThree{3};

Byte octet(VrfSuite suite) { return {static_cast<std::uint8_t>(suite)}; }

bool encode_ell2(const VrfPublicKey& key, ByteView alpha, aether_native_point& to) {
  Bytes message;
  message.reserve(key.size() + alpha.size());
  append(message, key);
  append(message, alpha);
  const ByteView dst = as_bytes(kEll2Dst);
  aether_native_edwards_encode_to_curve(message.data(), message.size(), dst.data(), dst.size(), &to);
  return true;
}

bool encode_tai(const VrfPublicKey& key, ByteView alpha, aether_native_point& to) {
  for (unsigned counter = 0; counter < 256; ++counter) {
    const Byte ctr{static_cast<std::uint8_t>(counter)};
    const Wide hash = sha512({octet(VrfSuite::tai), kOne, key, alpha, ctr, kZero});
    Encoded y;
    std::copy_n(hash.begin(), y.size(), y.begin());
    if (!is_canonical(y) || !aether_native_edwards_decompress(y.data(), &to)) continue;
    aether_native_edwards_mul_by_cofactor(&to, &to);
    if (!aether_native_edwards_is_identity(&to)) return true;
  }
  return false;
}

}  // namespace

Proof split(const VrfProof& proof) {
  Proof out;
  std::copy_n(proof.begin(), 32, out.gamma.begin());
  std::copy_n(proof.begin() + 32, 16, out.c.begin());
  std::copy_n(proof.begin() + 48, 32, out.s.begin());
  return out;
}

bool is_canonical(const Encoded& bytes) {
  // p = 2^255 − 19 = ed ff … ff 7f; x is 0 for y = 1 and y = p − 1 alone.
  const bool negative = (bytes[31] & 0x80) != 0;
  const auto rest_is = [&](std::uint8_t middle, std::uint8_t last) {
    return std::all_of(bytes.begin() + 1, bytes.end() - 1, [&](std::uint8_t b) { return b == middle; }) &&
           (bytes[31] & 0x7f) == last;
  };
  if (rest_is(0xff, 0x7f)) return bytes[0] < 0xec || (bytes[0] == 0xec && !negative);
  return !(bytes[0] == 1 && rest_is(0, 0) && negative);
}

bool encode_to_curve(const VrfPublicKey& key, ByteView alpha, VrfSuite suite, aether_native_point& to) {
  return suite == VrfSuite::ell2 ? encode_ell2(key, alpha, to) : encode_tai(key, alpha, to);
}

Challenge challenge(VrfSuite suite, const Encoded& y, const Encoded& h, const Encoded& gamma, const Encoded& u,
                    const Encoded& v) {
  const Wide hash = sha512({octet(suite), kTwo, y, h, gamma, u, v, kZero});
  Challenge out;
  std::copy_n(hash.begin(), out.size(), out.begin());
  return out;
}

Scalar as_scalar(const Challenge& c) {
  Scalar out{};
  std::copy(c.begin(), c.end(), out.begin());
  return out;
}

VrfOutput output(VrfSuite suite, const Encoded& gamma8) { return sha512({octet(suite), kThree, gamma8, kZero}); }

}  // namespace aether::crypto::ecvrf

// Random signatures, good and bad, many of them at the edges of the ZIP-215 rule: keys and R with a part of small
// order, keys and R that are of small order themselves, encodings that are not canonical, s = 0 and s ≥ L.
#pragma once

#include <aether_native/native.h>
#include <sodium.h>

#include <random>

#include "aether/crypto/ed25519_batch.hpp"
#include "ed25519_cases.hpp"

namespace aether::crypto::cases {

using Scalar = std::array<std::uint8_t, 32>;

// All encodings of points of small order, and the 38 encodings with y ≥ p, of which some are of no point.
inline std::vector<PublicKey> edge_encodings() {
  std::vector<PublicKey> out;
  for (const auto hex : kSmallOrder) out.push_back(bytes_of<32>(hex));
  for (unsigned y = 0xed; y <= 0xff; ++y)
    for (const std::uint8_t last : {std::uint8_t{0x7f}, std::uint8_t{0xff}}) {
      PublicKey encoding;
      encoding.fill(0xff);
      encoding[0] = static_cast<std::uint8_t>(y);
      encoding[31] = last;
      out.push_back(encoding);
    }
  return out;
}

class EdgeSigner {
 public:
  explicit EdgeSigner(std::uint64_t seed) : random_(seed), edges_(edge_encodings()) {
    for (std::size_t i = 0; i < torsion_.size(); ++i) aether_native_edwards_decompress(edges_[i].data(), &torsion_[i]);
  }

  std::size_t below(std::size_t n) { return static_cast<std::size_t>(random_() % n); }

  template <std::size_t N>
  std::array<std::uint8_t, N> bytes() {
    std::array<std::uint8_t, N> out;
    for (auto& byte : out) byte = static_cast<std::uint8_t>(random_());
    return out;
  }

  // Half of them with parts of small order, or of small order; valid all the same.
  SignedId good(std::string_view tag) {
    const bool plain = below(2) == 0;
    const Scalar a = plain || below(4) != 0 ? scalar() : Scalar{}, r = plain || below(4) != 0 ? scalar() : Scalar{};
    SignedId out{.key = encoding(a, plain), .id = Hash{bytes<32>()}};
    const PublicKey big_r = encoding(r, plain);
    std::copy(big_r.begin(), big_r.end(), out.signature.begin());
    const Scalar k = challenge(out, tag);
    aether_native_scalar_mul_add(k.data(), a.data(), r.data(), out.signature.data() + 32);
    return out;
  }

  // Changes one thing, which makes nearly every signature bad.
  void corrupt(SignedId& item) {
    const auto bit = static_cast<std::uint8_t>(1U << below(8));
    switch (below(8)) {
      case 0: item.key[below(32)] ^= bit; break;
      case 1: item.id.bytes[below(32)] ^= bit; break;
      case 2: item.signature[below(32)] ^= bit; break;
      case 3: item.signature[32 + below(32)] ^= bit; break;
      case 4: item.key = edges_[below(edges_.size())]; break;
      case 5: std::copy_n(edges_[below(edges_.size())].begin(), 32, item.signature.begin()); break;
      case 6: std::fill_n(item.signature.begin() + 32, 32, std::uint8_t{0}); break;
      default: add_order(item.signature);
    }
  }

  // SHA-512(R ‖ A ‖ frame) modulo the order, by libsodium and dalek.
  static Scalar challenge(const SignedId& item, std::string_view tag) {
    const Bytes frame = signing_frame(tag, item.id);
    crypto_hash_sha512_state hash;
    crypto_hash_sha512_init(&hash);
    crypto_hash_sha512_update(&hash, item.signature.data(), 32);
    crypto_hash_sha512_update(&hash, item.key.data(), item.key.size());
    crypto_hash_sha512_update(&hash, frame.data(), frame.size());
    std::array<std::uint8_t, 64> wide;
    crypto_hash_sha512_final(&hash, wide.data());
    Scalar out;
    aether_native_scalar_reduce_wide(wide.data(), out.data());
    return out;
  }

  // s + L: the same residue, not canonical.
  static void add_order(Signature& signature) {
    const auto order = bytes_of<32>(kOrder);
    unsigned carry = 0;
    for (std::size_t i = 0; i < 32; ++i) {
      carry += signature[32 + i] + order[i];
      signature[32 + i] = static_cast<std::uint8_t>(carry);
      carry >>= 8;
    }
  }

 private:
  Scalar scalar() {
    Scalar out;
    aether_native_scalar_reduce_wide(bytes<64>().data(), out.data());
    return out;
  }

  // An encoding of s·B, or of s·B and a point of small order.
  PublicKey encoding(const Scalar& s, bool plain) {
    aether_native_point point;
    aether_native_edwards_mul_base(s.data(), &point);
    if (!plain) {
      const std::size_t i = below(torsion_.size());
      if (s == Scalar{}) return edges_[i];  // not always the canonical one
      aether_native_edwards_add(&point, &torsion_[i], &point);
    }
    PublicKey out;
    aether_native_edwards_compress(&point, 1, out.data());
    return out;
  }

  std::mt19937_64 random_;
  std::vector<PublicKey> edges_;
  std::array<aether_native_point, std::size(kSmallOrder)> torsion_{};
};

}  // namespace aether::crypto::cases

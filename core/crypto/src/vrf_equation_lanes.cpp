#include <algorithm>

#include "aether/base/checked.hpp"
#include "scalar.hpp"
#include "sha512_four.hpp"
#include "vrf_avx2.hpp"
#include "vrf_equation.hpp"

namespace aether::crypto {
namespace {

using avx2::AffinePoint;
using avx2::Encoding;
using avx2::FourPoints;

using Half = std::array<std::uint8_t, 16>;

std::uint64_t word_at(const Half& bytes, std::size_t at) {
  std::uint64_t out;
  std::memcpy(&out, bytes.data() + at, sizeof out);
  return out;
}

scalar::Words as_words(const Half& bytes) { return {word_at(bytes, 0), word_at(bytes, 8), 0, 0}; }

// The same bits as an integer of [−2^127, 2^127).
Integer256 as_signed(const Half& bytes) {
  const std::uint64_t high = word_at(bytes, 8), sign = high >> 63 != 0 ? ~std::uint64_t{0} : 0;
  return {word_at(bytes, 0), high, sign, sign};
}

// OS2IP of 48 bytes modulo p, below 2^255: x + 2^255·y = x + 19·y, twice.
Encoding reduce_48(std::span<const std::uint8_t, 48> big_endian) {
  std::array<std::uint8_t, 48> bytes;
  std::reverse_copy(big_endian.begin(), big_endian.end(), bytes.begin());
  std::array<std::uint64_t, 6> w;
  std::memcpy(w.data(), bytes.data(), sizeof w);
  for (int round = 0; round < 2; ++round) {
    const std::array<std::uint64_t, 4> above{w[3] >> 63 | w[4] << 1, w[4] >> 63 | w[5] << 1, w[5] >> 63, 0};
    w[3] &= ~std::uint64_t{0} >> 1;
    w[4] = w[5] = 0;
    u128 carry = 0;
    for (std::size_t i = 0; i < 4; ++i) {
      carry += w[i] + static_cast<u128>(above[i]) * 19;
      w[i] = static_cast<std::uint64_t>(carry);
      carry >>= 64;
    }
  }
  Encoding out;
  std::memcpy(out.data(), w.data(), sizeof out);
  return out;
}

void add_all(Sha512Four& hash, std::size_t lane, std::initializer_list<ByteView> parts) {
  for (const ByteView part : parts) hash.add(lane, part);
}

using FourItems = std::span<const VrfItem* const, 4>;

// RFC 9380's hash_to_field with expand_message_xmd, section 5.
void hash_to_field(Sha512Four& hash, FourItems items, std::span<Encoding, 4> to) {
  constexpr std::array<std::uint8_t, 128> kZeros{};
  constexpr std::array<std::uint8_t, 3> kLength{0, 48, 0};
  constexpr std::array<std::uint8_t, 1> kOne{1}, kDstLength{static_cast<std::uint8_t>(ecvrf::kEll2Dst.size())};
  const ByteView dst = as_bytes(ecvrf::kEll2Dst);
  for (std::size_t l = 0; l < 4; ++l)
    add_all(hash, l, {kZeros, items[l]->key->bytes(), items[l]->alpha, kLength, dst, kDstLength});
  const auto b0 = hash.finish();
  for (std::size_t l = 0; l < 4; ++l) add_all(hash, l, {b0[l], kOne, dst, kDstLength});
  const auto b1 = hash.finish();
  for (std::size_t l = 0; l < 4; ++l) to[l] = reduce_48(std::span(b1[l]).first<48>());
}

// All that depends on one item alone, of items that have a hint. Arrays go on to a multiple of eight with the last item
// again.
template <class Kernel>
struct Decoded {
  using Point = typename Kernel::AffinePoint;

  explicit Decoded(std::vector<const VrfItem*> some);

  bool is_valid(std::size_t i) const {
    return valid[i] != 0 && valid[padded + i] != 0 && valid[2 * padded + i] != 0 && valid[3 * padded + i] != 0;
  }
  const Encoding& h(std::size_t i) const { return encodings[i]; }
  const Encoding& gamma(std::size_t i) const { return encodings[padded + i]; }
  const Encoding& u(std::size_t i) const { return encodings[2 * padded + i]; }
  const Encoding& v(std::size_t i) const { return encodings[3 * padded + i]; }
  const Encoding& gamma8(std::size_t i) const { return encodings[4 * padded + i]; }

  std::size_t count, padded;
  std::vector<const VrfItem*> items;
  std::vector<Point> points;  // g, p, q, Y, `padded` of each
  std::vector<std::uint8_t> valid;
  std::vector<AffinePoint> h_points;  // as AVX2 has them
  std::vector<Encoding> encodings;    // of H, Γ, U, V, 8Γ
  std::vector<Half> challenges;
  std::vector<VrfOutput> outputs;

 private:
  void decompress();
  void encode();
  void hash();
};

template <class Kernel>
Decoded<Kernel>::Decoded(std::vector<const VrfItem*> some) : count(some.size()), items(std::move(some)) {
  padded = (count + 7) / 8 * 8;
  items.resize(padded, items.back());
  decompress();
  encode();
  hash();
}

template <class Kernel>
void Decoded<Kernel>::decompress() {
  std::vector<Encoding> from(4 * padded);
  for (std::size_t i = 0; i < padded; ++i) {
    from[i] = items[i]->hint->gamma;
    from[padded + i] = items[i]->hint->u;
    from[2 * padded + i] = items[i]->hint->v;
    from[3 * padded + i] = items[i]->key->bytes();
  }
  points.resize(4 * padded);
  valid.resize(4 * padded);
  Kernel::decompress(from, points, valid);
  for (std::size_t i = 0; i < points.size(); ++i)
    if (valid[i] == 0) points[i] = Kernel::kBasePoint;  // what follows needs points
}

template <class Kernel>
void Decoded<Kernel>::encode() {
  std::vector<FourPoints> fours;
  fours.reserve(5 * padded / 4);
  Sha512Four hasher;
  std::array<Encoding, 8> field;
  for (std::size_t i = 0; i < padded; i += 8) {
    for (std::size_t half = 0; half < 8; half += 4)
      hash_to_field(hasher, FourItems(&items[i + half], 4), std::span<Encoding, 4>(&field[half], 4));
    std::array<FourPoints, 2> mapped;
    avx2::map_to_curve_avx2(field, mapped);
    fours.insert(fours.end(), mapped.begin(), mapped.end());
  }
  for (std::size_t i = 0; i < 3 * padded; i += 4) {
    const std::array four{Kernel::to_avx2(points[i]), Kernel::to_avx2(points[i + 1]), Kernel::to_avx2(points[i + 2]),
                          Kernel::to_avx2(points[i + 3])};
    fours.push_back(avx2::times_eight_avx2(four));
  }
  for (std::size_t i = 0; i < padded / 4; ++i) fours.push_back(avx2::times_eight_avx2(fours[padded / 4 + i]));
  h_points.resize(padded);
  encodings.resize(5 * padded);
  avx2::encode_avx2(fours, encodings, h_points);
}

template <class Kernel>
void Decoded<Kernel>::hash() {
  constexpr std::array<std::uint8_t, 2> kChallenge{4, 2}, kOutput{4, 3};
  constexpr std::array<std::uint8_t, 1> kZero{0};
  Sha512Four hasher;
  challenges.resize(padded);
  outputs.resize(padded);
  for (std::size_t i = 0; i < padded; i += 4) {
    for (std::size_t l = 0; l < 4; ++l)
      add_all(hasher, l, {kChallenge, items[i + l]->key->bytes(), h(i + l), gamma(i + l), u(i + l), v(i + l), kZero});
    const auto digests = hasher.finish();
    for (std::size_t l = 0; l < 4; ++l) {
      std::copy_n(digests[l].begin(), 16, challenges[i + l].begin());
      add_all(hasher, l, {kOutput, gamma8(i + l), kZero});
    }
    const auto betas = hasher.finish();
    std::copy(betas.begin(), betas.end(), &outputs[i]);
  }
}

}  // namespace

template <class Kernel>
VrfEquationOn<Kernel>::VrfEquationOn(std::span<const VrfItem> items, VrfResults results) {
  std::vector<const VrfItem*> chosen;
  std::vector<std::size_t> positions;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const VrfItem& item = items[i];
    if (item.hint && item.key->is_torsion_free() && scalar::is_canonical(scalar::load(ecvrf::split(item.proof).s))) {
      chosen.push_back(&item);
      positions.push_back(i);
    } else {
      results[i] = vrf_single(item);
    }
  }
  if (chosen.empty()) return;
  const Decoded<Kernel> all(std::move(chosen));
  VrfTranscript transcript;
  std::vector<ecvrf::Proof> proofs;
  for (std::size_t i = 0; i < all.count; ++i) {
    const VrfItem& item = *all.items[i];
    const ecvrf::Proof proof = ecvrf::split(item.proof);
    if (!all.is_valid(i) || all.gamma(i) != proof.gamma || all.challenges[i] != proof.c) {
      results[positions[i]] = vrf_single(item);
      continue;
    }
    results[positions[i]] = all.outputs[i];
    transcript.add(item, all.h(i), all.u(i), all.v(i));
    members_.push_back(positions[i]);
    proofs.push_back(proof);
    g_.push_back(all.points[i]);
    p_.push_back(all.points[all.padded + i]);
    q_.push_back(all.points[2 * all.padded + i]);
    y_.push_back(all.points[3 * all.padded + i]);
    h_.push_back(Kernel::from_avx2(all.h_points[i]));
  }
  weigh(transcript.finish(), proofs);
}

template <class Kernel>
void VrfEquationOn<Kernel>::weigh(const Hash& seed, std::span<const ecvrf::Proof> proofs) {
  const auto eighth = scalar::load(ecvrf::kEighth);
  for (std::size_t i = 0; i < proofs.size(); ++i) {
    const VrfWeights weights(seed, i);
    of_p_.push_back(as_signed(weights.z));
    of_q_.push_back(as_signed(weights.w));
    const auto &z = of_p_.back(), &w = of_q_.back();
    const auto c = as_words(proofs[i].c);
    const auto minus_s = scalar::negate(scalar::multiply(scalar::load(proofs[i].s), eighth));
    of_g_.push_back(scalar::multiply_signed(w, c));
    of_y_.push_back(scalar::multiply_signed(z, scalar::multiply(c, eighth)));
    of_h_.push_back(scalar::multiply_signed(w, minus_s));
    of_base_.push_back(scalar::multiply_signed(z, minus_s));
  }
}

template <class Kernel>
bool VrfEquationOn<Kernel>::holds(std::size_t first, std::size_t last) const {
  Integer256 base{};
  for (std::size_t i = first; i < last; ++i) base = scalar::add(base, of_base_[i]);
  using Terms = MsmTerms<Kernel>;
  const auto terms = [&](const std::vector<typename Kernel::AffinePoint>& points,
                         const std::vector<Integer256>& factors, int bits) {
    return Terms{std::span(points).subspan(first, last - first), std::span(factors).subspan(first, last - first), bits};
  };
  return avx2::is_small_order_avx2(
      msm<Kernel>(std::array{terms(p_, of_p_, 128), terms(q_, of_q_, 128), terms(g_, of_g_, 254), terms(y_, of_y_, 254),
                             terms(h_, of_h_, 254), Terms{{&Kernel::kBasePoint, 1}, {&base, 1}, 254}}));
}

template class VrfEquationOn<Avx2>;
template class VrfEquationOn<Ifma>;

}  // namespace aether::crypto

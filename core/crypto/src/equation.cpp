#include "equation.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#include "aether/base/checked.hpp"
#include "aether/base/result.hpp"
#include "scalar.hpp"
#include "settle.hpp"
#include "sha512.hpp"

namespace aether::crypto {

namespace {

constexpr std::size_t kBlocksMax = 2;  // of a message hashed in a lane

using LaneBuffer = std::array<std::uint8_t, avx2::kSha512Block * kBlocksMax>;

template <class Kernel>
using Digests = std::array<avx2::Digest512, Kernel::kLanes>;

// SHA-512(R ‖ A ‖ message) of up to as many signatures as there are lanes.
template <class Kernel>
void challenges(const Batch& batch, std::size_t first, std::size_t count, Digests<Kernel>& out) {
  std::array<LaneBuffer, Kernel::kLanes> buffers;
  const std::size_t length = 64 + batch.message(first).size(), blocks = avx2::sha512_blocks(length);
  bool together = blocks <= kBlocksMax;
  for (std::size_t l = 1; l < count; ++l) together = together && batch.message(first + l).size() + 64 == length;
  for (std::size_t l = 0; l < count; ++l) {
    const ByteView message = batch.message(first + l);
    const PublicKey& key = batch.key(first + l);
    const Signature& signature = batch.signature(first + l);
    if (!together) {
      const Wide digest = sha512({ByteView(signature).first(32), key, message});
      std::memcpy(out[l].data(), digest.data(), digest.size());
      continue;
    }
    std::memcpy(buffers[l].data(), signature.data(), 32);
    std::memcpy(buffers[l].data() + 32, key.data(), 32);
    if (!message.empty()) std::memcpy(buffers[l].data() + 64, message.data(), message.size());
    avx2::sha512_pad(buffers[l], length);
  }
  if (!together) return;
  std::array<const std::uint8_t*, Kernel::kLanes> lanes;
  for (std::size_t l = 0; l < lanes.size(); ++l) lanes[l] = buffers[std::min(l, count - 1)].data();
  out = Kernel::sha512(lanes, blocks);
}

}  // namespace

template <class Kernel>
Equation<Kernel>::Equation(const Batch& batch, std::size_t first, std::size_t last) : offset_(first) {
  const std::size_t n = last - first;
  z_.resize(n);
  zk_.resize(n);
  s_.resize(n);
  keys_.resize(n);
  nonces_.resize(n);
  bad_.resize(n);
  std::vector<Encoding> nonces(n);
  for (std::size_t i = 0; i < n; ++i) std::copy_n(batch.signature(first + i).begin(), 32, nonces[i].begin());
  std::vector<std::uint8_t> key_valid(n), nonce_valid(n);
  Kernel::decompress(batch.keys().subspan(first, n), keys_, key_valid);
  Kernel::decompress(nonces, nonces_, nonce_valid);
  draw_coefficients(batch.seed(first, last));
  Digests<Kernel> digests;
  for (std::size_t i = 0; i < n; i += Kernel::kLanes) {
    const std::size_t count = std::min(Kernel::kLanes, n - i);
    challenges<Kernel>(batch, first + i, count, digests);
    for (std::size_t l = 0; l < count; ++l) {
      const Signature& signature = batch.signature(first + i + l);
      const auto s = scalar::load(std::span(signature).template last<32>());
      bad_[i + l] = key_valid[i + l] == 0 || nonce_valid[i + l] == 0 || !scalar::is_canonical(s);
      if (bad_[i + l] != 0) continue;
      zk_[i + l] = scalar::multiply_signed(z_[i + l], scalar::reduce(digests[l]));
      s_[i + l] = s;
    }
  }
}

// SHA-512(seed ‖ counter) gives four coefficients, each any of the 2^128 integers in [−2^127, 2^127).
template <class Kernel>
void Equation<Kernel>::draw_coefficients(const Hash& seed) {
  constexpr std::size_t kPerHash = 4;
  std::array<LaneBuffer, Kernel::kLanes> buffers;
  std::array<const std::uint8_t*, Kernel::kLanes> lanes;
  for (std::size_t l = 0; l < lanes.size(); ++l) lanes[l] = buffers[l].data();
  for (auto& buffer : buffers) {
    std::copy(seed.bytes.begin(), seed.bytes.end(), buffer.begin());
    avx2::sha512_pad(buffer, Hash::kSize + sizeof(std::uint64_t));
  }
  std::uint64_t counter = 0;
  for (std::size_t i = 0; i < z_.size();) {
    for (auto& buffer : buffers) {
      std::memcpy(buffer.data() + Hash::kSize, &counter, sizeof counter);
      ++counter;
    }
    for (const auto& digest : Kernel::sha512(lanes, 1))
      for (std::size_t j = 0; j < kPerHash && i < z_.size(); ++j, ++i) {
        const std::uint64_t low = digest[2 * j], high = digest[2 * j + 1];
        const std::uint64_t sign = high >> 63 != 0 ? ~std::uint64_t{0} : 0;
        z_[i] = {low, high, sign, sign};
      }
  }
}

// The sum of z·(R + k·A − s·B); positions are this equation's.
template <class Kernel>
avx2::ExtendedPoint Equation<Kernel>::new_sum(std::size_t first, std::size_t last) const {
  const std::size_t n = last - first;
  scalar::SignedSum zs;
  for (std::size_t i = first; i < last; ++i) zs.add(z_[i], s_[i]);
  const Integer256 base = scalar::negate(zs.reduced());
  const auto part = [&](const auto& all) { return std::span(all).subspan(first, n); };
  using Terms = MsmTerms<Kernel>;
  return msm<Kernel>(std::array{Terms{part(keys_), part(zk_), 254}, Terms{part(nonces_), part(z_), 128},
                                Terms{{&Kernel::kBasePoint, 1}, {&base, 1}, 254}});
}

// The same with the weights 1, 2, … of at most kNamedMax signatures.
template <class Kernel>
avx2::ExtendedPoint Equation<Kernel>::weighted_sum(std::size_t first, std::size_t last) const {
  constexpr int kWeightBits = std::bit_width(kNamedMax);
  const std::size_t n = last - first;
  AETHER_ASSERT(n <= kNamedMax);
  std::vector<Integer256> of_keys(n), of_nonces(n);
  Integer256 base{};
  for (std::size_t i = 0; i < n; ++i) {
    const Integer256 weight{i + 1};
    of_keys[i] = scalar::multiply(weight, zk_[first + i]);
    base = scalar::add(base, scalar::multiply(weight, scalar::multiply_signed(z_[first + i], s_[first + i])));
    u128 carry = 0;  // of two's complement: what leaves the top is the sign's
    for (std::size_t word = 0; word < 4; ++word) {
      carry += static_cast<u128>(z_[first + i][word]) * weight[0];
      of_nonces[i][word] = static_cast<std::uint64_t>(carry);
      carry >>= 64;
    }
  }
  base = scalar::negate(base);
  using Terms = MsmTerms<Kernel>;
  return msm<Kernel>(std::array{Terms{std::span(keys_).subspan(first, n), of_keys, 254},
                                Terms{std::span(nonces_).subspan(first, n), of_nonces, 128 + kWeightBits},
                                Terms{{&Kernel::kBasePoint, 1}, {&base, 1}, 254}});
}

template <class Kernel>
const avx2::ExtendedPoint& Equation<Kernel>::sum(std::size_t first, std::size_t last) {
  const auto known = [&](auto&& is) { return std::find_if(known_.begin(), known_.end(), is); };
  const auto same = known([&](const Sum& s) { return s.first == first && s.last == last; });
  if (same != known_.end()) return same->point;
  // The rest of a part whose sum is known costs a subtraction.
  const auto whole = known([&](const Sum& s) { return s.first < first && s.last == last; });
  const auto front =
      whole == known_.end() ? whole : known([&](const Sum& s) { return s.first == whole->first && s.last == first; });
  known_.push_back(
      {first, last, front != known_.end() ? avx2::subtract_avx2(whole->point, front->point) : new_sum(first, last)});
  return known_.back().point;
}

template <class Kernel>
bool Equation<Kernel>::all_meaningful(std::size_t first, std::size_t last) const {
  for (std::size_t i = first; i < last; ++i)
    if (bad_[i] != 0) return false;
  return true;
}

template <class Kernel>
bool Equation<Kernel>::holds(std::size_t first, std::size_t last) {
  first -= offset_;
  last -= offset_;
  return all_meaningful(first, last) && avx2::is_small_order_avx2(sum(first, last));
}

template <class Kernel>
std::optional<std::size_t> Equation<Kernel>::only_forgery(std::size_t first, std::size_t last) {
  if (!all_meaningful(first - offset_, last - offset_)) return std::nullopt;
  const std::size_t weight = avx2::small_logarithm_avx2(sum(first - offset_, last - offset_),
                                                        weighted_sum(first - offset_, last - offset_), last - first);
  if (weight == 0) return std::nullopt;
  return first + weight - 1;
}

template class Equation<Avx2>;
template class Equation<Ifma>;

}  // namespace aether::crypto

#include "equation.hpp"

#include <algorithm>
#include <cstring>

#include "scalar.hpp"
#include "sha512.hpp"
#include "sha512_avx2.hpp"

namespace aether::crypto {

namespace {

constexpr std::size_t kBlocksMax = 2;  // of a message hashed in a lane

using LaneBuffer = std::array<std::uint8_t, avx2::kSha512Block * kBlocksMax>;

// SHA-512(R ‖ A ‖ message) of up to four signatures.
void challenges(const Batch& batch, std::size_t first, std::size_t count, std::span<avx2::Digest512, 4> out) {
  std::array<LaneBuffer, 4> buffers;
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
  std::array<const std::uint8_t*, 4> lanes;
  for (std::size_t l = 0; l < 4; ++l) lanes[l] = buffers[std::min(l, count - 1)].data();
  const auto digests = avx2::sha512_blocks_avx2(lanes, blocks);
  std::copy(digests.begin(), digests.end(), out.begin());
}

}  // namespace

Equation::Equation(const Batch& batch, std::size_t first, std::size_t last) : offset_(first) {
  const std::size_t n = last - first;
  z_.resize(n);
  zk_.resize(n);
  zs_.resize(n);
  keys_.resize(n);
  nonces_.resize(n);
  bad_.resize(n);
  std::vector<avx2::Encoding> nonces(n);
  for (std::size_t i = 0; i < n; ++i) std::copy_n(batch.signature(first + i).begin(), 32, nonces[i].begin());
  std::vector<std::uint8_t> key_valid(n), nonce_valid(n);
  avx2::decompress_avx2(batch.keys().subspan(first, n), keys_, key_valid);
  avx2::decompress_avx2(nonces, nonces_, nonce_valid);
  draw_coefficients(batch.seed(first, last));
  std::array<avx2::Digest512, 4> digests;
  for (std::size_t i = 0; i < n; i += 4) {
    const std::size_t count = std::min<std::size_t>(4, n - i);
    challenges(batch, first + i, count, digests);
    for (std::size_t l = 0; l < count; ++l) {
      const auto s = scalar::load(std::span(batch.signature(first + i + l)).last<32>());
      bad_[i + l] = key_valid[i + l] == 0 || nonce_valid[i + l] == 0 || !scalar::is_canonical(s);
      if (bad_[i + l] == 0) set_scalars(i + l, scalar::reduce(digests[l]), s);
    }
  }
}

// SHA-512(seed ‖ counter) gives four coefficients, each any of the 2^128 integers in [−2^127, 2^127).
void Equation::draw_coefficients(const Hash& seed) {
  constexpr std::size_t kPerHash = 4;
  std::array<LaneBuffer, 4> buffers;
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
    const auto digests =
        avx2::sha512_blocks_avx2({buffers[0].data(), buffers[1].data(), buffers[2].data(), buffers[3].data()}, 1);
    for (const auto& digest : digests)
      for (std::size_t j = 0; j < kPerHash && i < z_.size(); ++j, ++i) {
        const std::uint64_t low = digest[2 * j], high = digest[2 * j + 1];
        const std::uint64_t sign = high >> 63 != 0 ? ~std::uint64_t{0} : 0;
        z_[i] = {low, high, sign, sign};
      }
  }
}

void Equation::set_scalars(std::size_t i, const Integer& challenge, const Integer& s) {
  const Integer z = scalar::from_signed(z_[i]);
  zk_[i] = scalar::multiply(z, challenge);
  zs_[i] = scalar::multiply(z, s);
}

// The sum of z·(R + k·A − s·B).
avx2::ExtendedPoint Equation::sum(std::size_t first, std::size_t last) const {
  const std::size_t n = last - first;
  Integer base{};
  for (std::size_t i = first; i < last; ++i) base = scalar::add(base, zs_[i]);
  base = scalar::negate(base);
  const auto part = [&](const auto& all) { return std::span(all).subspan(first, n); };
  return avx2::msm_avx2(std::array{avx2::MsmTerms{part(keys_), part(zk_), 254},
                                   avx2::MsmTerms{part(nonces_), part(z_), 128},
                                   avx2::MsmTerms{{&avx2::kBasePoint, 1}, {&base, 1}, 254}});
}

bool Equation::holds(std::size_t first, std::size_t last) {
  first -= offset_;
  last -= offset_;
  for (std::size_t i = first; i < last; ++i)
    if (bad_[i] != 0) return false;
  // The rest of a part whose sum is known costs a subtraction.
  const auto whole =
      std::find_if(known_.begin(), known_.end(), [&](const Sum& s) { return s.first < first && s.last == last; });
  const auto front =
      whole == known_.end() ? known_.end() : std::find_if(known_.begin(), known_.end(), [&](const Sum& s) {
        return s.first == whole->first && s.last == first;
      });
  const avx2::ExtendedPoint point =
      front != known_.end() ? avx2::subtract_avx2(whole->point, front->point) : sum(first, last);
  known_.push_back({first, last, point});
  return avx2::is_small_order_avx2(point);
}

}  // namespace aether::crypto

#include "aether/crypto/kes.hpp"

#include <sodium/crypto_generichash.h>
#include <sodium/utils.h>

#include <bit>

namespace aether::crypto {
namespace {

// The key material of a subtree of some depth is a prefix of the whole: the leaf's seed, then a slot for each height.
constexpr std::size_t kSlot = 96;  // the right half's seed, the left half's key, the right half's key

using Material = std::span<std::uint8_t>;
using MaterialView = std::span<const std::uint8_t>;

template <class View>
auto slot(View material, unsigned height) {  // height 1 is the leaf's parent
  return material.subspan(32 + kSlot * (height - 1), kSlot);
}
template <class View>
auto seed_of(View slot) {
  return slot.template first<32>();
}
template <class View>
auto keys_of(View slot) {
  return slot.template subspan<32, 64>();
}

KesPublicKey key_at(ByteView bytes) {
  KesPublicKey out;
  std::copy_n(bytes.begin(), out.size(), out.begin());
  return out;
}

void blake2b(ByteView a, ByteView b, std::span<std::uint8_t, 32> to) {
  crypto_generichash_state state;
  crypto_generichash_init(&state, nullptr, 0, to.size());
  crypto_generichash_update(&state, a.data(), a.size());
  crypto_generichash_update(&state, b.data(), b.size());
  crypto_generichash_final(&state, to.data(), to.size());
  sodium_memzero(&state, sizeof state);
}

KesPublicKey node(ByteView left_and_right) {
  KesPublicKey out;
  blake2b(left_and_right, {}, out);
  return out;
}

Seed half(std::uint8_t which, const Seed& seed) {
  Seed out;
  blake2b(ByteView(&which, 1), seed.view(), out.mutable_view());
  return out;
}

// The public key of the subtree that grows from a seed.
KesPublicKey key_of(const Seed& seed, unsigned depth) {
  if (depth == 0) return ed25519_public_key(seed);
  std::array<std::uint8_t, 64> keys;
  const KesPublicKey left = key_of(half(1, seed), depth - 1);
  const KesPublicKey right = key_of(half(2, seed), depth - 1);
  std::copy(left.begin(), left.end(), keys.begin());
  std::copy(right.begin(), right.end(), keys.begin() + 32);
  return node(keys);
}

// Fills a subtree's material at its first period.
void grow(Seed seed, unsigned depth, Material material) {
  for (unsigned height = depth; height > 0; --height) {
    const Seed right = half(2, seed);
    seed = half(1, seed);
    const Material at = slot(material, height);
    std::copy(right.view().begin(), right.view().end(), at.begin());
    const KesPublicKey right_key = key_of(right, height - 1);
    std::copy(right_key.begin(), right_key.end(), at.begin() + 64);
  }
  std::copy(seed.view().begin(), seed.view().end(), material.begin());
  KesPublicKey left_key = ed25519_public_key(seed);
  for (unsigned height = 1; height <= depth; ++height) {
    const Material at = slot(material, height);
    std::copy(left_key.begin(), left_key.end(), at.begin() + 32);
    left_key = node(keys_of(at));
  }
}

constexpr bool goes_right(unsigned period, unsigned height) { return (period >> (height - 1) & 1) != 0; }

}  // namespace

std::string_view to_string(KesError error) {
  switch (error) {
    case KesError::bad_period: return "a KES period is a number from 0 to 63";
    case KesError::bad_path: return "the KES signature's path does not lead to the public key at this period";
    case KesError::bad_signature: return "the KES key of this period did not sign this";
    case KesError::expired: return "the KES key has signed its last period; rotate it and register the new one";
    case KesError::bad_key: return "these bytes are no KES key: damaged, or not written by KesSecretKey";
  }
  return "unknown";
}

KesSecretKey::KesSecretKey(Seed&& seed) { grow(std::move(seed), kKesDepth, material_.mutable_view()); }

KesPublicKey KesSecretKey::public_key() const { return node(keys_of(slot(MaterialView(material_.view()), kKesDepth))); }

KesSignature KesSecretKey::sign(ByteView message) const {
  KesSignature out;
  const Signature leaf = ed25519_sign(Seed(material_.view().first<32>()), message);
  auto to = std::copy(leaf.begin(), leaf.end(), out.begin());
  for (unsigned height = 1; height <= kKesDepth; ++height) {
    const auto keys = keys_of(slot(MaterialView(material_.view()), height));
    to = std::copy(keys.begin(), keys.end(), to);
  }
  return out;
}

Result<void, KesError> KesSecretKey::evolve() {
  if (period_ + 1 == kKesPeriods) return fail(KesError::expired);
  // The halves below `height` are used up; the next period begins in its right half.
  const unsigned height = static_cast<unsigned>(std::countr_zero(period_ + 1)) + 1;
  const Material material = material_.mutable_view();
  const auto waiting = seed_of(slot(material, height));
  Seed next{std::span<const std::uint8_t, 32>(waiting)};
  wipe(waiting);
  wipe(material.first(32 + kSlot * (height - 1)));
  grow(std::move(next), height - 1, material);
  ++period_;
  return {};
}

Secret<KesSecretKey::kBytes> KesSecretKey::to_bytes() const {
  Secret<kBytes> out;
  const auto to = out.mutable_view();
  std::copy(material_.view().begin(), material_.view().end(), to.begin());
  to[kBytes - 1] = static_cast<std::uint8_t>(period_);
  return out;
}

Result<KesSecretKey, KesError> KesSecretKey::from_bytes(std::span<const std::uint8_t, kBytes> bytes) {
  const auto period = bytes.last<4>();
  if (period[0] != 0 || period[1] != 0 || period[2] != 0 || period[3] >= kKesPeriods) return fail(KesError::bad_key);
  KesSecretKey out;
  std::copy_n(bytes.begin(), kMaterial, out.material_.mutable_view().begin());
  out.period_ = period[3];
  if (!out.is_consistent()) return fail(KesError::bad_key);
  return out;
}

bool KesSecretKey::is_consistent() const {
  KesPublicKey below = ed25519_public_key(Seed(material_.view().first<32>()));
  for (unsigned height = 1; height <= kKesDepth; ++height) {
    const auto at = slot(MaterialView(material_.view()), height);
    const Seed waiting(seed_of(at));
    const KesPublicKey left = key_at(at.subspan(32)), right = key_at(at.subspan(64));
    if (goes_right(period_, height)) {
      if (below != right || waiting != Seed()) return false;
    } else if (below != left || key_of(waiting, height - 1) != right) {
      return false;
    }
    below = node(keys_of(at));
  }
  return true;
}

Result<void, KesError> kes_verify(const KesPublicKey& key, unsigned period, ByteView message,
                                  const KesSignature& signature) {
  if (period >= kKesPeriods) return fail(KesError::bad_period);
  const ByteView bytes = signature;
  KesPublicKey expected = key;
  for (unsigned height = kKesDepth; height > 0; --height) {
    const ByteView keys = bytes.subspan(64 * height, 64);
    if (node(keys) != expected) return fail(KesError::bad_path);
    expected = key_at(keys.subspan(goes_right(period, height) ? 32 : 0));
  }
  Signature leaf;
  std::copy_n(bytes.begin(), leaf.size(), leaf.begin());
  if (!ed25519_verify(expected, message, leaf)) return fail(KesError::bad_signature);
  return {};
}

}  // namespace aether::crypto

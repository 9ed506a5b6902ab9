// Any bytes as signatures and serialized keys, and any change of honest ones: no other signature verifies, and what is
// read as a key is written as it was read.
#include "aether/crypto/kes.hpp"

namespace {

using namespace aether;
using namespace aether::crypto;

struct Honest {
  KesSecretKey key{Seed{std::array<std::uint8_t, 32>{1}}};
  KesPublicKey public_key = key.public_key();
  Bytes message{1, 2};
  KesSignature signature = key.sign(message);
};

template <std::size_t N>
void change(std::span<std::uint8_t, N> to, ByteView mask) {
  for (std::size_t i = 0; i < std::min(N, mask.size()); ++i) to[i] ^= mask[i];
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Honest honest;
  if (size < 2) return 0;
  const unsigned period = data[0], choice = data[1];
  const ByteView mask(data + 2, size - 2);

  KesSignature signature{};
  if ((choice & 1) != 0) signature = honest.signature;
  change(std::span(signature), mask);
  const auto verdict = kes_verify(honest.public_key, period, honest.message, signature);
  AETHER_ASSERT(verdict.has_value() == (period == 0 && signature == honest.signature));

  auto bytes = (choice & 2) != 0 ? honest.key.to_bytes() : Secret<KesSecretKey::kBytes>();
  change(bytes.mutable_view(), mask);
  auto key = KesSecretKey::from_bytes(bytes.view());
  if (!key) return 0;
  AETHER_ASSERT(key->to_bytes() == bytes);
  AETHER_ASSERT(kes_verify(key->public_key(), key->period(), mask, key->sign(mask)).has_value());
  const bool is_last = key->period() + 1 == kKesPeriods;
  AETHER_ASSERT(key->evolve().has_value() != is_last);
  return 0;
}

// Any bytes as keys, proofs and hints, and any change of honest ones: the batch says what the single verifier says.
#include "aether/crypto/vrf.hpp"

namespace {

using namespace aether;
using namespace aether::crypto;

// Takes bytes from the front; zeros when none are left.
class Input {
 public:
  explicit Input(ByteView bytes) : rest_(bytes) {}
  template <std::size_t N>
  std::array<std::uint8_t, N> take() {
    std::array<std::uint8_t, N> out{};
    const std::size_t n = std::min(N, rest_.size());
    std::copy_n(rest_.begin(), n, out.begin());
    rest_ = rest_.subspan(n);
    return out;
  }
  template <std::size_t N>
  void change(std::array<std::uint8_t, N>& to) {
    const auto mask = take<N>();
    for (std::size_t i = 0; i < N; ++i) to[i] ^= mask[i];
  }

 private:
  ByteView rest_;
};

struct Honest {
  Seed seed{std::array<std::uint8_t, 32>{1}};
  VrfPublicKey key = vrf_public_key(seed);
  VrfHint hint;
  VrfProof proof = vrf_prove(seed, Bytes{1, 2}, VrfSuite::ell2, &hint);
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Honest honest;
  Input input(ByteView(data, size));
  const std::uint8_t choice = input.take<1>()[0];
  VrfPublicKey bytes = (choice & 1) != 0 ? honest.key : VrfPublicKey{};
  VrfItem item;
  if ((choice & 2) != 0) item.proof = honest.proof;
  item.hint = (choice & 4) != 0 ? honest.hint : VrfHint{};
  input.change(item.proof);
  input.change(item.hint->gamma);
  input.change(item.hint->u);
  input.change(item.hint->v);
  input.change(bytes);
  const auto alpha = input.take<2>();
  item.alpha = alpha;

  const auto key = VrfKey::from_bytes(bytes);
  const auto verdict = vrf_verify(bytes, alpha, item.proof);
  if (!key) {
    AETHER_ASSERT(!verdict && verdict.error() == key.error());
    return 0;
  }
  item.key = &*key;
  const auto honest_key = VrfKey::from_bytes(honest.key);
  const Bytes honest_alpha{1, 2};
  const VrfItem beside{&*honest_key, honest_alpha, honest.proof, honest.hint};
  const VrfItem items[] = {beside, item, beside, beside};
  SerialPool pool;
  const bool avx2 = __builtin_cpu_supports("avx2");
  for (const CpuFeatures& cpu : {CpuFeatures{}, CpuFeatures{.avx2 = avx2},
                                 CpuFeatures{.avx2 = avx2, .avx512_ifma = __builtin_cpu_supports("avx512ifma") != 0}}) {
    const auto results = vrf_verify_batch(items, cpu, pool);
    AETHER_ASSERT(results[1] == verdict && results[0] && results[2] && results[3]);
  }
  AETHER_ASSERT(!verdict || vrf_proof_to_hash(item.proof) == verdict);
  return 0;
}

// Row 5: batches of ECVRF proofs.
#include <aether_peers.h>

#include "aether/crypto/vrf.hpp"
#include "aether/env/cpu.hpp"
#include "rows.hpp"

namespace aether::bench {
namespace {

using namespace crypto;

constexpr std::size_t kAlphaBytes = 32;
constexpr std::size_t kSingles = 64;  // proofs of a run that verifies one by one

// One proof of each key, by us and in the peer's drafts.
struct Proofs {
  std::vector<VrfKey> keys;
  Bytes raw_keys, alphas, draft03, draft10, draft10_long, outputs10;
  std::vector<VrfItem> items;
  std::vector<VrfOutput> outputs;

  Proofs(Random& random, std::size_t n) : alphas(random_bytes(random, n * kAlphaBytes)) {
    keys.reserve(n);
    const auto grown = [](Bytes& bytes, std::size_t by) {
      bytes.resize(bytes.size() + by);
      return &bytes[bytes.size() - by];
    };
    for (std::size_t i = 0; i < n; ++i) {
      const auto raw = random_array<32>(random);
      const Seed seed(raw);
      const VrfPublicKey key = vrf_public_key(seed);
      append(raw_keys, key);
      keys.push_back(*VrfKey::from_bytes(key));
      VrfHint hint;
      const VrfProof proof = vrf_prove(seed, alpha(i), VrfSuite::ell2, &hint);
      items.push_back({&keys.back(), alpha(i), proof, hint});
      outputs.push_back(*vrf_verify(key, alpha(i), proof));

      aether_peers_vrf03_prove(raw.data(), alpha(i).data(), kAlphaBytes, grown(draft03, 80));
      aether_peers_vrf10_prove(raw.data(), alpha(i).data(), kAlphaBytes, grown(draft10, 80));
      std::uint8_t* const long_proof = grown(draft10_long, 128);
      aether_peers_vrf10_prove_long(raw.data(), alpha(i).data(), kAlphaBytes, long_proof, grown(outputs10, 64));
      const VrfProof tai = vrf_prove(seed, alpha(i), VrfSuite::tai);
      const auto beta = vrf_verify(key, alpha(i), tai, VrfSuite::tai);
      require(beta && std::equal(beta->begin(), beta->end(), &outputs10[64 * i]), "outputs of the TAI suite differ");
    }
  }
  ByteView alpha(std::size_t i) const { return ByteView(alphas).subspan(i * kAlphaBytes, kAlphaBytes); }
  bool verify03(std::size_t i) const {
    VrfOutput out;
    return aether_peers_vrf03_verify(&raw_keys[32 * i], alpha(i).data(), kAlphaBytes, &draft03[80 * i], out.data());
  }
  bool verify10(std::size_t i) const {
    VrfOutput out;
    return aether_peers_vrf10_verify(&raw_keys[32 * i], alpha(i).data(), kAlphaBytes, &draft10[80 * i], out.data()) &&
           std::equal(out.begin(), out.end(), &outputs10[64 * i]);
  }
  bool batch10(std::size_t first, std::size_t last) const {
    return aether_peers_vrf10_batch(&raw_keys[32 * first], alpha(first).data(), kAlphaBytes, &draft10_long[128 * first],
                                    &outputs10[64 * first], last - first);
  }
  bool single(std::size_t i) const {
    const auto out = vrf_verify(*items[i].key, items[i].alpha, items[i].proof);
    return out && *out == outputs[i];
  }
};

}  // namespace

void vrf_batches(const Harness& harness) {
  Random random(5);
  const CpuFeatures cpu = env::cpu_features();
  for (const std::size_t n : {std::size_t{1024}, std::size_t{64}}) {
    const Proofs proofs(random, harness.size(n, 64));
    const std::size_t count = proofs.items.size();
    const auto measure = [&](const Cores& cores) {
      const auto batch = [&] {
        const auto out = vrf_verify_batch(proofs.items, cpu, cores.pool);
        for (std::size_t i = 0; i < count; ++i)
          require(out[i] && *out[i] == proofs.outputs[i], "an output of a batch differs");
      };
      const auto each = [&](const std::string& name, auto verify, Goals goals = {}) {
        return Side{name,
                    [&proofs, cores, verify] {
                      cores.split(kSingles, [&](std::size_t first, std::size_t last) {
                        for (std::size_t i = first; i < last; ++i)
                          require((proofs.*verify)(i), "a right proof was refused");
                      });
                    },
                    double(kSingles), goals};
      };
      const auto peer_batch = [&] {
        cores.split(count, [&](std::size_t first, std::size_t last) {
          require(proofs.batch10(first, last), "the peer's batch of right proofs was refused");
        });
      };
      const bool goals = n == 1024;
      harness.compare(cores, {5, "ECVRF ELL2, batch of " + std::to_string(n), {double(count), "proof"}},
                      {"vrf_verify_batch", batch},
                      {each("our single", &Proofs::single, goals ? Goals{3.0, {}} : Goals{}),
                       each("amaru-vrf draft 03 (ELL2) single", &Proofs::verify03, goals ? Goals{{}, 10.0} : Goals{}),
                       each("amaru-vrf draft 10 (TAI) single", &Proofs::verify10),
                       {"amaru-vrf draft 10 (TAI) batch", peer_batch}});
    };
    if (n == 1024) {
      harness.on_one_and_two(measure);
    } else {
      harness.on_one(measure);
    }
  }
}

}  // namespace aether::bench

// BLS: the parts, the intake of 1000 votes with 1 % bad beside blst one by one, a certificate beside blst's own steps.
#include <benchmark/benchmark.h>
#include <blst.h>

#include "aether/crypto/bls_votes.hpp"

namespace aether::crypto {
namespace {

constexpr std::size_t kVotes = 1000;
constexpr std::string_view kDst = "BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_";

struct Scene {
  Bytes message = Bytes(41, 7);
  std::vector<BlsPublicKey> keys;
  std::vector<blst_p1_affine> raw_keys;
  std::vector<BlsVote> votes;
  std::vector<BlsVote> with_bad;
  Bytes all = Bytes((kVotes + 7) / 8);
  BlsSignatureBytes aggregate{};

  Scene() {
    std::vector<BlsSignature> signatures;
    for (std::uint32_t i = 0; i < kVotes; ++i) {
      std::array<std::uint8_t, 32> ikm{static_cast<std::uint8_t>(i), static_cast<std::uint8_t>(i >> 8)};
      const BlsSecretKey secret = bls_key_gen(Secret<32>(ikm));
      keys.push_back(bls_public_key(secret));
      raw_keys.emplace_back();
      blst_p1_uncompress(&raw_keys.back(), keys.back().encode().data());
      signatures.push_back(bls_sign(secret, message));
      votes.push_back({i, signatures.back().encode()});
      set_signer(all, i);
      with_bad.push_back(votes.back());
      if (i % 100 == i / 100 * 7) with_bad.back().signature = bls_sign(secret, as_bytes("another")).encode();
    }
    aggregate = bls_aggregate(signatures)->encode();
  }
};
const Scene& scene() {
  static const Scene made;
  return made;
}

bool one_by_one(const blst_p1_affine& key, const BlsSignatureBytes& bytes, ByteView message) {
  blst_p2_affine signature;
  return blst_p2_uncompress(&signature, bytes.data()) == BLST_SUCCESS && blst_p2_affine_in_g2(&signature) &&
         blst_core_verify_pk_in_g1(&key, &signature, true, message.data(), message.size(), as_bytes(kDst).data(),
                                   kDst.size(), nullptr, 0) == BLST_SUCCESS;
}

void votes_blst_one_by_one(benchmark::State& state) {
  const Scene& s = scene();
  std::size_t i = 0;
  for (auto _ : state) {
    const std::size_t k = i++ % kVotes;
    benchmark::DoNotOptimize(one_by_one(s.raw_keys[k], s.with_bad[k].signature, s.message));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(votes_blst_one_by_one)->Unit(benchmark::kMicrosecond);

void votes_blst_decoded_and_checked_only(benchmark::State& state) {
  const Scene& s = scene();
  std::size_t i = 0;
  for (auto _ : state) {
    blst_p2_affine signature;
    const bool decoded = blst_p2_uncompress(&signature, s.votes[i++ % kVotes].signature.data()) == BLST_SUCCESS;
    benchmark::DoNotOptimize(decoded && blst_p2_affine_in_g2(&signature));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(votes_blst_decoded_and_checked_only)->Unit(benchmark::kMicrosecond);

// From the bytes of 1000 votes to a verified certificate.
void votes_to_certificate(benchmark::State& state) {
  const Scene& s = scene();
  SerialPool pool;
  const auto& votes = state.range(0) != 0 ? s.with_bad : s.votes;
  for (auto _ : state) {
    BlsVotes intake(BlsMessage(s.message), s.keys);
    benchmark::DoNotOptimize(intake.add(votes, pool));
    state.counters["equations"] = static_cast<double>(intake.pairings());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kVotes));
}
BENCHMARK(votes_to_certificate)->ArgName("bad")->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);

void certificate_blst(benchmark::State& state) {
  const Scene& s = scene();
  const blst_p1_affine* keys[] = {s.raw_keys.data(), nullptr};
  for (auto _ : state) {
    blst_p1 sum;
    blst_p1s_add(&sum, keys, kVotes);
    blst_p1_affine key;
    blst_p1_to_affine(&key, &sum);
    blst_p2_affine signature;
    blst_p2_uncompress(&signature, s.aggregate.data());
    if (blst_core_verify_pk_in_g1(&key, &signature, true, s.message.data(), s.message.size(), as_bytes(kDst).data(),
                                  kDst.size(), nullptr, 0) != BLST_SUCCESS)
      state.SkipWithError("the certificate fails");
  }
}
BENCHMARK(certificate_blst)->Unit(benchmark::kMicrosecond);

// 0: message and signer set are new; 1: the message is hashed and the set cached.
void certificate(benchmark::State& state) {
  const Scene& s = scene();
  const BlsMessage message(s.message);
  BlsSignerSums sums(s.keys);
  Bytes bitmap = s.all;
  std::size_t i = 0;
  for (auto _ : state) {
    const auto signature = BlsSignature::decode(s.aggregate);
    if (state.range(0) != 0) {
      if (!sums.verify(message, s.all, *signature)) state.SkipWithError("the certificate fails");
    } else {  // 2/3 of the signers, another one missing each time
      bitmap = s.all;
      for (std::size_t k = 0; k < kVotes / 3; ++k) {
        const std::size_t absent = (3 * k + i) % kVotes;
        bitmap[absent / 8] = static_cast<std::uint8_t>(bitmap[absent / 8] & ~(1u << absent % 8));
      }
      ++i;
      benchmark::DoNotOptimize(sums.verify(BlsMessage(s.message), bitmap, *signature));
    }
  }
}
BENCHMARK(certificate)->ArgName("cached")->Arg(0)->Arg(1)->Unit(benchmark::kMicrosecond);

void many_messages(benchmark::State& state) {
  std::vector<Bytes> messages;
  std::vector<BlsSigned> items;
  for (std::uint8_t i = 0; i < 64; ++i) messages.emplace_back(32, i);
  for (std::uint8_t i = 0; i < 64; ++i) {
    std::array<std::uint8_t, 32> ikm{i};
    const BlsSecretKey secret = bls_key_gen(Secret<32>(ikm));
    items.push_back({bls_public_key(secret), messages[i], bls_sign(secret, messages[i])});
  }
  SerialPool pool;
  for (auto _ : state) benchmark::DoNotOptimize(bls_verify_many(items, pool));
  state.SetItemsProcessed(state.iterations() * 64);
}
BENCHMARK(many_messages)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace aether::crypto

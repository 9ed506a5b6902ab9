// Row 6: KZG commitments, openings and their verification.
#include <aether_peers.h>

#include "aether/ceremony/ceremony.hpp"
#include "rows.hpp"

namespace aether::bench {
namespace {

using namespace crypto;

KzgScalar random_scalar(Random& random) {
  auto out = random_array<32>(random);
  out[0] = static_cast<std::uint8_t>(out[0] % 0x73);  // below the order
  return out;
}

}  // namespace

void kzg(const Harness& harness) {
  Random random(6);
  const auto settings = ceremony::load_kzg_settings();
  require(settings.has_value(), "the ceremony does not load");

  // Two blobs, so that a peer that works on one core has one for each.
  std::vector<Bytes> blobs(2);
  for (Bytes& blob : blobs)
    for (std::size_t i = 0; i < kKzgPoints; ++i) append(blob, random_scalar(random));
  std::vector<KzgClaim> claims;
  for (const Bytes& blob : blobs) {
    for (std::size_t i = 0; i < harness.size(32, 2); ++i) {
      const KzgScalar z = random_scalar(random);
      const auto commitment = kzg_commit(blob, *settings);
      const auto opening = kzg_open(blob, z, *settings);
      require(commitment && opening, "a blob was refused");
      KzgClaim theirs{{}, z, {}, {}};
      require(aether_peers_kzg_commit(blob.data(), theirs.commitment.data()) &&
                  aether_peers_kzg_open(blob.data(), z.data(), theirs.proof.data(), theirs.y.data()),
              "c-kzg refuses a blob");
      require(theirs.commitment == *commitment && theirs.proof == opening->proof && theirs.y == opening->y,
              "commitments or openings differ");
      claims.push_back(theirs);
    }
  }
  const auto peer_verify = [](const KzgClaim& claim) {
    return aether_peers_kzg_verify(claim.commitment.data(), claim.z.data(), claim.y.data(), claim.proof.data());
  };
  KzgClaim wrong = claims[0];
  wrong.y = claims[1].y;
  require(!peer_verify(wrong) && kzg_verify(wrong, *settings) == false, "a wrong claim was accepted");

  harness.on_one_and_two([&](const Cores& cores) {
    const auto each_blob = [&](const auto& f) {
      return [&, f] {
        cores.split(blobs.size(), [&](std::size_t first, std::size_t last) {
          for (std::size_t i = first; i < last; ++i) require(f(blobs[i]), "a blob was refused");
        });
      };
    };
    const auto count = double(blobs.size());
    harness.compare(cores, {6, "KZG, commit to 4096 values", {count, "blob"}},
                    {"kzg_commit",
                     [&] {
                       for (const Bytes& blob : blobs)
                         require(kzg_commit(blob, *settings, cores.pool).has_value(), "refused");
                     }},
                    {{"c-kzg",
                      each_blob([](const Bytes& blob) {
                        KzgCommitment out;
                        return aether_peers_kzg_commit(blob.data(), out.data());
                      }),
                      {},
                      {1.0, 5.0}}});
    harness.compare(cores, {6, "KZG, open at a point", {count, "blob"}},
                    {"kzg_open",
                     [&] {
                       for (const Bytes& blob : blobs)
                         require(kzg_open(blob, claims[0].z, *settings, cores.pool).has_value(), "refused");
                     }},
                    {{"c-kzg",
                      each_blob([&](const Bytes& blob) {
                        KzgOpening out;
                        return aether_peers_kzg_open(blob.data(), claims[0].z.data(), out.proof.data(), out.y.data());
                      }),
                      {},
                      {1.0, 1.0}}});
  });
  harness.on_one([&](const Cores& cores) {
    const auto verify_all = [&] {
      for (const KzgClaim& claim : claims) require(peer_verify(claim), "c-kzg refuses a right claim");
    };
    const Work work{double(claims.size()), "claim"};
    harness.compare(cores, {6, "KZG, verify one claim", work},
                    {"kzg_verify",
                     [&] {
                       for (const KzgClaim& claim : claims) require(kzg_verify(claim, *settings) == true, "refused");
                     }},
                    {{"c-kzg", verify_all, {}, {1.0, 1.0}}});
    harness.compare(
        cores, {6, "KZG, batch of 64 claims", work},
        {"kzg_verify_batch", [&] { require(kzg_verify_batch(claims, *settings) == true, "a batch was refused"); }},
        {{"c-kzg one by one", verify_all, {}, {1.0, 1.0}}});
  });
}

}  // namespace aether::bench

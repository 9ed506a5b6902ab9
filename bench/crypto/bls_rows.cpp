// Rows 3 and 4: votes on one message to a verified certificate, and the certificate of others.
#include <aether_peers.h>

#include <numeric>

#include "aether/crypto/bls_votes.hpp"
#include "aether/env/cpu.hpp"
#include "rows.hpp"

namespace aether::bench {
namespace {

using namespace crypto;

struct Validators {
  Bytes message;
  std::vector<BlsPublicKey> keys;
  std::vector<BlsSignature> signatures;
  aether_peers_keys* peers;

  Validators(Random& random, std::size_t n) : message(random_bytes(random, 41)) {
    Bytes encoded;
    for (std::size_t i = 0; i < n; ++i) {
      const BlsSecretKey secret = bls_key_gen(Secret<32>(random_array<32>(random)));
      keys.push_back(bls_public_key(secret));
      signatures.push_back(bls_sign(secret, message));
      append(encoded, keys.back().encode());
    }
    peers = aether_peers_bls_keys(encoded.data(), n);
    require(peers != nullptr, "blst refuses a key");
  }
  ~Validators() { aether_peers_bls_keys_free(peers); }
  Validators(const Validators&) = delete;
  Validators& operator=(const Validators&) = delete;
};

}  // namespace

void bls_votes(const Harness& harness) {
  Random random(3);
  const std::size_t n = harness.size(1000, 40);
  const Validators validators(random, n);
  for (const std::size_t bad : {std::max<std::size_t>(n / 100, 1), std::size_t{0}}) {
    std::vector<BlsVote> votes;
    for (std::uint32_t i = 0; i < n; ++i) votes.push_back({i, validators.signatures[i].encode()});
    const BlsSignature other = bls_sign(bls_key_gen(Secret<32>(random_array<32>(random))), as_bytes("another"));
    std::vector<std::size_t> order(n);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::shuffle(order.begin(), order.end(), random);
    for (std::size_t i = 0; i < bad; ++i)  // points that decode and are in the subgroup: the dear kind
      votes[order[i]].signature = bls_aggregate(std::array{validators.signatures[order[i]], other})->encode();

    std::vector<std::uint32_t> signers;
    Bytes signatures, verdicts(n);
    for (const BlsVote& vote : votes) {
      signers.push_back(vote.signer);
      append(signatures, vote.signature);
    }
    const auto one_by_one = [&](std::size_t first, std::size_t last) {
      aether_peers_bls_votes(validators.peers, &signers[first], &signatures[96 * first], last - first,
                             validators.message.data(), validators.message.size(), &verdicts[first]);
    };
    const auto decode_all = [&](std::size_t first, std::size_t last) {
      for (std::size_t i = first; i < last; ++i)
        require(aether_peers_bls_decodes(&signatures[96 * i]), "blst refuses a point");
    };
    const auto intake = [&](TaskPool& pool) {
      BlsVotes out(BlsMessage(validators.message), validators.keys, env::cpu_features());
      const auto counted = out.add(votes, pool);
      return std::pair(std::move(out), std::move(counted));
    };

    SerialPool serial;
    one_by_one(0, n);
    const auto [out, counted] = intake(serial);
    for (std::size_t i = 0; i < n; ++i)
      require(counted[i].has_value() == (verdicts[i] != 0), "verdicts on a vote differ");
    require(aether_peers_bls_certificate(validators.peers, out.signers().data(), out.aggregate().encode().data(),
                                         validators.message.data(), validators.message.size()),
            "blst refuses our certificate");
    harness.on_one_and_two([&](const Cores& cores) {
      harness.compare(
          cores,
          {3, "BLS, votes on one message, " + std::string(bad != 0 ? "1 % bad" : "all good"), {double(n), "vote"}},
          {"BlsVotes", [&] { intake(cores.pool); }},
          {{"blst one by one", [&] { cores.split(n, one_by_one); }, {}, bad != 0 ? Goals{5.0, 8.0} : Goals{}},
           {"blst, points decoded, no more", [&] { cores.split(n, decode_all); }}});
    });
  }
}

void bls_certificates(const Harness& harness) {
  Random random(4);
  const std::size_t n = harness.size(1000, 40);
  const Validators validators(random, n);
  const Bytes& message = validators.message;

  // Sets of two thirds of the signers, more of them than are cached.
  struct Certificate {
    Bytes bitmap;
    BlsSignatureBytes signature;
  };
  std::vector<Certificate> certificates;
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (std::size_t set = 0; set < harness.size(64, 20); ++set) {
    std::shuffle(order.begin(), order.end(), random);
    Bytes bitmap((n + 7) / 8);
    std::vector<BlsSignature> chosen;
    for (std::size_t i = 0; i < (2 * n + 2) / 3; ++i) {
      set_signer(bitmap, order[i]);
      chosen.push_back(validators.signatures[order[i]]);
    }
    certificates.push_back({bitmap, bls_aggregate(chosen)->encode()});
  }

  const auto peer = [&](const Certificate& c, ByteView of) {
    return aether_peers_bls_certificate(validators.peers, c.bitmap.data(), c.signature.data(), of.data(), of.size());
  };
  BlsSignerSums sums(validators.keys);
  const auto ours = [&](const Certificate& c, ByteView of) {
    const auto signature = BlsSignature::decode(c.signature);
    return signature && sums.verify(BlsMessage(of), c.bitmap, *signature, env::cpu_features()).has_value();
  };
  for (const Certificate& c : certificates) {
    require(peer(c, message) && ours(c, message), "a certificate was refused");
    require(!peer(c, as_bytes("another")) && !ours(c, as_bytes("another")), "a wrong certificate was accepted");
  }
  harness.on_one([&](const Cores& cores) {
    std::size_t a = 0, b = 0;
    harness.compare(cores, {4, "BLS, certificate of a set seen before", {1, "certificate"}},
                    {"BlsSignerSums", [&] { ours(certificates[0], message); }},
                    {{"blst", [&] { peer(certificates[0], message); }, {}, {1.0, 1.0}}});
    harness.compare(cores, {4, "BLS, certificate of a new set, 2/3 of 1000", {1, "certificate"}},
                    {"BlsSignerSums", [&] { ours(certificates[a++ % certificates.size()], message); }},
                    {{"blst", [&] { peer(certificates[b++ % certificates.size()], message); }, {}, {1.0, 1.0}}});
  });
}

}  // namespace aether::bench

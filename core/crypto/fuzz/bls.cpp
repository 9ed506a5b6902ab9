// Any bytes as BLS keys, signatures, proofs, bitmaps and votes: what decodes has this one encoding, and intake agrees
// with single verification but for errors that cancel. A signature that is good alone has the bytes of the signer's
// own: there is no other point, and no other encoding.
#include <algorithm>

#include "aether/crypto/bls_votes.hpp"

namespace {

using namespace aether;
using namespace aether::crypto;

constexpr std::uint32_t kKeys = 4;
constexpr std::size_t kVotesMax = 6;

struct Scene {
  Bytes message = Bytes(3, 1);
  BlsMessage hashed{message};
  std::vector<BlsPublicKey> keys;
  std::vector<BlsSignatureBytes> encoded, proofs;  // signatures of the message, proofs of possession

  Scene() {
    for (std::uint8_t i = 0; i < kKeys; ++i) {
      const BlsSecretKey secret = bls_key_gen(Secret<32>(std::array<std::uint8_t, 32>{i}));
      keys.push_back(bls_public_key(secret));
      encoded.push_back(bls_sign(secret, message).encode());
      proofs.push_back(bls_pop_prove(secret).encode());
    }
  }
};

template <class Point, std::size_t N>
void round_trip(ByteView data) {
  if (data.size() < N) return;
  std::array<std::uint8_t, N> bytes;
  std::copy_n(data.begin(), N, bytes.begin());
  bytes[0] |= 0x80;  // most inputs as compressed points
  for (const auto& encoding : {bytes, [&] {
                                 auto raw = bytes;
                                 raw[0] = data[0];
                                 return raw;
                               }()}) {
    const auto point = Point::decode(encoding);
    AETHER_ASSERT(!point || point->encode() == encoding);
  }
}

bool good_alone(const Scene& scene, const BlsVote& vote) {
  return vote.signer < kKeys && vote.signature == scene.encoded[vote.signer];
}

// A proof with a byte changed shows possession of its own key alone.
void proof(const Scene& scene, ByteView data) {
  if (data.size() < 4) return;
  const std::size_t of = data[0] % kKeys, for_key = data[1] % kKeys;
  BlsSignatureBytes bytes = scene.proofs[of];
  bytes[data[2] % 96u] ^= data[3];
  const auto key = bls_proven_key(scene.keys[for_key].encode(), bytes);
  AETHER_ASSERT(key.has_value() == (bytes == scene.proofs[for_key]));
}

// The sums of every bitmap of some of the keys, and of no other bytes.
void bitmap(const Scene& scene, ByteView bytes) {
  BlsSignerSums sums(scene.keys, 2);
  while (!bytes.empty()) {
    const std::size_t size = std::min<std::size_t>(bytes[0] % 3u, bytes.size() - 1);
    const ByteView some = bytes.subspan(1, size);
    const auto sum = sums.sum(some);
    const bool fits = size == 1 && some[0] < 1u << kKeys;
    AETHER_ASSERT(sum.has_value() == (fits && some[0] != 0));
    if (!sum) AETHER_ASSERT(sum.error() == (fits ? BlsError::no_keys : BlsError::bad_bitmap));
    bytes = bytes.subspan(1 + size);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Scene scene;
  ByteView bytes(data, size);
  round_trip<BlsPublicKey, 48>(bytes);
  round_trip<BlsSignature, 96>(bytes);
  if (!bytes.empty() && bytes[0] >= 0xe0) {
    (bytes[0] >= 0xf0 ? proof : bitmap)(scene, bytes.subspan(1));
    return 0;
  }

  // A vote: its signer, whose signature it carries (or the next 96 bytes), a byte of it and what is done to that byte.
  std::vector<BlsVote> votes;
  while (bytes.size() >= 4 && votes.size() < kVotesMax) {
    BlsVote vote{bytes[0] % (kKeys + 1u), {}};
    const std::size_t whose = bytes[1] % (kKeys + 1u), at = bytes[2] % 96u;
    const std::uint8_t change = bytes[3];
    bytes = bytes.subspan(4);
    if (whose < kKeys) {
      vote.signature = scene.encoded[whose];
    } else {
      const std::size_t n = std::min<std::size_t>(96, bytes.size());
      std::copy_n(bytes.begin(), n, vote.signature.begin());
      bytes = bytes.subspan(n);
    }
    vote.signature[at] = static_cast<std::uint8_t>(vote.signature[at] ^ change);
    votes.push_back(vote);
  }
  SerialPool pool;
  BlsVotes intake(scene.hashed, scene.keys, {.avx512_ifma = __builtin_cpu_supports("avx512ifma") != 0});
  const auto verdicts = intake.add(votes, pool);
  AETHER_ASSERT(verdicts.size() == votes.size());
  std::size_t wrongly_counted = 0, counted = 0;
  for (std::size_t i = 0; i < votes.size(); ++i) {
    const bool good = good_alone(scene, votes[i]);
    counted += verdicts[i].has_value();
    wrongly_counted += verdicts[i].has_value() && !good;
    if (good) AETHER_ASSERT(verdicts[i] || verdicts[i] == fail(BlsError::duplicate_signer));
    if (good) AETHER_ASSERT(has_signer(intake.signers(), votes[i].signer));
  }
  AETHER_ASSERT(wrongly_counted != 1);  // one error has nothing to cancel with
  AETHER_ASSERT(counted == 0 || BlsSignerSums(scene.keys).verify(scene.hashed, intake.signers(), intake.aggregate()));
  return 0;
}

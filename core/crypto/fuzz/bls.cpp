// Any bytes as BLS keys, signatures and votes: what decodes has this one encoding, and intake agrees with single
// verification but for errors that cancel.
#include <algorithm>

#include "aether/crypto/bls_votes.hpp"

namespace {

using namespace aether;
using namespace aether::crypto;

constexpr std::uint32_t kKeys = 4;
constexpr std::size_t kVotesMax = 6;

struct Scene {
  Bytes message = Bytes(3, 1);
  std::vector<BlsPublicKey> keys;
  std::vector<BlsSignature> signatures;

  Scene() {
    for (std::uint8_t i = 0; i < kKeys; ++i) {
      const BlsSecretKey secret = bls_key_gen(Secret<32>(std::array<std::uint8_t, 32>{i}));
      keys.push_back(bls_public_key(secret));
      signatures.push_back(bls_sign(secret, message));
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
  const auto signature = BlsSignature::decode(vote.signature);
  return vote.signer < kKeys && signature && bls_verify(scene.keys[vote.signer], scene.message, *signature);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Scene scene;
  ByteView bytes(data, size);
  round_trip<BlsPublicKey, 48>(bytes);
  round_trip<BlsSignature, 96>(bytes);

  // A vote: its signer, whose signature it carries (or the next 96 bytes), a byte of it and what is done to that byte.
  std::vector<BlsVote> votes;
  while (bytes.size() >= 4 && votes.size() < kVotesMax) {
    BlsVote vote{bytes[0] % (kKeys + 1u), {}};
    const std::size_t whose = bytes[1] % (kKeys + 1u), at = bytes[2] % 96u;
    const std::uint8_t change = bytes[3];
    bytes = bytes.subspan(4);
    if (whose < kKeys) {
      vote.signature = scene.signatures[whose].encode();
    } else {
      const std::size_t n = std::min<std::size_t>(96, bytes.size());
      std::copy_n(bytes.begin(), n, vote.signature.begin());
      bytes = bytes.subspan(n);
    }
    vote.signature[at] = static_cast<std::uint8_t>(vote.signature[at] ^ change);
    votes.push_back(vote);
  }
  SerialPool pool;
  BlsVotes intake(BlsMessage(scene.message), scene.keys);
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
  AETHER_ASSERT(counted == 0 ||
                BlsSignerSums(scene.keys).verify(BlsMessage(scene.message), intake.signers(), intake.aggregate()));
  return 0;
}

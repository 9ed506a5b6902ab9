#include "aether/crypto/bls_votes.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <set>

#include "bls_points.hpp"
#include "bls_support.hpp"
#include "bls_vectors.hpp"
#include "engines.hpp"

namespace aether::crypto {
namespace {

namespace vectors = bls_vectors;

constexpr std::string_view kModulus =  // p, big-endian
    "1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaab";
constexpr std::string_view kOrder = "73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001";  // r

BlsSecretKey vector_key(const vectors::Signer& signer) {
  auto key = bls_secret_key(bytes_of<32>(signer.secret_key));
  EXPECT_TRUE(key.has_value());
  return std::move(*key);
}
BlsSignature signature_of(std::string_view hex) {
  const auto signature = BlsSignature::decode(bytes_of<96>(hex));
  EXPECT_TRUE(signature.has_value()) << hex;
  return *signature;
}
std::vector<BlsPublicKey> vector_keys() {
  std::vector<BlsPublicKey> keys;
  for (const auto& signer : vectors::kSigners) keys.push_back(bls_public_key(vector_key(signer)));
  return keys;
}

TEST(Bls, suite_keys_signatures_and_proofs) {
  for (const auto& signer : vectors::kSigners) {
    const BlsSecretKey secret = vector_key(signer);
    const BlsPublicKey key = bls_public_key(secret);
    EXPECT_EQ(to_hex(key.encode()), signer.public_key);
    for (std::size_t i = 0; i < 3; ++i) {
      const Bytes message(32, vectors::kMessages[i]);
      const BlsSignature signature = bls_sign(secret, message);
      EXPECT_EQ(to_hex(signature.encode()), signer.signatures[i]);
      EXPECT_TRUE(bls_verify(key, message, signature));
      for (const auto& other : vectors::kSigners)
        for (std::size_t j = 0; j < 3; ++j)
          for (const CpuFeatures& cpu : cases::pairing_processors())
            EXPECT_EQ(bls_verify(key, BlsMessage(message), signature_of(other.signatures[j]), cpu),
                      &other == &signer && i == j);
    }
    EXPECT_EQ(to_hex(bls_pop_prove(secret).encode()), signer.proof);
    const auto proven = bls_proven_key(bytes_of<48>(signer.public_key), bytes_of<96>(signer.proof));
    ASSERT_TRUE(proven.has_value());
    EXPECT_EQ(*proven, key);
  }
}

TEST(Bls, suite_aggregates) {
  const auto keys = vector_keys();
  for (std::size_t i = 0; i < 3; ++i) {
    std::vector<BlsSignature> signatures;
    for (const auto& signer : vectors::kSigners) signatures.push_back(signature_of(signer.signatures[i]));
    const auto aggregate = bls_aggregate(signatures);
    ASSERT_TRUE(aggregate.has_value());
    EXPECT_EQ(to_hex(aggregate->encode()), vectors::kAggregates[i]);
    const Bytes message(32, vectors::kMessages[i]);
    EXPECT_TRUE(bls_fast_aggregate_verify(keys, message, *aggregate));
    for (const CpuFeatures& cpu : cases::pairing_processors()) {
      EXPECT_TRUE(BlsSignerSums(keys).verify(BlsMessage(message), Bytes{7}, *aggregate, cpu).has_value());
      EXPECT_FALSE(BlsSignerSums(keys).verify(BlsMessage(message), Bytes{3}, *aggregate, cpu).has_value());
    }
    EXPECT_FALSE(bls_fast_aggregate_verify(std::span(keys).first(2), message, *aggregate));
    EXPECT_FALSE(bls_fast_aggregate_verify(keys, Bytes(31, vectors::kMessages[i]), *aggregate));
    EXPECT_FALSE(bls_fast_aggregate_verify({}, message, *aggregate));
  }
  std::vector<Bytes> messages;
  for (const auto byte : vectors::kMessages) messages.emplace_back(32, byte);
  std::vector<ByteView> views(messages.begin(), messages.end());
  const BlsSignature aggregate = signature_of(vectors::kDistinctAggregate);
  EXPECT_TRUE(bls_aggregate_verify(keys, views, aggregate));
  EXPECT_FALSE(bls_aggregate_verify(keys, std::span(views).first(2), aggregate));
  EXPECT_FALSE(bls_aggregate_verify({}, {}, aggregate));
  std::swap(views[0], views[1]);
  EXPECT_FALSE(bls_aggregate_verify(keys, views, aggregate));
  EXPECT_EQ(bls_aggregate({}).error(), BlsError::no_keys);
}

TEST(Bls, rfc9380_hash_to_g2) {
  for (const auto& v : vectors::kHashVectors) {
    std::string message(v.text);
    message.append(v.repeated, v.letter);
    const auto point = hash_to_g2(as_bytes(vectors::kHashDst), as_bytes(message));
    EXPECT_EQ(to_hex(point), v.point);
    const auto compressed = hash_to_g2_compressed(as_bytes(vectors::kHashDst), as_bytes(message));
    EXPECT_TRUE(std::equal(compressed.begin() + 1, compressed.end(), point.begin() + 1));
    EXPECT_EQ(compressed[0] & 0x9f, 0x80 | point[0]);
    EXPECT_EQ(signature_of(to_hex(compressed)).encode(), compressed);
  }
}

TEST(Bls, eip2333_key_generation) {
  for (const auto& v : vectors::kKeyGen) {
    const auto seed = bytes_of<32>(v.seed);
    EXPECT_EQ(to_hex(bls_key_gen(Secret<32>(seed)).view()), v.secret_key);
  }
}

TEST(Bls, refuses_scalars_outside_the_range) {
  EXPECT_EQ(bls_secret_key(std::array<std::uint8_t, 32>{}).error(), BlsError::bad_scalar);
  auto scalar = bytes_of<32>(kOrder);
  EXPECT_EQ(bls_secret_key(scalar).error(), BlsError::bad_scalar);
  scalar.back() += 1;
  EXPECT_EQ(bls_secret_key(scalar).error(), BlsError::bad_scalar);
  scalar.fill(0xff);
  EXPECT_EQ(bls_secret_key(scalar).error(), BlsError::bad_scalar);
  scalar = bytes_of<32>(kOrder);
  scalar.back() -= 1;
  EXPECT_TRUE(bls_secret_key(scalar).has_value());
  scalar.fill(0);
  scalar.back() = 1;
  const auto one = bls_secret_key(scalar);
  ASSERT_TRUE(one.has_value());
  EXPECT_EQ(to_hex(bls_public_key(*one).encode()),  // the generator of G1
            "97f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb");
}

TEST(Bls, refuses_infinity) {
  BlsPublicKeyBytes key{0xc0};
  EXPECT_EQ(refusal<BlsPublicKey>(key), BlsError::infinity);
  key[47] = 1;
  EXPECT_EQ(refusal<BlsPublicKey>(key), BlsError::bad_encoding);
  key = {0xe0};  // infinity has no sign
  EXPECT_EQ(refusal<BlsPublicKey>(key), BlsError::bad_encoding);

  // As a signature infinity is an encoding, and verifies for nobody.
  BlsSignatureBytes bytes{0xc0};
  const auto infinity = BlsSignature::decode(bytes);
  ASSERT_TRUE(infinity.has_value());
  EXPECT_EQ(infinity->encode(), bytes);
  const auto keys = vector_keys();
  const Bytes message(32, 0x56);
  EXPECT_FALSE(bls_verify(keys[0], message, *infinity));
  EXPECT_FALSE(bls_pop_verify(keys[0], *infinity));
  EXPECT_FALSE(bls_fast_aggregate_verify(keys, message, *infinity));
  bytes[95] = 1;
  EXPECT_EQ(refusal<BlsSignature>(bytes), BlsError::bad_encoding);
  bytes = {0xe0};
  EXPECT_EQ(refusal<BlsSignature>(bytes), BlsError::bad_encoding);
}

// The key of r − s beside the key of s: both proven, their sum is infinity and so is the sum of their signatures.
TEST(Bls, keys_that_cancel_verify_nothing) {
  const BlsSecretKey secret = secret_key(1);
  auto negated = bytes_of<32>(kOrder);
  int borrow = 0;
  for (std::size_t i = 32; i-- > 0;) {
    const int digit = negated[i] - secret.view()[i] - borrow;
    borrow = digit < 0;
    negated[i] = static_cast<std::uint8_t>(digit + 256 * borrow);
  }
  const auto other = bls_secret_key(negated);
  ASSERT_TRUE(other.has_value());
  const BlsPublicKey keys[] = {bls_public_key(secret), bls_public_key(*other)};
  const Bytes message(32, 0x56);
  const BlsSignature signatures[] = {bls_sign(secret, message), bls_sign(*other, message)};
  const auto sum = bls_aggregate(signatures);
  ASSERT_TRUE(sum.has_value());
  EXPECT_EQ(sum->encode(), BlsSignatureBytes{0xc0});
  EXPECT_FALSE(bls_fast_aggregate_verify(keys, message, *sum));
  const ByteView messages[] = {message, message};
  EXPECT_FALSE(bls_aggregate_verify(keys, messages, *sum));
}

TEST(Bls, refuses_wrong_subgroup) {
  EXPECT_EQ(refusal<BlsPublicKey>(bytes_of<48>(vectors::kWrongSubgroupKey)), BlsError::wrong_subgroup);
  EXPECT_EQ(refusal<BlsSignature>(bytes_of<96>(vectors::kWrongSubgroupSignature)), BlsError::wrong_subgroup);
  // Of the first x that are on the curve none is in the subgroup: it holds one point in 2^125 and 2^250.
  std::size_t keys = 0, signatures = 0;
  for (std::uint8_t x = 0; x < 64; ++x) {
    BlsPublicKeyBytes key{0x80};
    key[47] = x;
    const BlsError of_key = refusal<BlsPublicKey>(key);
    keys += of_key == BlsError::wrong_subgroup;
    EXPECT_TRUE(of_key == BlsError::wrong_subgroup || of_key == BlsError::not_on_curve) << int{x};
    BlsSignatureBytes signature{0x80};
    signature[95] = x;
    const BlsError of_signature = refusal<BlsSignature>(signature);
    signatures += of_signature == BlsError::wrong_subgroup;
    EXPECT_TRUE(of_signature == BlsError::wrong_subgroup || of_signature == BlsError::not_on_curve);
  }
  EXPECT_GT(keys, 10u);
  EXPECT_GT(signatures, 10u);
}

TEST(Bls, refuses_coordinates_at_or_above_the_modulus) {
  const auto modulus = bytes_of<48>(kModulus);
  for (std::uint8_t above = 0; above < 8; ++above) {  // p + above: the residue of a small x, another encoding
    auto key = modulus;
    key[0] |= 0x80;
    key[47] = static_cast<std::uint8_t>(key[47] + above);
    EXPECT_EQ(refusal<BlsPublicKey>(key), BlsError::not_canonical);
    for (const std::size_t half : {0u, 48u}) {
      BlsSignatureBytes signature{};
      std::copy(modulus.begin(), modulus.end(), signature.begin() + static_cast<std::ptrdiff_t>(half));
      signature[half + 47] = static_cast<std::uint8_t>(signature[half + 47] + above);
      signature[0] |= 0x80;
      EXPECT_EQ(refusal<BlsSignature>(signature), BlsError::not_canonical);
    }
  }
  // The second coordinate carries no flags.
  for (const unsigned flag : {0x20u, 0x40u, 0x80u}) {
    auto signature = bytes_of<96>(vectors::kSigners[0].signatures[0]);
    signature[48] = static_cast<std::uint8_t>(signature[48] | flag);
    EXPECT_EQ(refusal<BlsSignature>(signature), BlsError::not_canonical);
  }
}

TEST(Bls, refuses_other_flags) {
  const auto key = bytes_of<48>(vectors::kSigners[0].public_key);
  const auto signature = bytes_of<96>(vectors::kSigners[0].signatures[0]);
  for (unsigned flags = 0; flags < 8; ++flags) {
    if (flags == 4 || flags == 5) continue;  // compressed, either sign
    auto other_key = key;
    auto other_signature = signature;
    other_key[0] = static_cast<std::uint8_t>((key[0] & 0x1f) | (flags << 5));
    other_signature[0] = static_cast<std::uint8_t>((signature[0] & 0x1f) | (flags << 5));
    EXPECT_EQ(refusal<BlsPublicKey>(other_key), BlsError::bad_encoding) << flags;
    EXPECT_EQ(refusal<BlsSignature>(other_signature), BlsError::bad_encoding) << flags;
  }
}

TEST(Bls, proof_of_possession_of_another_key) {
  const auto& [a, b, c] = vectors::kSigners;
  EXPECT_EQ(bls_proven_key(bytes_of<48>(a.public_key), bytes_of<96>(b.proof)).error(),
            BlsError::bad_proof_of_possession);
  // A signature on the key's bytes is no proof: the domains differ.
  const auto as_signature = bls_sign(vector_key(a), bytes_of<48>(a.public_key)).encode();
  EXPECT_EQ(bls_proven_key(bytes_of<48>(a.public_key), as_signature).error(), BlsError::bad_proof_of_possession);
  EXPECT_EQ(bls_proven_key(BlsPublicKeyBytes{0xc0}, bytes_of<96>(c.proof)).error(), BlsError::infinity);
  EXPECT_EQ(bls_proven_key(bytes_of<48>(a.public_key), BlsSignatureBytes{0xc0}).error(),
            BlsError::bad_proof_of_possession);
}

// The attacker's key is a·G − Σ others: its "sum" with the others is a·G, for which the attacker alone signs. The
// equation holds; that the key has no proof of possession is what stops it.
TEST(Bls, rogue_key) {
  const BlsSecretKey secret = secret_key(7);
  auto keys = vector_keys();
  const blst_p1_affine own = BlsPoints::of(bls_public_key(secret));
  blst_p1 rogue;
  blst_p1_from_affine(&rogue, &own);
  for (const BlsPublicKey& key : keys) {
    blst_p1_affine minus = BlsPoints::of(key);
    blst_fp_cneg(&minus.y, &minus.y, true);
    blst_p1_add_or_double_affine(&rogue, &rogue, &minus);
  }
  keys.push_back(BlsPoints::key(affine(rogue)));
  const Bytes message(32, 0x56);
  const BlsSignature forged = bls_sign(secret, message);
  ASSERT_TRUE(bls_fast_aggregate_verify(keys, message, forged));

  const auto rogue_bytes = keys.back().encode();
  EXPECT_EQ(bls_proven_key(rogue_bytes, bls_pop_prove(secret).encode()).error(), BlsError::bad_proof_of_possession);
  EXPECT_EQ(bls_proven_key(rogue_bytes, bls_sign(secret, rogue_bytes).encode()).error(),
            BlsError::bad_proof_of_possession);
}

RC_GTEST_PROP(Bls, framed_signatures_bind_key_tag_and_id,
              (std::uint32_t number, const std::array<std::uint8_t, 32>& id_bytes)) {
  Hash id{id_bytes};
  const BlsSecretKey secret = secret_key(number);
  const BlsPublicKey key = bls_public_key(secret);
  const BlsSignature signature = bls_sign_id(secret, "aether/vote", id);
  RC_ASSERT(bls_verify_id(key, "aether/vote", id, signature));
  RC_ASSERT(bls_verify(key, BlsMessage("aether/vote", id), signature));
  RC_ASSERT(!bls_verify_id(key, "aether/votf", id, signature));
  RC_ASSERT(!bls_verify(key, id.view(), signature));
  id.bytes[*rc::gen::inRange(0, 32)] ^= 1;
  RC_ASSERT(!bls_verify_id(key, "aether/vote", id, signature));
}

TEST(Bls, each_error_has_its_text) {
  std::set<std::string_view> texts;
  for (std::uint8_t i = 0; i <= static_cast<std::uint8_t>(BlsError::bad_bitmap); ++i)
    texts.insert(to_string(static_cast<BlsError>(i)));
  EXPECT_EQ(texts.size(), std::size_t{1} + static_cast<std::uint8_t>(BlsError::bad_bitmap));
  EXPECT_FALSE(texts.contains("unknown"));
}

template <class Point>
void expect_own_encoding(const Point& point) {
  auto bytes = point.encode();
  const auto again = Point::decode(bytes);
  RC_ASSERT(again.has_value());
  RC_ASSERT(*again == point);

  bytes[0] ^= 0x20;  // the same x, the other y
  const auto negated = Point::decode(bytes);
  RC_ASSERT(negated.has_value());
  RC_ASSERT(*negated != point);
  RC_ASSERT(negated->encode() == bytes);

  const auto bit = *rc::gen::inRange<std::size_t>(0, 8 * bytes.size());
  bytes[bit / 8] = static_cast<std::uint8_t>(bytes[bit / 8] ^ (0x80 >> bit % 8));
  const auto other = Point::decode(bytes);
  if (other) RC_ASSERT(other->encode() == bytes);
}

RC_GTEST_PROP(Bls, points_have_one_encoding, (std::uint32_t number, std::uint8_t byte)) {
  const BlsSecretKey secret = secret_key(number);
  expect_own_encoding(bls_public_key(secret));
  expect_own_encoding(bls_sign(secret, {&byte, 1}));
}

}  // namespace
}  // namespace aether::crypto

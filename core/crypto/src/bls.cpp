#include "aether/crypto/bls.hpp"

#include <vector>

#include "aether/crypto/ed25519.hpp"
#include "bls_pairing_ifma.hpp"
#include "bls_points.hpp"

namespace aether::crypto {
namespace {

constexpr std::string_view kSignatureDst = "BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_";
constexpr std::string_view kProofDst = "BLS_POP_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_";

// blst's copy of a secret scalar.
class Scalar {
 public:
  explicit Scalar(std::span<const std::uint8_t, 32> bytes) { blst_scalar_from_bendian(&scalar_, bytes.data()); }
  Scalar(const Scalar&) = delete;
  Scalar& operator=(const Scalar&) = delete;
  ~Scalar() { wipe(scalar_.b); }

  bool valid() const { return blst_sk_check(&scalar_); }
  const blst_scalar* raw() const { return &scalar_; }

 private:
  blst_scalar scalar_;
};

blst_p2 hash(ByteView dst, ByteView message) {
  blst_p2 out;
  blst_hash_to_g2(&out, message.data(), message.size(), dst.data(), dst.size(), nullptr, 0);
  return out;
}
blst_p2_affine hash_message(ByteView message) { return affine(hash(as_bytes(kSignatureDst), message)); }

BlsSignature sign(const BlsSecretKey& key, const blst_p2& point) {
  const Scalar scalar(key.view());
  AETHER_ASSERT(scalar.valid());
  blst_p2 out;
  blst_sign_pk_in_g1(&out, &point, scalar.raw());
  return BlsPoints::signature(affine(out));
}

bool verify(std::span<const BlsPair> pairs, const BlsSignature& signature, const CpuFeatures& cpu = {}) {
  const blst_p2_affine point = BlsPoints::of(signature);
  if (is_infinity(point)) return false;
  const blst_fp12 product = pairing_product(pairs, point, cpu);
  return blst_fp12_is_one(&product);
}

bool verify(const BlsPublicKey& key, const blst_p2_affine& message, const BlsSignature& signature,
            const CpuFeatures& cpu = {}) {
  const BlsPair pair{BlsPoints::of(key), message};
  return verify({&pair, 1}, signature, cpu);
}

// The reason for what blst_p1_uncompress or blst_p2_uncompress said of bytes that begin with `first`.
BlsError decoding_error(BLST_ERROR error, std::uint8_t first) {
  if (error == BLST_POINT_NOT_ON_CURVE) return BlsError::not_on_curve;
  if (error == BLST_POINT_NOT_IN_GROUP) return BlsError::wrong_subgroup;  // (0, ±2) of G1's curve
  const bool finite = (first & 0xc0) == 0x80;
  return finite ? BlsError::not_canonical : BlsError::bad_encoding;
}

}  // namespace

std::string_view to_string(BlsError error) {
  switch (error) {
    case BlsError::bad_encoding: return "the flags, its first three bits, are not those of a compressed point";
    case BlsError::not_canonical: return "a coordinate is not below the field's modulus";
    case BlsError::not_on_curve: return "the coordinate is of no point of the curve";
    case BlsError::wrong_subgroup: return "the point is not in the subgroup of order r";
    case BlsError::infinity: return "the point at infinity is no key and no signature";
    case BlsError::bad_scalar: return "the secret key is zero or not below the group's order";
    case BlsError::no_keys: return "an aggregate of nothing";
    case BlsError::bad_signature: return "the signature is not of this key and message";
    case BlsError::bad_proof_of_possession: return "the proof of possession is not of this key";
    case BlsError::unknown_signer: return "the signer's index is past the last key";
    case BlsError::duplicate_signer: return "a vote of this signer is already counted";
    case BlsError::bad_bitmap: return "the bitmap is not one bit a key, with zeros past the last key";
  }
  return "unknown";
}

Result<blst_p2_affine, BlsError> uncompress(const BlsSignatureBytes& bytes) {
  blst_p2_affine point;
  if (const BLST_ERROR error = blst_p2_uncompress(&point, bytes.data()); error != BLST_SUCCESS)
    return fail(decoding_error(error, bytes[0]));
  return point;
}

blst_fp12 pairing_product(std::span<const BlsPair> pairs, const blst_p2_affine& signature, const CpuFeatures& cpu) {
  blst_p1_affine minus_g1 = *blst_p1_affine_generator();
  blst_fp_cneg(&minus_g1.y, &minus_g1.y, true);
  std::vector<const blst_p1_affine*> in_g1;
  std::vector<const blst_p2_affine*> in_g2;
  in_g1.reserve(pairs.size() + 1);
  in_g2.reserve(pairs.size() + 1);
  // blst's loop expects finite points; a pair with infinity contributes one.
  const auto add = [&](const blst_p1_affine& a, const blst_p2_affine& b) {
    if (is_infinity(a) || is_infinity(b)) return;
    in_g1.push_back(&a);
    in_g2.push_back(&b);
  };
  for (const BlsPair& pair : pairs) add(pair.key, pair.message);
  add(minus_g1, signature);
  if (in_g1.empty()) return *blst_fp12_one();
  blst_fp12 out;
  if (cpu.avx512_ifma) {
    out = bls::final_exp_ifma(bls::miller_loop_ifma(in_g2, in_g1));
    if (blst_fp12_is_one(&out)) return out;
    // Nobody is blamed by the kernel's word alone.
  }
  blst_miller_loop_n(&out, in_g2.data(), in_g1.data(), in_g1.size());
  blst_final_exp(&out, &out);
  return out;
}

Result<BlsPublicKey, BlsError> BlsPublicKey::decode(const BlsPublicKeyBytes& bytes) {
  blst_p1_affine point;
  if (const BLST_ERROR error = blst_p1_uncompress(&point, bytes.data()); error != BLST_SUCCESS)
    return fail(decoding_error(error, bytes[0]));
  if (is_infinity(point)) return fail(BlsError::infinity);
  if (!blst_p1_affine_in_g1(&point)) return fail(BlsError::wrong_subgroup);
  return BlsPoints::key(point);
}

BlsPublicKeyBytes BlsPublicKey::encode() const {
  const blst_p1_affine point = BlsPoints::of(*this);
  BlsPublicKeyBytes out;
  blst_p1_affine_compress(out.data(), &point);
  return out;
}

Result<BlsSignature, BlsError> BlsSignature::decode(const BlsSignatureBytes& bytes) {
  AETHER_TRY(const blst_p2_affine point, uncompress(bytes));
  if (!blst_p2_affine_in_g2(&point)) return fail(BlsError::wrong_subgroup);
  return BlsPoints::signature(point);
}

BlsSignatureBytes BlsSignature::encode() const {
  const blst_p2_affine point = BlsPoints::of(*this);
  BlsSignatureBytes out;
  blst_p2_affine_compress(out.data(), &point);
  return out;
}

BlsMessage::BlsMessage(ByteView message) : point_(std::bit_cast<BlsSignature::Point>(hash_message(message))) {}
BlsMessage::BlsMessage(std::string_view tag, const Hash& id) : BlsMessage(signing_frame(tag, id)) {}

Result<BlsSecretKey, BlsError> bls_secret_key(std::span<const std::uint8_t, 32> bytes) {
  if (!Scalar(bytes).valid()) return fail(BlsError::bad_scalar);
  return BlsSecretKey(bytes);
}

BlsSecretKey bls_key_gen(const Secret<32>& ikm) {
  blst_scalar scalar;
  blst_keygen(&scalar, ikm.view().data(), ikm.view().size(), nullptr, 0);
  BlsSecretKey out;
  blst_bendian_from_scalar(out.mutable_view().data(), &scalar);
  wipe(scalar.b);
  return out;
}

BlsPublicKey bls_public_key(const BlsSecretKey& key) {
  const Scalar scalar(key.view());
  AETHER_ASSERT(scalar.valid());
  blst_p1 out;
  blst_sk_to_pk_in_g1(&out, scalar.raw());
  return BlsPoints::key(affine(out));
}

BlsSignature bls_sign(const BlsSecretKey& key, ByteView message) {
  return sign(key, hash(as_bytes(kSignatureDst), message));
}
BlsSignature bls_sign(const BlsSecretKey& key, const BlsMessage& message) {
  const blst_p2_affine hashed = BlsPoints::of(message);
  blst_p2 point;
  blst_p2_from_affine(&point, &hashed);
  return sign(key, point);
}

bool bls_verify(const BlsPublicKey& key, ByteView message, const BlsSignature& signature) {
  return verify(key, hash_message(message), signature);
}
bool bls_verify(const BlsPublicKey& key, const BlsMessage& message, const BlsSignature& signature,
                const CpuFeatures& cpu) {
  return verify(key, BlsPoints::of(message), signature, cpu);
}

BlsSignature bls_sign_id(const BlsSecretKey& key, std::string_view tag, const Hash& id) {
  return bls_sign(key, signing_frame(tag, id));
}
bool bls_verify_id(const BlsPublicKey& key, std::string_view tag, const Hash& id, const BlsSignature& signature) {
  return bls_verify(key, signing_frame(tag, id), signature);
}

BlsSignature bls_pop_prove(const BlsSecretKey& key) {
  return sign(key, hash(as_bytes(kProofDst), bls_public_key(key).encode()));
}

bool bls_pop_verify(const BlsPublicKey& key, const BlsSignature& proof) {
  return verify(key, affine(hash(as_bytes(kProofDst), key.encode())), proof);
}

Result<BlsPublicKey, BlsError> bls_proven_key(const BlsPublicKeyBytes& key, const BlsSignatureBytes& proof) {
  AETHER_TRY(const BlsPublicKey point, BlsPublicKey::decode(key));
  AETHER_TRY(const BlsSignature signature, BlsSignature::decode(proof));
  if (!bls_pop_verify(point, signature)) return fail(BlsError::bad_proof_of_possession);
  return point;
}

Result<BlsSignature, BlsError> bls_aggregate(std::span<const BlsSignature> signatures) {
  if (signatures.empty()) return fail(BlsError::no_keys);
  blst_p2 sum{};
  for (const BlsSignature& signature : signatures) {
    const blst_p2_affine point = BlsPoints::of(signature);
    blst_p2_add_or_double_affine(&sum, &sum, &point);
  }
  return BlsPoints::signature(affine(sum));
}

bool bls_fast_aggregate_verify(std::span<const BlsPublicKey> keys, ByteView message, const BlsSignature& signature) {
  blst_p1 sum{};
  for (const BlsPublicKey& key : keys) {
    const blst_p1_affine point = BlsPoints::of(key);
    blst_p1_add_or_double_affine(&sum, &sum, &point);
  }
  if (blst_p1_is_inf(&sum)) return false;
  const BlsPair pair{affine(sum), hash_message(message)};
  return verify({&pair, 1}, signature);
}

bool bls_aggregate_verify(std::span<const BlsPublicKey> keys, std::span<const ByteView> messages,
                          const BlsSignature& signature) {
  if (keys.empty() || keys.size() != messages.size()) return false;
  std::vector<BlsPair> pairs;
  pairs.reserve(keys.size());
  for (std::size_t i = 0; i < keys.size(); ++i) pairs.push_back({BlsPoints::of(keys[i]), hash_message(messages[i])});
  return verify(pairs, signature);
}

std::array<std::uint8_t, 192> hash_to_g2(ByteView dst, ByteView message) {
  const blst_p2 point = hash(dst, message);
  std::array<std::uint8_t, 192> out;
  blst_p2_serialize(out.data(), &point);
  return out;
}

BlsSignatureBytes hash_to_g2_compressed(ByteView dst, ByteView message) {
  const blst_p2 point = hash(dst, message);
  BlsSignatureBytes out;
  blst_p2_compress(out.data(), &point);
  return out;
}

}  // namespace aether::crypto

// The public ceremony, loaded once by each implementation, and blobs.
#pragma once

#include <ckzg.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>

#include "aether/crypto/kzg.hpp"
#include "aether/crypto/sha256.hpp"

namespace aether::crypto {

inline std::string ceremony_text() {
  std::ifstream file(AETHER_KZG_CEREMONY, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline const KzgSettings& settings() {
  static const auto loaded = KzgSettings::load(ceremony_text());
  AETHER_ASSERT(loaded.has_value());
  return *loaded;
}

// c-kzg, which others use: what every result here is compared with.
inline const KZGSettings& reference() {
  static const struct Loaded {
    Loaded() {
      FILE* file = std::fopen(AETHER_KZG_CEREMONY, "r");
      AETHER_ASSERT(file != nullptr && load_trusted_setup_file(&settings, file, 0) == C_KZG_OK);
      std::fclose(file);
    }
    ~Loaded() { free_trusted_setup(&settings); }
    KZGSettings settings;
  } loaded;
  return loaded.settings;
}

inline KzgScalar scalar(std::uint64_t value) {
  KzgScalar out{};
  for (unsigned i = 0; i < 8; ++i) out[31 - i] = static_cast<std::uint8_t>(value >> (8 * i));
  return out;
}

inline const KzgScalar kRMinusOne = [] {
  KzgScalar out;
  const auto bytes = from_hex("73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000000");
  std::copy(bytes->begin(), bytes->end(), out.begin());
  return out;
}();

inline KzgScalar random_scalar(std::uint64_t seed, std::uint64_t i = 0) {
  KzgScalar out = tagged_hash("test/scalar/" + std::to_string(seed), scalar(i)).bytes;
  out[0] = static_cast<std::uint8_t>(out[0] % 0x73);
  return out;
}

template <class At>
Bytes blob_of(const At& at) {
  Bytes out;
  for (std::size_t i = 0; i < kKzgPoints; ++i) append(out, at(i));
  return out;
}
inline Bytes random_blob(std::uint64_t seed) {
  return blob_of([&](std::size_t i) { return random_scalar(seed, i); });
}
inline Bytes constant_blob(const KzgScalar& value) {
  return blob_of([&](std::size_t) { return value; });
}

// Scalar i of a blob, and where its polynomial takes that value: ω^(i with its 12 bits reversed).
inline KzgScalar blob_scalar(ByteView blob, std::size_t i) {
  KzgScalar out;
  std::copy_n(blob.begin() + static_cast<std::ptrdiff_t>(32 * i), 32, out.begin());
  return out;
}
inline KzgScalar blob_point(std::size_t i) {
  KzgScalar out;
  blst_scalar scalar;
  blst_scalar_from_fr(&scalar, &reference().brp_roots_of_unity[i]);
  blst_bendian_from_scalar(out.data(), &scalar);
  return out;
}

inline KzgCommitment reference_commit(const Bytes& blob) {
  Blob in;
  std::copy(blob.begin(), blob.end(), in.bytes);
  KZGCommitment out;
  AETHER_ASSERT(blob_to_kzg_commitment(&out, &in, &reference()) == C_KZG_OK);
  return std::to_array(out.bytes);
}

inline KzgOpening reference_open(const Bytes& blob, const KzgScalar& z) {
  Blob in;
  std::copy(blob.begin(), blob.end(), in.bytes);
  Bytes32 at, y;
  std::copy(z.begin(), z.end(), at.bytes);
  KZGProof proof;
  AETHER_ASSERT(compute_kzg_proof(&proof, &y, &in, &at, &reference()) == C_KZG_OK);
  return {std::to_array(proof.bytes), std::to_array(y.bytes)};
}

inline KzgProof reference_blob_proof(const Bytes& blob, const KzgCommitment& commitment) {
  Blob in;
  std::copy(blob.begin(), blob.end(), in.bytes);
  Bytes48 to;
  std::copy(commitment.begin(), commitment.end(), to.bytes);
  KZGProof proof;
  AETHER_ASSERT(compute_blob_kzg_proof(&proof, &in, &to, &reference()) == C_KZG_OK);
  return std::to_array(proof.bytes);
}

// None where c-kzg refuses the claim.
inline std::optional<bool> reference_verify(const KzgClaim& claim) {
  Bytes48 commitment, proof;
  Bytes32 z, y;
  std::copy(claim.commitment.begin(), claim.commitment.end(), commitment.bytes);
  std::copy(claim.proof.begin(), claim.proof.end(), proof.bytes);
  std::copy(claim.z.begin(), claim.z.end(), z.bytes);
  std::copy(claim.y.begin(), claim.y.end(), y.bytes);
  bool holds = false;
  if (verify_kzg_proof(&holds, &commitment, &z, &y, &proof, &reference()) != C_KZG_OK) return std::nullopt;
  return holds;
}

inline std::optional<bool> verdict(const KzgClaim& claim) {
  const auto out = kzg_verify(claim, settings());
  return out ? std::optional(*out) : std::nullopt;
}

inline KzgClaim claim_of(const Bytes& blob, const KzgScalar& z) {
  const auto commitment = kzg_commit(blob, settings());
  const auto opening = kzg_open(blob, z, settings());
  AETHER_ASSERT(commitment && opening);
  return {*commitment, z, opening->y, opening->proof};
}

}  // namespace aether::crypto

// Many BLS signatures at the cost of few pairings: the votes on one message, the signers of a certificate, and batches
// of different messages. All keys here must have their possession proven (bls_proven_key).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "aether/base/task_pool.hpp"
#include "aether/crypto/bls.hpp"

namespace aether::crypto {

// Signers as a bitmap: key i is bit i % 8 of byte i / 8; ⌈keys / 8⌉ bytes, zeros past the last key.
[[nodiscard]] inline bool has_signer(ByteView bitmap, std::size_t i) { return (bitmap[i / 8] >> (i % 8) & 1) != 0; }
inline void set_signer(Bytes& bitmap, std::size_t i) {
  bitmap[i / 8] = static_cast<std::uint8_t>(bitmap[i / 8] | (1u << (i % 8)));
}

struct BlsVote {
  std::uint32_t signer = 0;  // index of the key
  BlsSignatureBytes signature{};
};

// The votes on one message, one of each signer. New votes are added up first and verified by one pairing equation; if
// that fails, the bad ones are found with a few more, and named.
//
// What is promised: the sum of all counted votes is in the subgroup and verifies for the sum of their keys, so a
// certificate made of aggregate() and signers() is valid; and a vote that is valid alone is counted. A counted vote
// need not be valid alone: of votes whose errors cancel in the sum, all may be counted. To make such votes takes the
// secret keys of all of them, and each of these signers is then rightly in the certificate, which says that it signed.
// But do not pass on a single counted vote as a verified one.
class BlsVotes {
 public:
  // `keys` must outlive this object.
  BlsVotes(const BlsMessage& message, std::span<const BlsPublicKey> keys, const CpuFeatures& cpu = {});

  // The verdict on each vote: counted, or why not. Of several votes of a signer the first good one is counted, the
  // later ones are duplicates.
  std::vector<Result<void, BlsError>> add(std::span<const BlsVote> votes, TaskPool& pool);

  const Bytes& signers() const { return signers_; }
  const BlsSignature& aggregate() const { return aggregate_; }  // infinity while nothing is counted
  std::size_t pairings() const { return pairings_; }            // equations evaluated so far

 private:
  void count(std::span<const BlsVote> votes, std::span<const std::size_t> round,
             std::span<const BlsSignature::Point> points, std::vector<Result<void, BlsError>>& verdicts,
             TaskPool& pool);

  BlsMessage message_;
  std::span<const BlsPublicKey> keys_;
  CpuFeatures cpu_;
  Bytes signers_;
  BlsSignature aggregate_;
  std::size_t pairings_ = 0;
};

// Sums of the keys of signer bitmaps, for one fixed list of keys. A sum is made from the nearest of: nothing, all keys,
// the last sums; so a certificate's sum costs few additions, or none. Not for use by several threads at once.
class BlsSignerSums {
 public:
  explicit BlsSignerSums(std::vector<BlsPublicKey> keys, std::size_t cached_max = 16);

  std::span<const BlsPublicKey> keys() const { return keys_; }

  // bad_bitmap, no_keys, or infinity where the keys cancel.
  [[nodiscard]] Result<BlsPublicKey, BlsError> sum(ByteView bitmap);

  // A certificate: bls_fast_aggregate_verify of the bitmap's keys; the reason of a refusal.
  [[nodiscard]] Result<void, BlsError> verify(const BlsMessage& message, ByteView bitmap, const BlsSignature& signature,
                                              const CpuFeatures& cpu = {});

  std::size_t additions() const { return additions_; }  // of points, so far

 private:
  struct Sum {
    Bytes bitmap;
    BlsPublicKey::Point point;  // zeros: infinity
  };

  std::vector<BlsPublicKey> keys_;
  Sum all_;
  std::vector<Sum> cached_;  // the last used first
  std::size_t cached_max_;
  std::size_t additions_ = 0;
};

// What a key, or a sum of keys, is said to have signed.
struct BlsStatement {
  BlsPublicKey key;
  BlsMessage message;
  BlsSignature signature;
};

// Whether bls_verify holds for each, by one equation of so many pairings and one more, in which all but the first have
// 128-bit coefficients, drawn from the hash of all statements: so no errors cancel. True for none.
[[nodiscard]] bool bls_verify_all(std::span<const BlsStatement> statements, const CpuFeatures& cpu = {});

struct BlsSigned {
  BlsPublicKey key;
  ByteView message;
  BlsSignature signature;
};

// bls_verify of each, for signatures on different messages (equal ones cost less). One equation in which each item has
// a 128-bit coefficient, drawn from the hash of all items, so that no errors cancel; bisected if it fails.
[[nodiscard]] std::vector<bool> bls_verify_many(std::span<const BlsSigned> items, TaskPool& pool,
                                                const CpuFeatures& cpu = {});

}  // namespace aether::crypto

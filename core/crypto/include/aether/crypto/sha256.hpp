// SHA-256 (FIPS 180-4) and tagged hashes: H(tag, m) = SHA-256(SHA-256(tag) ‖ SHA-256(tag) ‖ m), as BIP-340 does it.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "aether/base/bytes.hpp"
#include "aether/base/cpu.hpp"

namespace aether::crypto {

[[nodiscard]] Hash sha256(ByteView message);

// An incremental SHA-256. finish() may be called once.
class Sha256 {
 public:
  Sha256();
  Sha256& update(ByteView bytes);
  Hash finish();

 private:
  friend class Tag;
  struct State {
    std::uint32_t words[28];  // holds OpenSSL's SHA256_CTX (112 bytes), checked in the source
  };
  State state_;
};

// A tag with its midstate: the 64 bytes in front cost nothing per hash. Build once, use often.
class Tag {
 public:
  explicit Tag(std::string_view text);
  Sha256 begin() const;  // a hash that has absorbed the tag
  Hash operator()(ByteView message) const { return begin().update(message).finish(); }
  Hash operator()(ByteView a, ByteView b) const { return begin().update(a).update(b).finish(); }

  std::array<std::uint32_t, 8> midstate() const;  // FIPS 180-4's H0 … H7 after the tag's block

 private:
  Sha256 midstate_;
};

[[nodiscard]] Hash tagged_hash(std::string_view tag, ByteView message);

// A node of a tagged tree: *out = tag(*left ‖ *right).
struct HashPair {
  const Hash* left;
  const Hash* right;
  Hash* out;
};

// All of them, in no order: an `out` is no operand of another pair. As many at once as sha256_many takes.
void tagged_pairs(const Tag& tag, std::span<const HashPair> pairs, const CpuFeatures& cpu);

// out[i] = tag(messages[i]), as many at once as sha256_many takes: those of up to 119 bytes in step with others of as
// many blocks, longer ones as sha256_many does it.
void tagged_many(const Tag& tag, std::span<const ByteView> messages, std::span<Hash> out, const CpuFeatures& cpu);

// Many messages at once, out[i] = sha256(messages[i]): with SHA-NI three run interleaved, with wide AVX-512 up to 32,
// else one after the other.
void sha256_many(std::span<const ByteView> messages, std::span<Hash> out, const CpuFeatures& cpu);

// The same for out.size() messages of `size` bytes each, one after another in memory.
void sha256_many(ByteView messages, std::size_t size, std::span<Hash> out, const CpuFeatures& cpu);

}  // namespace aether::crypto

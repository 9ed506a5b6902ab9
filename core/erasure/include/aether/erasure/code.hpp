// Systematic Reed–Solomon over GF(2^8), polynomial 0x11d, by a Cauchy matrix: parity i of k data shards is
// Σ_j data_j / ((k + i) ⊕ j), ISA-L's gf_gen_cauchy1_matrix. Any k of the k + r shards give back the rest.
#pragma once

#include <bitset>
#include <span>
#include <string_view>

#include "aether/base/bytes.hpp"
#include "aether/base/cpu.hpp"
#include "aether/base/result.hpp"

namespace aether::erasure {

enum class CodeError : std::uint8_t {
  parameters,     // k or r is 0, or k + r exceeds 255
  shard_count,    // not k + r shards
  shard_size,     // present shards differ in size, or are larger than Code::kSizeMax
  too_many_lost,  // fewer than k shards are present
};
std::string_view to_string(CodeError error);

inline constexpr unsigned kShardsMax = 255;
using ShardSet = std::bitset<kShardsMax>;

class Code {
 public:
  static constexpr std::size_t kSizeMax = std::size_t{1} << 30;  // bytes of a shard

  [[nodiscard]] static Result<Code, CodeError> make(unsigned k, unsigned r, const CpuFeatures& cpu = {});

  unsigned data_shards() const { return k_; }
  unsigned parity_shards() const { return r_; }

  // r parity shards of k data shards, each of `size` bytes, 1 ≤ size ≤ kSizeMax; they must not overlap.
  void encode(std::span<const std::uint8_t* const> data, std::size_t size, std::span<std::uint8_t* const> parity) const;

  // Fills the data shards that are not `present`. `shards` are k + r of `size` bytes; absent parity may be null.
  [[nodiscard]] Result<void, CodeError> recover_data(std::span<std::uint8_t* const> shards, const ShardSet& present,
                                                     std::size_t size) const;

  // k + r shards, data first, an empty one is lost: fills all that are lost. What it is given is not checked for
  // consistency: with wrong shards the result is a codeword, but another one.
  [[nodiscard]] Result<void, CodeError> reconstruct(std::span<Bytes> shards) const;

 private:
  Code(unsigned k, unsigned r, const CpuFeatures& cpu);

  unsigned k_, r_;
  Bytes tables_;  // ISA-L's products of the matrix; empty where the own kernel is faster
};

}  // namespace aether::erasure

// How a block is cut into sets of shards (protocol section 8). It follows from the block's length alone: as few sets as
// shards of at most kShredBytesMax allow, all of one size, at rate 10/12.
#pragma once

#include <cstdint>
#include <string_view>

#include "aether/base/result.hpp"
#include "aether/params/limits.hpp"

namespace aether::erasure {

// Shard j of set s holds the block's bytes from (s·data_shards + j)·shard_bytes; zeros follow the block's end.
struct Layout {
  std::uint32_t block_bytes = 0;
  std::uint32_t sets = 0;
  std::uint32_t data_shards = 0;    // of a set
  std::uint32_t parity_shards = 0;  // of a set
  std::uint32_t shard_bytes = 0;

  constexpr std::uint32_t set_shards() const { return data_shards + parity_shards; }
  constexpr std::uint32_t shreds() const { return sets * set_shards(); }
  constexpr std::uint32_t padded_bytes() const { return sets * data_shards * shard_bytes; }
  constexpr bool operator==(const Layout&) const = default;
};

enum class LayoutError : std::uint8_t {
  empty,      // a block has at least one byte
  too_large,  // above kBlockBytesMax
};
std::string_view to_string(LayoutError error);

// A block of up to 10 shards is one set of 10 and 6, which at rate 10/12 would be 10 and 2 and rarely survive. Above,
// data shards come in fives, each five with one parity shard, and a set has at most 200 and 40: the largest blocks are
// nine RS(240, 200). Shards are as short as their number allows, so padding is less than a byte a shard.
[[nodiscard]] constexpr Result<Layout, LayoutError> layout_of(std::uint64_t block_bytes) {
  constexpr auto divide_up = [](std::uint32_t a, std::uint32_t b) { return (a + b - 1) / b; };
  constexpr std::uint32_t kFewest = 10, kFewestParity = 6, kDataPerParity = 5;
  if (block_bytes == 0) return fail(LayoutError::empty);
  if (block_bytes > limits::kBlockBytesMax) return fail(LayoutError::too_large);

  Layout out;
  out.block_bytes = static_cast<std::uint32_t>(block_bytes);
  const std::uint32_t shards = divide_up(out.block_bytes, limits::kShredBytesMax);
  out.sets = divide_up(shards, limits::kSetDataShardsMax);
  if (shards <= kFewest) {
    out.data_shards = kFewest;
    out.parity_shards = kFewestParity;
  } else {
    out.parity_shards = divide_up(shards, kDataPerParity * out.sets);
    out.data_shards = kDataPerParity * out.parity_shards;
  }
  out.shard_bytes = divide_up(out.block_bytes, out.sets * out.data_shards);
  return out;
}

}  // namespace aether::erasure

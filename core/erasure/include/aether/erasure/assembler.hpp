// A block out of its shreds. Each shred is verified before it is kept; what they decode to is encoded and hashed again,
// so a proposer who committed to anything but the encoding of one block is found by every node, whatever it received.
#pragma once

#include <vector>

#include "aether/erasure/code.hpp"
#include "aether/erasure/shred.hpp"

namespace aether::erasure {

enum class BlockError : std::uint8_t {
  incomplete,     // a set has fewer than data_shards shreds: ask for more
  root_mismatch,  // the shreds are not the encoding of a block: it is invalid, the proposer's signature is evidence
  padding,        // bytes behind the block's end are not zero: likewise
};
std::string_view to_string(BlockError error);

class Assembler {
 public:
  // Memory: at most 6/5 of the padded block (16/10 for the smallest), a set's part when its first shred is taken.
  [[nodiscard]] static Result<Assembler, LayoutError> make(const BlockRef& block);

  const Layout& layout() const { return layout_; }

  // Verifies a shred and keeps it, if its set still needs one. An error leaves everything as it was.
  [[nodiscard]] Result<void, ShredError> add(const ShredView& shred);

  bool has(std::uint32_t set, std::uint32_t index) const;  // verified before; what is false can be asked for
  std::uint32_t missing() const;                           // shreds that the sets still need; 0: finish() decides

  // The block, once; the shreds are used up.
  [[nodiscard]] Result<Bytes, BlockError> finish(const CpuFeatures& cpu = {}) &&;

 private:
  struct Set {
    ShardSet verified, kept;
    Bytes shards;
  };

  Assembler(const BlockRef& block, const Layout& layout) : block_(block), layout_(layout), sets_(layout.sets) {}

  BlockRef block_;
  Layout layout_;
  std::vector<Set> sets_;
};

}  // namespace aether::erasure

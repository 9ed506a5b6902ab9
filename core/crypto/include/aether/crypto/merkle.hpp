// Merkle trees with RFC 6962 hashing: leaf = SHA-256(0x00 ‖ bytes), node = SHA-256(0x01 ‖ left ‖ right).
//
// Two shapes (protocol section 1):
// - lists (transactions, receipts, model leaves): RFC 6962's shape for n leaves; root = H(tag, n as u64 LE ‖ tree).
// - padded (traces, requests, outputs): a full binary tree of 2^depth leaves, padded with the constants Z_0 = 32 zero
//   bytes, Z_{k+1} = node(Z_k, Z_k). A tree nested in another takes the leaf's place unhashed.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "aether/base/bytes.hpp"
#include "aether/base/cpu.hpp"

namespace aether::crypto {

[[nodiscard]] Hash merkle_leaf(ByteView bytes);
[[nodiscard]] Hash merkle_node(const Hash& left, const Hash& right);

// out[i] = merkle_leaf(items[i]).
void merkle_leaves(std::span<const ByteView> items, std::span<Hash> out, const CpuFeatures& cpu);

// A level of a tree: out[i] = merkle_node(children[2i], children[2i + 1]); `out` may begin where `children` does.
void merkle_level(std::span<const Hash> children, std::span<Hash> out, const CpuFeatures& cpu);

// --- Lists ---------------------------------------------------------------------------------------------------------

// The RFC 6962 tree over leaf hashes; 32 zero bytes when empty.
[[nodiscard]] Hash merkle_tree(std::span<const Hash> leaves, const CpuFeatures& cpu = {});

// H(tag, count ‖ tree): what is committed to.
[[nodiscard]] Hash merkle_list_root(std::string_view tag, std::span<const Hash> leaves, const CpuFeatures& cpu = {});

// The audit path of leaf `index`, lowest level first (RFC 6962 section 2.1.1).
[[nodiscard]] std::vector<Hash> merkle_list_path(std::span<const Hash> leaves, std::size_t index);

// The tree's hash from a leaf and its path; none when index or the path's length does not fit `count`.
[[nodiscard]] std::optional<Hash> merkle_list_fold(const Hash& leaf, std::uint64_t index, std::uint64_t count,
                                                   std::span<const Hash> path);

// H(tag, count ‖ tree) from a tree hash, to finish a fold.
[[nodiscard]] Hash merkle_list_seal(std::string_view tag, std::uint64_t count, const Hash& tree);

// --- Padded trees --------------------------------------------------------------------------------------------------

inline constexpr unsigned kMaxDepth = 48;

// Z_height.
[[nodiscard]] const Hash& merkle_zero(unsigned height);

// The least depth whose 2^depth ≥ count; 0 for counts 0 and 1.
[[nodiscard]] constexpr unsigned merkle_depth(std::uint64_t count) {
  unsigned depth = 0;
  while ((std::uint64_t{1} << depth) < count) ++depth;
  return depth;
}

// The root of `nodes` (already hashed) padded to 2^depth.
[[nodiscard]] Hash merkle_padded_root(std::span<const Hash> nodes, unsigned depth, const CpuFeatures& cpu = {});

// The sibling path of nodes[index] in the padded tree, lowest level first; `depth` hashes.
[[nodiscard]] std::vector<Hash> merkle_padded_path(std::span<const Hash> nodes, unsigned depth, std::uint64_t index);

// The root from a node at `index` and its sibling path.
[[nodiscard]] Hash merkle_padded_fold(const Hash& node, std::uint64_t index, std::span<const Hash> path);

// An append-only frontier of a padded tree: O(depth) memory, root at any time.
class MerkleFrontier {
 public:
  explicit MerkleFrontier(unsigned depth = kMaxDepth) : depth_(depth) {}
  void append(const Hash& node);
  std::uint64_t count() const { return count_; }
  Hash root() const { return root(depth_); }
  Hash root(unsigned depth) const;  // padded to 2^depth; count ≤ 2^depth

 private:
  unsigned depth_;
  std::uint64_t count_ = 0;
  std::vector<Hash> left_;  // left_[k]: the waiting left subtree of height k, valid when bit k of count_ is set
};

}  // namespace aether::crypto

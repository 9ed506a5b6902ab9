#include "aether/crypto/merkle.hpp"

#include <array>
#include <bit>

#include "aether/base/result.hpp"
#include "aether/crypto/sha256.hpp"
#include "sha256_lanes.hpp"

namespace aether::crypto {

extern const std::array<Hash, kMaxDepth + 1> kMerkleZeros;  // merkle_zeros.cpp

namespace {

constexpr std::size_t kNodeBytes = 1 + 2 * Hash::kSize;

void put_node(const Hash& left, const Hash& right, std::uint8_t* message) {
  message[0] = 1;
  for (std::size_t i = 0; i < Hash::kSize; i += 16) {  // a longer copy is a call
    std::copy_n(&left.bytes[i], 16, message + 1 + i);
    std::copy_n(&right.bytes[i], 16, message + 1 + Hash::kSize + i);
  }
}

// Replaces a level of a padded tree by the one above; `zero` is this level's padding.
void climb(std::vector<Hash>& level, const Hash& zero, const CpuFeatures& cpu) {
  if (level.size() % 2 == 1) level.push_back(zero);
  merkle_level(level, std::span(level).first(level.size() / 2), cpu);
  level.resize(level.size() / 2);
}

// The largest power of two below n (n ≥ 2): where RFC 6962 splits.
constexpr std::size_t split(std::size_t n) { return std::bit_floor(n - 1); }

void path_into(std::span<const Hash> leaves, std::size_t index, std::vector<Hash>& out) {
  if (leaves.size() <= 1) return;
  const std::size_t k = split(leaves.size());
  if (index < k) {
    path_into(leaves.first(k), index, out);
    out.push_back(merkle_tree(leaves.subspan(k)));
  } else {
    path_into(leaves.subspan(k), index - k, out);
    out.push_back(merkle_tree(leaves.first(k)));
  }
}

}  // namespace

Hash merkle_leaf(ByteView bytes) {
  const std::uint8_t prefix = 0;
  return Sha256().update({&prefix, 1}).update(bytes).finish();
}

Hash merkle_node(const Hash& left, const Hash& right) {
  std::array<std::uint8_t, kNodeBytes> message;
  put_node(left, right, message.data());
  return sha256(message);
}

void merkle_leaves(std::span<const ByteView> items, std::span<Hash> out, const CpuFeatures& cpu) {
  AETHER_ASSERT(items.size() == out.size());
  constexpr std::size_t kAtOnce = 2 * kSha256WideLanes;
  Bytes prefixed;  // a copy costs a twentieth of the hash
  std::array<ByteView, kAtOnce> messages;
  for (std::size_t at = 0; at < items.size(); at += kAtOnce) {
    const auto some = items.subspan(at, std::min(kAtOnce, items.size() - at));
    prefixed.clear();
    for (const ByteView item : some) {
      prefixed.push_back(0);
      append(prefixed, item);
    }
    ByteView rest = prefixed;
    for (std::size_t i = 0; i < some.size(); ++i) {
      messages[i] = rest.first(1 + some[i].size());
      rest = rest.subspan(messages[i].size());
    }
    sha256_many(std::span(messages).first(some.size()), out.subspan(at, some.size()), cpu);
  }
}

void merkle_level(std::span<const Hash> children, std::span<Hash> out, const CpuFeatures& cpu) {
  AETHER_ASSERT(children.size() == 2 * out.size());
  if (cpu.sha_ni) {
    sha256_in_step(kNodeBytes, out, cpu,
                   [&](std::size_t i, std::uint8_t* to) { put_node(children[2 * i], children[2 * i + 1], to); });
  } else {
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = merkle_node(children[2 * i], children[2 * i + 1]);
  }
}

Hash merkle_tree(std::span<const Hash> leaves, const CpuFeatures& cpu) {
  if (leaves.empty()) return {};
  // RFC 6962's split at the largest power of two makes every left subtree full: pairs join level by level, and an odd
  // one out is itself a node of the level above.
  std::vector<Hash> level(leaves.begin(), leaves.end());
  while (level.size() > 1) {
    const std::size_t pairs = level.size() / 2;
    merkle_level(std::span(level).first(2 * pairs), std::span(level).first(pairs), cpu);
    if (level.size() % 2 == 1) level[pairs] = level.back();
    level.resize(level.size() - pairs);
  }
  return level[0];
}

Hash merkle_list_seal(std::string_view tag, std::uint64_t count, const Hash& tree) {
  std::array<std::uint8_t, 8> bytes;
  for (std::size_t i = 0; i < 8; ++i) bytes[i] = static_cast<std::uint8_t>(count >> (8 * i));
  return Tag(tag)(bytes, tree.bytes);
}

Hash merkle_list_root(std::string_view tag, std::span<const Hash> leaves, const CpuFeatures& cpu) {
  return merkle_list_seal(tag, leaves.size(), merkle_tree(leaves, cpu));
}

std::vector<Hash> merkle_list_path(std::span<const Hash> leaves, std::size_t index) {
  AETHER_ASSERT(index < leaves.size());
  std::vector<Hash> out;
  path_into(leaves, index, out);
  return out;
}

std::optional<Hash> merkle_list_fold(const Hash& leaf, std::uint64_t index, std::uint64_t count,
                                     std::span<const Hash> path) {
  if (index >= count) return std::nullopt;
  // RFC 9162 section 2.1.3.2.
  std::uint64_t fn = index, sn = count - 1;
  Hash out = leaf;
  for (const Hash& sibling : path) {
    if (sn == 0) return std::nullopt;
    if ((fn & 1) != 0 || fn == sn) {
      out = merkle_node(sibling, out);
      while ((fn & 1) == 0 && fn != 0) {
        fn >>= 1;
        sn >>= 1;
      }
    } else {
      out = merkle_node(out, sibling);
    }
    fn >>= 1;
    sn >>= 1;
  }
  if (sn != 0) return std::nullopt;
  return out;
}

const Hash& merkle_zero(unsigned height) {
  AETHER_ASSERT(height <= kMaxDepth);
  return kMerkleZeros[height];
}

Hash merkle_padded_root(std::span<const Hash> nodes, unsigned depth, const CpuFeatures& cpu) {
  AETHER_ASSERT(depth <= kMaxDepth && merkle_depth(nodes.size()) <= depth);
  if (nodes.empty()) return merkle_zero(depth);
  std::vector<Hash> level(nodes.begin(), nodes.end());
  for (unsigned height = 0; height < depth; ++height) climb(level, merkle_zero(height), cpu);
  return level[0];
}

std::vector<Hash> merkle_padded_path(std::span<const Hash> nodes, unsigned depth, std::uint64_t index) {
  AETHER_ASSERT(depth <= kMaxDepth && (index >> depth) == 0);
  std::vector<Hash> level(nodes.begin(), nodes.end());
  std::vector<Hash> out;
  for (unsigned height = 0; height < depth; ++height, index >>= 1) {
    const std::uint64_t sibling = index ^ 1;
    out.push_back(sibling < level.size() ? level[sibling] : merkle_zero(height));
    climb(level, merkle_zero(height), {});
  }
  return out;
}

Hash merkle_padded_fold(const Hash& node, std::uint64_t index, std::span<const Hash> path) {
  Hash out = node;
  for (const Hash& sibling : path) {
    out = (index & 1) != 0 ? merkle_node(sibling, out) : merkle_node(out, sibling);
    index >>= 1;
  }
  return out;
}

void MerkleFrontier::append(const Hash& node) {
  AETHER_ASSERT(depth_ <= kMaxDepth && (count_ >> depth_) == 0);
  Hash out = node;
  unsigned height = 0;
  for (std::uint64_t bits = count_; (bits & 1) != 0; bits >>= 1, ++height) out = merkle_node(left_[height], out);
  if (left_.size() <= height) left_.resize(height + 1);  // grows with the count: a frontier of few leaves is small
  left_[height] = out;
  ++count_;
}

Hash MerkleFrontier::root(unsigned depth) const {
  AETHER_ASSERT(depth <= kMaxDepth && count_ <= std::uint64_t{1} << depth);
  if (count_ == 0) return merkle_zero(depth);
  if ((count_ >> depth) != 0) return left_[depth];
  Hash out = merkle_zero(0);
  for (unsigned height = 0; height < depth; ++height) {
    out = ((count_ >> height) & 1) != 0 ? merkle_node(left_[height], out) : merkle_node(out, merkle_zero(height));
  }
  return out;
}

}  // namespace aether::crypto

// A page: four levels of the tree, as the 16 subtrees at its lower edge.
#pragma once

#include <array>
#include <variant>

#include "aether/crypto/sha256.hpp"
#include "aether/smt/proof.hpp"

namespace aether::smt {

inline constexpr unsigned kPageLevels = 4;
inline constexpr std::size_t kPageSlots = 16;
inline constexpr unsigned kPathNibblesMax = 63;

struct Empty {
  bool operator==(const Empty&) const = default;
};
struct Inner {  // at least two leaves below
  Hash hash;
  bool operator==(const Inner&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("hash", self.hash);
  }
};
using Subtree = std::variant<Empty, Leaf, Inner>;
using Slots = std::array<Subtree, kPageSlots>;

// Both tags with their midstates, built once for each walk.
struct Hasher {
  crypto::Tag leaf{"aether/leaf"};
  crypto::Tag node{"aether/node"};

  Hash of(const Subtree& subtree) const {
    if (const auto* one = std::get_if<Leaf>(&subtree)) return leaf(one->key.view(), one->value.view());
    if (const auto* inner = std::get_if<Inner>(&subtree)) return inner->hash;
    return {};
  }
};

inline std::size_t nibble(const Hash& key, unsigned depth) {
  const std::uint8_t byte = key.bytes[depth / 2];
  return depth % 2 == 0 ? byte >> 4 : byte & 15u;
}
inline bool bit(const Hash& key, std::size_t depth) { return (key.bytes[depth / 8] >> (7 - depth % 8) & 1) != 0; }

// The path of the first `depth` half bytes of `key`.
Path path_of(const Hash& key, unsigned depth);

// The subtree over a power of two of slots, leaves lifted.
Subtree join(const Hasher& hasher, std::span<const Subtree> slots);

Bytes encode_page(const Slots& slots);
Slots load_page(const NodeStore& store, const Path& path);  // empty when there is none

}  // namespace aether::smt

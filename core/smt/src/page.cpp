#include "page.hpp"

namespace aether::smt {
namespace {

struct Entry {
  std::uint8_t slot = 0;
  std::variant<Leaf, Inner> subtree;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("slot", self.slot);
    visit("subtree", self.subtree);
  }
};

struct Page {
  codec::List<Entry, kPageSlots> entries;  // by slot
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("entries", self.entries);
  }
};

}  // namespace

Path path_of(const Hash& key, unsigned depth) {
  AETHER_ASSERT(depth <= kPathNibblesMax);
  Path path((depth + 1) / 2 + 1);
  path[0] = static_cast<std::uint8_t>(depth);
  for (std::size_t i = 1; i < path.size(); ++i) path[i] = key.bytes[i - 1];
  if (depth % 2 == 1) path.back() &= 0xf0;
  return path;
}

Subtree join(const Hasher& hasher, std::span<const Subtree> slots) {
  if (slots.size() == 1) return slots[0];
  const Subtree left = join(hasher, slots.first(slots.size() / 2));
  const Subtree right = join(hasher, slots.last(slots.size() / 2));
  if (std::holds_alternative<Empty>(right) && !std::holds_alternative<Inner>(left)) return left;
  if (std::holds_alternative<Empty>(left) && !std::holds_alternative<Inner>(right)) return right;
  return Inner{hasher.node(hasher.of(left).view(), hasher.of(right).view())};
}

Bytes encode_page(const Slots& slots) {
  Page page;
  for (std::size_t i = 0; i < kPageSlots; ++i) {
    const auto slot = static_cast<std::uint8_t>(i);
    if (const auto* leaf = std::get_if<Leaf>(&slots[i])) page.entries.push_back({slot, *leaf});
    if (const auto* inner = std::get_if<Inner>(&slots[i])) page.entries.push_back({slot, *inner});
  }
  return codec::encode(page);
}

Slots load_page(const NodeStore& store, const Path& path) {
  Slots slots;
  const auto bytes = store.get(path);
  if (!bytes) return slots;
  const auto page = codec::decode<Page>(*bytes);
  AETHER_ASSERT(page.has_value());
  for (const auto& entry : page->entries) {
    AETHER_ASSERT(entry.slot < kPageSlots);
    std::visit([&](const auto& subtree) { slots[entry.slot] = subtree; }, entry.subtree);
  }
  return slots;
}

}  // namespace aether::smt

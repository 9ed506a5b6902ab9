#include "aether/smt/tree.hpp"

#include "page.hpp"

namespace aether::smt {
namespace {

class Updater {
 public:
  explicit Updater(const NodeStore& store) : store_(store) {}

  Update run(std::span<const Change> changes) {
    Slots slots = load_page(store_, path_of({}, 0));
    const bool was_empty = slots == Slots{};
    const Subtree top = rebuild(slots, 0, changes);
    if (!std::holds_alternative<Empty>(top)) {
      put({}, 0, encode_page(slots));
    } else if (!was_empty) {
      put({}, 0, std::nullopt);
    }
    return {hasher_.of(top), std::move(nodes_)};
  }

 private:
  void put(const Hash& key, unsigned depth, std::optional<Bytes> page) { nodes_[path_of(key, depth)] = std::move(page); }

  // Changes the slots of the page at `depth` and returns the subtree that they form.
  Subtree rebuild(Slots& slots, unsigned depth, std::span<const Change> changes) {
    while (!changes.empty()) {
      const std::size_t slot = nibble(changes.front().key, depth);
      std::size_t n = 1;
      while (n < changes.size() && nibble(changes[n].key, depth) == slot) ++n;
      slots[slot] = change(slots[slot], depth + 1, changes.first(n));
      changes = changes.subspan(n);
    }
    return join(hasher_, slots);
  }

  // The subtree at `depth` half bytes after `changes`, all of which lie below it; at least one.
  Subtree change(const Subtree& before, unsigned depth, std::span<const Change> changes) {
    const bool had_page = std::holds_alternative<Inner>(before);
    if (!had_page) {
      if (const auto few = at_most_one(before, changes)) return *few;
    }
    const Hash& key = changes.front().key;
    Slots slots;
    if (had_page) {
      slots = load_page(store_, path_of(key, depth));
    } else if (const auto* leaf = std::get_if<Leaf>(&before)) {
      slots[nibble(leaf->key, depth)] = *leaf;
    }
    const Subtree after = rebuild(slots, depth, changes);
    if (std::holds_alternative<Inner>(after)) {
      put(key, depth, encode_page(slots));
    } else if (had_page) {
      put(key, depth, std::nullopt);
    }
    return after;
  }

  // What an empty or one-leaf subtree becomes when no second leaf joins it; else none.
  static std::optional<Subtree> at_most_one(const Subtree& before, std::span<const Change> changes) {
    Subtree after = Empty{};
    std::size_t leaves = 0;
    if (const auto* old = std::get_if<Leaf>(&before)) {
      const auto by_key = [](const Change& change, const Hash& key) { return change.key < key; };
      const auto at = std::lower_bound(changes.begin(), changes.end(), old->key, by_key);
      if (at == changes.end() || at->key != old->key) {
        after = *old;
        leaves = 1;
      }
    }
    for (const auto& each : changes) {
      if (!each.value) continue;
      if (++leaves > 1) return std::nullopt;
      after = Leaf{each.key, *each.value};
    }
    return after;
  }

  const NodeStore& store_;
  Hasher hasher_;
  NodeChanges nodes_;
};

}  // namespace

Update update(const NodeStore& store, std::span<const Change> changes) {
  for (std::size_t i = 1; i < changes.size(); ++i) AETHER_ASSERT(changes[i - 1].key < changes[i].key);
  return Updater(store).run(changes);
}

Hash root(const NodeStore& store) {
  const Hasher hasher;
  return hasher.of(join(hasher, load_page(store, path_of({}, 0))));
}

std::optional<Bytes> MemoryStore::get(const Path& path) const {
  const auto at = pages_.find(path);
  if (at == pages_.end()) return std::nullopt;
  return at->second;
}

void MemoryStore::apply(const NodeChanges& changes) {
  for (const auto& [path, page] : changes) {
    if (page) {
      pages_[path] = *page;
    } else {
      pages_.erase(path);
    }
  }
}

}  // namespace aether::smt

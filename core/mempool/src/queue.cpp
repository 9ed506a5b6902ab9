#include "queue.hpp"

namespace aether::mempool {
namespace {

void refresh(Entry& entry) {
  entry.least = entry.needs();
  entry.most = entry.affordable;
  for (const Entry* child : {entry.before, entry.after}) {
    if (child == nullptr) continue;
    entry.least.bytes = std::min(entry.least.bytes, child->least.bytes);
    entry.least.gas = std::min(entry.least.gas, child->least.gas);
    entry.most = std::max(entry.most, child->most);
  }
}

// Into those that rank before `at` and the others.
void split(Entry* tree, const Rank& at, Entry*& before, Entry*& after) {
  if (tree == nullptr) {
    before = after = nullptr;
    return;
  }
  if (tree->rank < at) {
    before = tree;
    split(tree->after, at, tree->after, after);
  } else {
    after = tree;
    split(tree->before, at, before, tree->before);
  }
  refresh(*tree);
}

// All of `before` rank before all of `after`.
Entry* merge(Entry* before, Entry* after) {
  if (before == nullptr) return after;
  if (after == nullptr) return before;
  Entry* top = before->heap >= after->heap ? before : after;
  if (top == before) {
    before->after = merge(before->after, after);
  } else {
    after->before = merge(before, after->before);
  }
  refresh(*top);
  return top;
}

void insert_into(Entry*& tree, Entry& entry) {
  if (tree == nullptr || entry.heap > tree->heap) {
    split(tree, entry.rank, entry.before, entry.after);
    tree = &entry;
  } else {
    insert_into(entry.rank < tree->rank ? tree->before : tree->after, entry);
  }
  refresh(*tree);
}

void erase_from(Entry*& tree, const Entry& entry) {
  AETHER_ASSERT(tree != nullptr);
  if (tree == &entry) {
    tree = merge(entry.before, entry.after);
    return;
  }
  erase_from(entry.rank < tree->rank ? tree->before : tree->after, entry);
  refresh(*tree);
}

Entry* find_fitting(Entry* tree, const Rank& from, const Fit& fit, std::size_t& visits) {
  if (tree == nullptr || visits == 0 || !fit.holds(tree->least, tree->most)) return nullptr;
  --visits;
  const bool too_early = tree->rank < from;
  if (!too_early) {
    if (Entry* earlier = find_fitting(tree->before, from, fit, visits)) return earlier;
    if (fit.holds(tree->needs(), tree->affordable)) return tree;
  }
  return find_fitting(tree->after, from, fit, visits);
}

}  // namespace

void Queue::insert(Entry& entry) { insert_into(root, entry); }

void Queue::erase(Entry& entry) {
  erase_from(root, entry);
  entry.before = entry.after = nullptr;
}

Entry* Queue::first() const {
  Entry* at = root;
  while (at != nullptr && at->before != nullptr) at = at->before;
  return at;
}

Entry* Queue::last() const {
  Entry* at = root;
  while (at != nullptr && at->after != nullptr) at = at->after;
  return at;
}

Entry* Queue::after(const Rank& rank) const {
  Entry* found = nullptr;
  for (Entry* at = root; at != nullptr;) {
    const bool later = rank < at->rank;
    if (later) found = at;
    at = later ? at->before : at->after;
  }
  return found;
}

Entry* Queue::before(const Rank& rank) const {
  Entry* found = nullptr;
  for (Entry* at = root; at != nullptr;) {
    const bool earlier = at->rank < rank;
    if (earlier) found = at;
    at = earlier ? at->after : at->before;
  }
  return found;
}

Entry* Queue::first_fitting(const Rank& from, const Fit& fit, std::size_t& visits) const {
  return find_fitting(root, from, fit, visits);
}

}  // namespace aether::mempool

#include "aether/smt/pages.hpp"

namespace aether::smt {
namespace {

constexpr std::size_t kWaitingMax = std::size_t{1} << 18;  // changes that are applied at once: some 17 MB

// Of changes in the order of time, the last of each key, by key.
void keep_last_by_key(std::vector<Change>& changes) {
  std::stable_sort(changes.begin(), changes.end(), [](const Change& a, const Change& b) { return a.key < b.key; });
  std::size_t kept = 0;
  for (std::size_t i = 0; i < changes.size(); ++i)
    if (i + 1 == changes.size() || changes[i].key != changes[i + 1].key) changes[kept++] = changes[i];
  changes.resize(kept);
}

}  // namespace

bool Loader::page(const Hash& bound, const Page& page) {
  for (const Leaf& leaf : page) {
    if (leaf.key < bound || (newest_key_ && !(*newest_key_ < leaf.key))) return false;
    newest_key_ = leaf.key;
    waiting_.push_back({leaf.key, leaf.value});
  }
  if (waiting_.size() >= kWaitingMax) flush();
  return true;
}

void Loader::changed(std::span<const Changed> changed) {
  for (const Changed& each : changed) waiting_.push_back({each.key, each.after});
  if (waiting_.size() >= kWaitingMax) flush();
}

Tree Loader::finish() {
  flush();
  return std::move(tree_);
}

void Loader::flush() {
  keep_last_by_key(waiting_);
  tree_ = tree_.updated(waiting_, pool_, cpu_).tree;
  waiting_.clear();
}

Tree undone(const Tree& newest, std::span<const std::vector<Changed>> changed, TaskPool& pool, const CpuFeatures& cpu) {
  std::vector<Change> changes;
  for (const auto& version : changed)
    for (const Changed& each : version) changes.push_back({each.key, each.before});
  keep_last_by_key(changes);
  return newest.updated(changes, pool, cpu).tree;
}

}  // namespace aether::smt

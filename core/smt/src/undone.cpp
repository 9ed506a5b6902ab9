#include <algorithm>

#include "aether/smt/tree.hpp"

namespace aether::smt {

Tree undone(const Tree& newest, std::span<const std::vector<Change>> before, TaskPool& pool, const CpuFeatures& cpu) {
  std::vector<Change> changes;
  for (const auto& version : before) changes.insert(changes.end(), version.begin(), version.end());
  std::stable_sort(changes.begin(), changes.end(), [](const Change& a, const Change& b) { return a.key < b.key; });
  // Of each key the last, which the oldest version says.
  std::size_t kept = 0;
  for (std::size_t i = 0; i < changes.size(); ++i)
    if (i + 1 == changes.size() || changes[i].key != changes[i + 1].key) changes[kept++] = changes[i];
  changes.resize(kept);
  return newest.updated(changes, pool, cpu).tree;
}

}  // namespace aether::smt

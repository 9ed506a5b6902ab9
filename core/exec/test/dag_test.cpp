// The DAG beside the rule it stands for, pair by pair; and the queue that walks it.
#include <deque>

#include "aether/exec/object_index.hpp"
#include "aether/exec/ready_queue.hpp"
#include "random_chain.hpp"

namespace aether::exec {
namespace {

using Sets = std::vector<std::vector<Access>>;

ConflictDag dag_of(const Sets& sets) {
  ConflictDag dag;
  for (const auto& accesses : sets) dag.add(accesses);
  dag.finish();
  return dag;
}

// Mostly of few objects, with duplicates and with transactions that read what they write, in any order.
Sets any_sets() {
  const auto objects = *rc::gen::inRange<std::uint32_t>(1, 12);
  return *rc::gen::container<Sets>(
      rc::gen::scale(0.2, rc::gen::container<std::vector<Access>>(rc::gen::map(
                              rc::gen::pair(rc::gen::inRange<std::uint32_t>(0, objects), rc::gen::arbitrary<bool>()),
                              [](const auto& pair) { return Access{pair.first, pair.second}; }))));
}

bool conflict(const std::vector<Access>& a, const std::vector<Access>& b) {
  for (const Access& x : a)
    for (const Access& y : b)
      if (x.object == y.object && (x.writes || y.writes)) return true;
  return false;
}

// reach[a][b]: a path leads from a to b.
std::vector<std::vector<bool>> reachability(const ConflictDag& dag) {
  std::vector<std::vector<bool>> reach(dag.size(), std::vector<bool>(dag.size()));
  for (TransactionIndex at = static_cast<TransactionIndex>(dag.size()); at-- > 0;)
    dag.successors(at, [&](TransactionIndex to) {
      reach[at][to] = true;
      for (std::size_t i = 0; i < dag.size(); ++i) reach[at][i] = reach[at][i] || reach[to][i];
    });
  return reach;
}

RC_GTEST_PROP(ConflictDag, transactions_that_conflict_are_on_a_path_and_edges_join_only_such, ()) {
  const Sets sets = any_sets();
  const ConflictDag dag = dag_of(sets);
  RC_ASSERT(dag.size() == sets.size());
  const auto reach = reachability(dag);
  std::size_t edges = 0, accesses = 0;
  std::vector<std::uint32_t> edges_to(sets.size());
  for (TransactionIndex a = 0; a < sets.size(); ++a) {
    accesses += sets[a].size();
    for (TransactionIndex b = a + 1; b < sets.size(); ++b)
      if (conflict(sets[a], sets[b])) RC_ASSERT(reach[a][b]);
    dag.successors(a, [&](TransactionIndex b) {
      RC_ASSERT(a < b);
      RC_ASSERT(conflict(sets[a], sets[b]));
      ++edges_to[b];
      ++edges;
    });
  }
  RC_ASSERT(edges <= 2 * accesses);
  for (TransactionIndex a = 0; a < sets.size(); ++a) RC_ASSERT(dag.edges_to(a) == edges_to[a]);
}

RC_GTEST_PROP(ConflictDag, a_chain_is_the_longest_path, ()) {
  const ConflictDag dag = dag_of(any_sets());
  std::vector<std::uint32_t> longest(dag.size(), 1);
  for (TransactionIndex at = static_cast<TransactionIndex>(dag.size()); at-- > 0;) {
    dag.successors(at, [&](TransactionIndex to) { longest[at] = std::max(longest[at], longest[to] + 1); });
    RC_ASSERT(dag.chain(at) == longest[at]);
  }
}

// By any number of workers that take and complete in turn: everything once, nothing before what it waits for.
RC_GTEST_PROP(ReadyQueue, gives_each_transaction_once_and_after_its_predecessors, ()) {
  const Sets sets = any_sets();
  const ConflictDag dag = dag_of(sets);
  const auto width = *rc::gen::inRange<std::size_t>(1, 5);
  ReadyQueue queue(dag, width);
  std::vector<std::deque<TransactionIndex>> held(width);
  std::vector<bool> given(sets.size()), completed(sets.size());
  const auto give = [&](TransactionIndex at) {
    RC_ASSERT(!given[at]);
    given[at] = true;
    for (TransactionIndex before = 0; before < at; ++before)
      if (conflict(sets[before], sets[at])) RC_ASSERT(completed[before]);
  };
  while (!queue.done()) {
    auto& mine = held[*rc::gen::inRange<std::size_t>(0, width)];
    if (mine.empty()) {
      std::array<TransactionIndex, 4> batch;
      const std::size_t count = queue.take(batch);
      for (std::size_t i = 0; i < count; ++i) give(batch[i]), mine.push_back(batch[i]);
      const bool all_idle = std::all_of(held.begin(), held.end(), [](const auto& one) { return one.empty(); });
      RC_ASSERT(!all_idle);  // else nobody could go on
    } else {
      const TransactionIndex at = mine.front();
      mine.pop_front();
      completed[at] = true;
      if (const auto next = queue.complete(at)) give(*next), mine.push_front(*next);
    }
  }
  RC_ASSERT(std::count(completed.begin(), completed.end(), true) == static_cast<std::ptrdiff_t>(sets.size()));
  RC_ASSERT(queue.ready() == 0);
}

// Many keys, some of them alike in most bytes: each has one number, and finds it again.
RC_GTEST_PROP(ObjectIndex, numbers_objects_in_the_order_they_come, ()) {
  ObjectIndex index(*rc::gen::arbitrary<ObjectIndex::Seed>());
  if (*rc::gen::arbitrary<bool>()) index.reserve(*rc::gen::inRange<std::size_t>(0, 100));
  std::map<ObjectId, std::uint32_t> model;
  for (int i = 0; i < 200; ++i) {
    ObjectId id{static_cast<Domain>(*rc::gen::inRange(0, 8)), {}};
    id.key.bytes[*rc::gen::inRange<std::size_t>(0, 32)] = *rc::gen::inRange<std::uint8_t>(0, 4);
    const auto at = model.find(id);
    RC_ASSERT(index.find(id) == (at == model.end() ? std::nullopt : std::optional(at->second)));
    const auto number = index.intern(id);
    model.emplace(id, static_cast<std::uint32_t>(model.size()));
    RC_ASSERT(number == model.at(id));
    RC_ASSERT(index[number] == id);
  }
  RC_ASSERT(index.size() == model.size());
}

}  // namespace
}  // namespace aether::exec

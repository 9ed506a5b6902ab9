#include "node.hpp"

namespace aether::smt {
namespace {

template <std::size_t N = 1>
void free_twig(Node* node) {
  if constexpr (N < kTwigLeaves)
    if (node->count != N) return free_twig<N + 1>(node);
  delete static_cast<Twig<N>*>(node);
}

bool was_last(Node& node) { return node.references.fetch_sub(1, std::memory_order_acq_rel) == 1; }

}  // namespace

void NodePtr::share(Node& node) { node.references.fetch_add(1, std::memory_order_relaxed); }

// Memory is asked for a node some time before its turn: a version that goes consists of nodes used long ago, and most
// of the time would be spent waiting for them.
void NodePtr::let_go(Node& node) {
  if (!was_last(node)) return;
  if (node.is_twig()) return free_twig(&node);
  constexpr std::size_t kAhead = 16;
  std::array<Node*, kAhead> asked{};
  std::vector<Node*> next;
  const auto free_branch = [&](Node& of) {
    auto* branch = static_cast<Branch*>(&of);
    for (NodePtr* child : {&branch->right, &branch->left})
      if (*child) next.push_back(child->release());
    delete branch;
  };
  free_branch(node);
  for (std::size_t at = 0, idle = 0; idle < kAhead; at = (at + 1) % kAhead) {
    if (Node* const turn = std::exchange(asked[at], nullptr); turn != nullptr && was_last(*turn)) {
      if (turn->is_twig()) {
        free_twig(turn);
      } else {
        free_branch(*turn);
      }
    }
    ++idle;
    if (next.empty()) continue;
    idle = 0;
    asked[at] = next.back();
    next.pop_back();
    __builtin_prefetch(asked[at], 1);
  }
}

}  // namespace aether::smt

// What holds the nodes of a tree: each has as many references as trees and nodes above hold it, and goes with the last.
#pragma once

#include <utility>

namespace aether::smt {

struct Node;

// A std::shared_ptr of half the size. From any thread, as that is.
class NodePtr {
 public:
  NodePtr() = default;
  explicit NodePtr(Node* made) : node_(made) {}  // takes over a reference
  NodePtr(const NodePtr& other) : node_(other.node_) {
    if (node_ != nullptr) share(*node_);
  }
  NodePtr(NodePtr&& other) noexcept : node_(std::exchange(other.node_, nullptr)) {}
  NodePtr& operator=(NodePtr other) noexcept {
    std::swap(node_, other.node_);
    return *this;
  }
  ~NodePtr() {
    if (node_ != nullptr) let_go(*node_);
  }

  Node* get() const { return node_; }
  Node& operator*() const { return *node_; }
  Node* operator->() const { return node_; }
  explicit operator bool() const { return node_ != nullptr; }
  bool operator==(const NodePtr&) const = default;
  Node* release() { return std::exchange(node_, nullptr); }

 private:
  static void share(Node& node);
  static void let_go(Node& node);
  Node* node_ = nullptr;
};

}  // namespace aether::smt

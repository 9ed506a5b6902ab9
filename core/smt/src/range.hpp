// Where a subtree lies to a range of keys, for the prover and for the verifier.
#pragma once

#include "node.hpp"

namespace aether::smt {

// The keys below a path: low has zeros behind it, high ones.
struct Span {
  Hash low;
  Hash high = [] {
    Hash ones;
    ones.bytes.fill(0xff);
    return ones;
  }();

  Span half(bool right, unsigned depth) const {
    Span out = *this;
    const auto mask = static_cast<std::uint8_t>(0x80u >> depth % 8);
    if (right) {
      out.low.bytes[depth / 8] |= mask;
    } else {
      out.high.bytes[depth / 8] &= static_cast<std::uint8_t>(~mask);
    }
    return out;
  }
  bool holds(const Hash& key) const { return low <= key && key <= high; }
};

enum class Relation : std::uint8_t { inside, outside, across };

inline Relation relation(const Span& span, const Hash& first, const Hash& last) {
  if (span.high < first || last < span.low) return Relation::outside;
  return first <= span.low && span.high <= last ? Relation::inside : Relation::across;
}

}  // namespace aether::smt

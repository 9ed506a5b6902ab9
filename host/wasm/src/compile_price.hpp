// What compiling a module is charged, from a walk over its code that takes time linear in its bytes.
//
// The passes of the compiler that take more than a constant time for a byte are those over the values that cross the
// edges of its control flow: for each function, the price has a term for each of them (spec/contracts.md). Its numbers
// were found by a search for the modules that cost most for their price; test/price_test.cpp keeps what it found.
#pragma once

#include <cstdint>
#include <vector>

#include "aether/base/bytes.hpp"

namespace aether::wasm {

// Of one function.
struct CodeShape {
  std::uint64_t bytes = 0;   // of its body
  std::uint64_t edges = 0;   // of its control flow, with those that instructions hide
  std::uint64_t values = 0;  // parameters, locals and the deepest operand stack: what may be alive at an edge
  std::uint64_t merges = 0;  // over its blocks, the values that may meet where they end and, of loops, begin
  std::uint64_t paths = 0;   // over its br_tables, entries times distinct labels

  bool operator==(const CodeShape&) const = default;
};

// Steps; part of the protocol.
[[nodiscard]] std::uint64_t price(const CodeShape& shape);

// Of the functions that a module defines, in their order; judge() has accepted it.
[[nodiscard]] std::vector<CodeShape> code_shapes(ByteView module);

// Steps for a module that judge() accepts; `entries` is how many functions it imports, exports or puts into elements.
[[nodiscard]] std::uint64_t compile_price(ByteView module, std::uint64_t entries);

}  // namespace aether::wasm

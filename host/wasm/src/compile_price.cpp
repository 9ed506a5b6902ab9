#include "compile_price.hpp"

#include <algorithm>
#include <vector>

#include "module_cursor.hpp"

namespace aether::wasm {

namespace {

constexpr std::uint64_t kModuleSteps = 1'000'000;
constexpr std::uint64_t kFunctionSteps = 25'000;
constexpr std::uint64_t kEntrySteps = 75'000;  // it gets code of its own, by its parameters
constexpr std::uint64_t kValueSteps = 100;
constexpr std::uint64_t kByteSteps = 1'500;
constexpr std::uint64_t kByteValueSteps = 5;
constexpr std::uint64_t kEdgeSteps = 3'000;
constexpr std::uint64_t kEdgeValueSteps = 80;
constexpr std::uint64_t kEdgePairSteps = 2;
constexpr std::uint64_t kMergeSteps = 1'500;
constexpr std::uint64_t kMergePairsPerStep = 2;
constexpr std::uint64_t kPathValueSteps = 2;

// Edges of instructions, by how much the compiler does for them.
constexpr std::uint64_t kLoopEdges = 12;
constexpr std::uint64_t kIfEdges = 2;
constexpr std::uint64_t kCheckedEdges = 2;  // an instruction that the compiler gives a slow path
constexpr std::uint64_t kIndirectEdges = 3;
constexpr std::uint64_t kTableEdges = 50;  // table.init, .copy, .grow and .fill

struct Signature {
  std::uint32_t parameters = 0;
  std::uint32_t results = 0;
};

struct Functions {
  std::vector<Signature> types;
  std::vector<std::uint32_t> type_of;  // imported ones first
  std::uint32_t imported = 0;
};

void read_types(Cursor section, Functions& out) {
  const auto count_values = [&] {
    const std::uint32_t count = section.number();
    for (std::uint32_t i = 0; i < count; ++i) section.skip_value_type();
    return count;
  };
  for (std::uint32_t left = section.number(); left > 0; --left) {
    section.byte();  // the form: a function
    const std::uint32_t parameters = count_values();
    out.types.push_back({parameters, count_values()});
  }
}

void read_imports(Cursor section, Functions& out) {
  out.imported = section.number();
  for (std::uint32_t left = out.imported; left > 0; --left) {
    section.part(section.number());
    section.part(section.number());
    section.byte();  // the kind: a function
    out.type_of.push_back(section.number());
  }
}

// One body, instruction by instruction.
class Walk {
 public:
  Walk(const Functions& functions, std::uint32_t function, ByteView body)
      : functions_(functions), code_(body), signature_(functions.types[functions.type_of[function]]) {
    shape_.bytes = body.size();
  }

  CodeShape run() {
    locals_ = signature_.parameters;
    for (std::uint32_t groups = code_.number(); groups > 0; --groups) {
      locals_ += code_.number();
      code_.skip_value_type();
    }
    frames_.push_back({.results = signature_.results});
    while (!code_.done()) instruction(code_.byte());
    AETHER_ASSERT(frames_.empty());
    shape_.values = locals_ + height_max_;
    return shape_;
  }

 private:
  struct Frame {
    std::uint64_t height = 0;  // of the operand stack below its parameters
    std::uint32_t parameters = 0;
    std::uint32_t results = 0;
    std::uint64_t ways = 1;  // to merge: a loop has one at its head and one at its end
    std::uint64_t sets = 0;  // of locals, inside
    std::size_t table = 0;   // the newest br_table that names it
  };

  void pop(std::uint64_t count) {
    // Behind a branch the stack may have less than is taken: what is missing has any type.
    const std::uint64_t floor = frames_.empty() ? 0 : frames_.back().height;
    height_ = height_ > floor + count ? height_ - count : floor;
  }
  void push(std::uint64_t count) {
    height_ += count;
    height_max_ = std::max(height_max_, height_);
  }
  void call(const Signature& callee) {
    pop(callee.parameters);
    push(callee.results);
  }

  Signature block_type() {
    const std::uint8_t first = code_.peek();
    if (first == 0x40) return code_.byte(), Signature{};
    if ((first & 0xc0) == 0x40) return code_.skip_value_type(), Signature{0, 1};
    return functions_.types[code_.number()];
  }
  void open(std::uint64_t edges, std::uint64_t ways = 1) {
    const Signature type = block_type();
    shape_.edges += edges;
    pop(type.parameters);
    frames_.push_back({.height = height_, .parameters = type.parameters, .results = type.results, .ways = ways});
    push(type.parameters);
  }
  void end() {
    const Frame frame = frames_.back();
    shape_.merges += frame.ways * (std::min(frame.sets, locals_) + frame.parameters + frame.results);
    frames_.pop_back();
    height_ = frame.height;
    push(frame.results);
    if (!frames_.empty()) frames_.back().sets += frame.sets;
  }
  void branch_table() {
    ++tables_;
    const std::uint64_t entries = std::uint64_t{code_.number()} + 1;
    std::uint64_t distinct = 0;
    for (std::uint64_t i = 0; i < entries; ++i) {
      Frame& target = frames_[frames_.size() - 1 - code_.number()];
      if (target.table != tables_) ++distinct;
      target.table = tables_;
    }
    shape_.edges += distinct;
    shape_.paths += entries * distinct;
    pop(1);
  }

  void bulk() {
    switch (code_.number()) {
      case 8:
      case 10:
        code_.number(), code_.number();
        shape_.edges += kCheckedEdges;
        return pop(3);  // memory.init, .copy
      case 9:
      case 13: code_.number(); return;  // data.drop, elem.drop
      case 11:
        code_.number();
        shape_.edges += kCheckedEdges;
        return pop(3);  // memory.fill
      case 12:
      case 14:
        code_.number(), code_.number();
        shape_.edges += kTableEdges;
        return pop(3);  // table.init, .copy
      case 15:
        code_.number();
        shape_.edges += kTableEdges;
        return pop(1);                          // table.grow
      case 16: code_.number(); return push(1);  // table.size
      case 17:
        code_.number();
        shape_.edges += kTableEdges;
        return pop(3);  // table.fill
      default: assertion_failed("an instruction that no accepted module has", __FILE__, __LINE__);
    }
  }

  // Numeric instructions with one operand: eqz, clz, ctz, popcnt, wrap and extensions.
  static bool unary(std::uint8_t op) {
    return op == 0x45 || op == 0x50 || (op >= 0x67 && op <= 0x69) || (op >= 0x79 && op <= 0x7b) || op == 0xa7 ||
           op == 0xac || op == 0xad || op >= 0xc0;
  }

  // Divisions and remainders, which trap and need registers of their own.
  static bool divides(std::uint8_t op) { return (op >= 0x6d && op <= 0x70) || (op >= 0x7f && op <= 0x82); }

  void instruction(std::uint8_t op) {
    switch (op) {
      case 0x00: ++shape_.edges; return;  // unreachable
      case 0x01:
      case 0x0f: return;                         // nop, return
      case 0x02: return open(1);                 // block
      case 0x03: return open(kLoopEdges, 2);     // loop
      case 0x04: pop(1); return open(kIfEdges);  // if
      case 0x05:                                 // else
        height_ = frames_.back().height;
        ++shape_.edges;
        return push(frames_.back().parameters);
      case 0x0b: return end();
      case 0x0c:
        code_.number();
        ++shape_.edges;
        return;  // br
      case 0x0d:
        code_.number();
        ++shape_.edges;
        return pop(1);  // br_if
      case 0x0e: return branch_table();
      case 0x10:  // call
        ++shape_.edges;
        return call(functions_.types[functions_.type_of[code_.number()]]);
      case 0x11: {  // call_indirect
        const Signature callee = functions_.types[code_.number()];
        code_.number();
        shape_.edges += kIndirectEdges;
        pop(1);
        return call(callee);
      }
      case 0x1a: return pop(1);  // drop
      case 0x1b: return pop(2);  // select
      case 0x1c:
        for (std::uint32_t left = code_.number(); left > 0; --left) code_.skip_value_type();
        return pop(2);
      case 0x20:
      case 0x23: code_.number(); return push(1);  // local.get, global.get
      case 0x21:
        code_.number();
        ++frames_.back().sets;
        return pop(1);
      case 0x22:
        code_.number();
        ++frames_.back().sets;
        return;
      case 0x24: code_.number(); return pop(1);  // global.set
      case 0x25:
        code_.number();
        shape_.edges += kCheckedEdges;
        return;  // table.get
      case 0x26:
        code_.number();
        shape_.edges += kCheckedEdges;
        return pop(2);                            // table.set
      case 0x3f: code_.number(); return push(1);  // memory.size
      case 0x40:
        code_.number();
        shape_.edges += kCheckedEdges;
        return;  // memory.grow
      case 0x41:
      case 0x42: code_.number(); return push(1);  // constants
      case 0xd0:
      case 0xd2: code_.number(); return push(1);  // ref.null, ref.func
      case 0xd1: return;                          // ref.is_null
      case 0xfc: return bulk();
      default: break;
    }
    if (op >= 0x28 && op <= 0x3e) {  // loads, stores
      code_.number(), code_.number();
      if (op >= 0x36) pop(2);
      return;
    }
    AETHER_ASSERT(op >= 0x45 && op <= 0xc4);
    if (divides(op)) ++shape_.edges;
    if (!unary(op)) pop(1);
  }

  const Functions& functions_;
  Cursor code_;
  Signature signature_;
  CodeShape shape_;
  std::vector<Frame> frames_;
  std::uint64_t locals_ = 0;
  std::uint64_t height_ = 0;
  std::uint64_t height_max_ = 0;
  std::size_t tables_ = 0;
};

}  // namespace

// At most 2^54 for a body of 64 KiB with 1 024 locals, so that all functions of a module stay below 2^64.
std::uint64_t price(const CodeShape& shape) {
  return kFunctionSteps + shape.values * kValueSteps + shape.bytes * (kByteSteps + shape.values * kByteValueSteps) +
         shape.edges * (kEdgeSteps + shape.values * kEdgeValueSteps + shape.edges * kEdgePairSteps) +
         shape.merges * (kMergeSteps + shape.merges / kMergePairsPerStep) +
         shape.paths * shape.values * kPathValueSteps;
}

std::vector<CodeShape> code_shapes(ByteView module) {
  Functions functions;
  std::vector<CodeShape> shapes;
  Cursor sections(module.subspan(kModuleHeaderBytes));
  while (!sections.done()) {
    const std::uint8_t id = sections.byte();
    Cursor section(sections.part(sections.number()));
    if (id == 1) read_types(section, functions);
    if (id == 2) read_imports(section, functions);
    if (id == 3) {
      for (std::uint32_t left = section.number(); left > 0; --left) functions.type_of.push_back(section.number());
    }
    if (id == 10) {
      const std::uint32_t count = section.number();
      for (std::uint32_t i = 0; i < count; ++i)
        shapes.push_back(Walk(functions, functions.imported + i, section.part(section.number())).run());
    }
  }
  return shapes;
}

std::uint64_t compile_price(ByteView module, std::uint64_t entries) {
  std::uint64_t steps = kModuleSteps + entries * kEntrySteps;
  for (const CodeShape& shape : code_shapes(module)) steps += price(shape);
  return steps;
}

}  // namespace aether::wasm

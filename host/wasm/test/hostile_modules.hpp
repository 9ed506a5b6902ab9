// Modules made to cost a compiler as much as they can for their price: what is left of a search over shapes of code,
// smaller where a bound forbids the original. For the test of their prices.
#pragma once

#include <array>
#include <functional>
#include <string>

#include "module_text.hpp"

namespace aether::wasm::test {

inline std::string times(std::size_t count, std::string_view text) {
  std::string all;
  for (std::size_t i = 0; i < count; ++i) all += text;
  return all;
}
inline std::string each(std::size_t count, const std::function<std::string(std::size_t)>& text) {
  std::string all;
  for (std::size_t i = 0; i < count; ++i) all += text(i);
  return all;
}

struct HostileModule {
  std::string_view name;
  std::string fields;   // between what contract_text() gives and an empty "call"
  std::uint64_t steps;  // its price
  Bytes bytes() const { return wat(contract_text(fields + "(func (export \"call\"))")); }
};

inline std::vector<HostileModule> hostile_modules() {
  using std::to_string;
  const auto get = [](std::size_t i) { return "(local.get " + to_string(i) + ")"; };
  const auto locals = [](std::size_t count) { return "(local" + times(count, " i32") + ")"; };
  const auto sets = [](std::size_t count) {
    return each(count,
                [](std::size_t i) { return "(local.set " + to_string(i + 1) + " (i32.const " + to_string(i) + "))"; });
  };
  const auto uses = [&](std::size_t count) {
    return each(count, [&](std::size_t i) { return "(drop (i32.load " + get(i + 1) + "))"; });
  };
  const auto labels = [](std::size_t count) { return each(count, [](std::size_t i) { return to_string(i) + " "; }); };
  // Locals set below `depth` ifs, so that each of them meets its old value at the end of each.
  const auto merging = [&](std::size_t depth, std::size_t count) {
    return "(func (param i32) " + locals(count) + times(depth, "(if (local.get 0) (then ") + sets(count) +
           times(depth, "))") + uses(count) + ")";
  };
  // The same in loops: each is left and entered again with its own values.
  const auto turning = [&](std::size_t depth, std::size_t count) {
    return "(func (param i32) " + locals(count) + times(depth, "(loop ") + sets(count) +
           times(depth, "(br_if 0 (local.get 0)))") + uses(count) + ")";
  };
  const auto table_in_blocks = [&](std::size_t depth, std::size_t tables) {
    return "(func (param i32) " + locals(100) + times(depth, "(block ") +
           times(tables, "(block (br_table " + labels(depth) + "(local.get 0)))") +
           each(depth, [](std::size_t i) { return "(local.set " + to_string(1 + i % 100) + " (i32.const 1)))"; }) +
           uses(100) + ")";
  };
  const auto mixing = [&](std::size_t count, std::size_t alive, std::string_view op) {
    const auto load = [&](std::size_t i) { return "(i32.load " + get(1 + i % alive) + ")"; };
    return "(func (param i32) " + locals(alive) +
           each(count,
                [&](std::size_t i) {
                  return "(local.set " + to_string(1 + i % alive) + " (" + std::string(op) + load(i) + "(" +
                         std::string(op) + load(i + 1) + load(i + 2) + ")))";
                }) +
           uses(alive) + ")";
  };
  const std::string callee = "(type $wide (func (param" + times(16, " i32") +
                             "))) (func $wide (type $wide)) (table 1 funcref) (elem (i32.const 0) $wide)";
  return {
      {"8 000 functions", times(8'000, "(func)"), 226'678'000},
      {"8 000 functions of 16 parameters",
       "(type $wide (func (param" + times(16, " i32") + ")))" + times(8'000, "(func (type $wide))"), 240'758'000},
      {"4 000 functions of 1 024 locals", times(4'000, "(func " + locals(1'024) + ")"), 644'678'000},
      {"1 000 exports",
       "(func $f)" + each(1'000, [](std::size_t i) { return "(export \"" + to_string(i) + "\" (func $f))"; }),
       77'706'000},
      {"1 000 types of 16 parameters, imported entries apart",
       each(500,
            [](std::size_t i) {
              std::string types;
              for (std::size_t bit = 0; bit < 16; ++bit) types += (i >> bit & 1) != 0 ? " i64" : " i32";
              return "(func $t" + to_string(i) + " (param" + types + ")) (export \"" + to_string(i) + "\" (func $t" +
                     to_string(i) + "))";
            }),
       55'058'000},
      {"16 ifs over 250 locals", merging(16, 250), 27'204'538},
      {"64 ifs over 250 locals", merging(64, 250), 171'121'018},
      {"250 ifs over 60 locals", merging(250, 60), 146'536'740},
      {"100 loops in each other that set 100 locals", turning(100, 100), 256'253'600},
      {"50 loops in each other that set 200 locals", turning(50, 200), 256'961'070},
      {"1 500 loops in each other",
       "(func (param i32) " + times(1'500, "(loop (br_if 0 (local.get 0))") + times(1'500, ")") + ")", 840'681'220},
      {"600 loops in each other, over 700 locals",
       "(func (param i32) " + locals(700) + times(600, "(loop (br_if 0 (local.get 0))") + times(600, ")") + uses(700) +
           ")",
       630'880'980},
      {"500 loops in a row, 100 locals",
       "(func (param i32) " + locals(100) + times(500, "(loop (br_if 0 (local.get 0)))") + uses(100) + ")",
       168'002'240},
      {"3 000 br_if to the end", "(func (param i32) " + times(3'000, "(br_if 0 (local.get 0))") + ")", 48'306'220},
      {"3 000 traps", "(func (param i32) " + times(3'000, "(if (local.get 0) (then (unreachable)))") + ")",
       220'326'220},
      {"br_table of 60 000 entries", "(func (param i32) (block (br_table " + times(60'000, "0 ") + "(local.get 0))))",
       93'566'138},
      {"br_tables over 200 blocks", table_in_blocks(200, 4), 194'018'487},
      {"8 000 blocks with a result",
       "(func (result i32) " + times(8'000, "(block (result i32)") + "(i32.const 1)" + times(8'000, ")") + ")",
       235'474'620},
      {"blocks with 15 results",
       "(func (param i32) " + times(300, "(block (result" + times(15, " i32") + ")") + times(15, "(local.get 0)") +
           times(300, "(br_if 0 (local.get 0)))") + times(15, "(drop)") + ")",
       26'318'695},
      {"deep operand stack over branches",
       "(func (param i32) (result i32) " + times(500, "(i32.load (local.get 0))") +
           times(500, "(if (local.get 0) (then (i32.store (i32.const 0) (i32.const 1))))") + times(499, "(i32.add)") +
           ")",
       84'133'815},
      {"calls with 16 arguments",
       callee + "(func (param i32) " + times(1'500, "(call $wide" + times(16, "(local.get 0)") + ")") + ")",
       94'687'630},
      {"indirect calls",
       callee + "(func $none) (elem (i32.const 0) $none) (func (param i32) " +
           times(4'000, "(call_indirect (local.get 0))") + ")",
       359'033'980},
      {"copies of memory",
       "(func (param i32) " + times(4'000, "(memory.copy (local.get 0) (local.get 0) (local.get 0))") + ")",
       218'066'440},
      {"copies of tables",
       callee + "(func (param i32) " + times(200, "(table.copy (local.get 0) (local.get 0) (local.get 0))") + ")",
       239'051'200},
      {"growing tables",
       callee + "(func (param i32) " + times(200, "(drop (table.grow (ref.null func) (local.get 0)))") + ")",
       237'635'090},
      {"stores", "(func (param i32) " + times(6'000, "(i32.store (local.get 0) (i32.load (local.get 0)))") + ")",
       93'606'330},
      {"divisions over 100 locals", mixing(2'500, 100, "i32.div_s"), 206'640'030},
      {"divisions over 900 locals", mixing(900, 900, "i32.div_s"), 305'351'800},
      {"additions over 900 locals", mixing(2'200, 900, "i32.add"), 337'197'490},
  };
}

}  // namespace aether::wasm::test

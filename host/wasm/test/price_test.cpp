// What compiling costs: the shape of code instruction by instruction, the price of a shape, and the prices of the
// worst modules that are known.
#include <gtest/gtest.h>

#include "aether/params/chain_params.hpp"
#include "compile_price.hpp"
#include "hostile_modules.hpp"
#include "load_price.hpp"
#include "test_host.hpp"

namespace aether::wasm::test {
namespace {

// Of the function that `instructions` is, beside an import, a table and a type of 2 parameters and 1 result.
CodeShape shape(std::string_view instructions, std::string_view type = "") {
  const Bytes module = wat(
      "(module (import \"aether\" \"slot\" (func $slot (result i64))) (type $pair (func (param i32 i32) (result i32)))"
      "(memory (export \"memory\") 1 1) (table 1 funcref) (data \"x\") (elem func $f) (global $g (mut i32) (i32.const "
      "0))"
      "(func $f " +
      std::string(type) + std::string(instructions) + ") (func (export \"call\")))");
  EXPECT_TRUE(judge(module).has_value()) << instructions;
  const auto shapes = code_shapes(module);
  EXPECT_EQ(shapes.size(), 2u);
  EXPECT_EQ(shapes[1], (CodeShape{.bytes = 2}));
  return shapes[0];
}
std::uint64_t edges(std::string_view instructions) { return shape(instructions).edges; }
std::uint64_t values(std::string_view instructions, std::string_view type = "") {
  return shape(instructions, type).values;
}
std::uint64_t merges(std::string_view instructions, std::string_view type = "") {
  return shape(instructions, type).merges;
}

TEST(CompilePrice, EdgesOfInstructions) {
  EXPECT_EQ(edges(""), 0u);
  EXPECT_EQ(edges("(nop) (drop (i32.add (i32.const 1) (i32.const 2))) (return)"), 0u);
  EXPECT_EQ(edges("(unreachable)"), 1u);
  EXPECT_EQ(edges("(block)"), 1u);
  EXPECT_EQ(edges("(loop)"), 12u);
  EXPECT_EQ(edges("(if (i32.const 1) (then))"), 2u);
  EXPECT_EQ(edges("(if (i32.const 1) (then) (else))"), 3u);
  EXPECT_EQ(edges("(br 0)"), 1u);
  EXPECT_EQ(edges("(br_if 0 (i32.const 1))"), 1u);
  EXPECT_EQ(edges("(block (br_table 0 1 0 1 1 (i32.const 1)))"), 1u + 2u);
  EXPECT_EQ(edges("(call $slot) (drop)"), 1u);
  for (const std::string type : {"i32", "i64"}) {
    const std::string of = "(" + type + ".const 9) (" + type + ".const 2))";
    for (const std::string op : {"div_s", "div_u", "rem_s", "rem_u"})
      EXPECT_EQ(edges("(drop (" + type + "." + op + of + ")"), 1u) << type << op;
    for (const std::string op : {"mul", "and"}) EXPECT_EQ(edges("(drop (" + type + "." + op + of + ")"), 0u);
  }
  EXPECT_EQ(edges("(call_indirect (i32.const 0))"), 3u);
  EXPECT_EQ(edges("(memory.copy (i32.const 0) (i32.const 0) (i32.const 0))"), 2u);
  EXPECT_EQ(edges("(memory.fill (i32.const 0) (i32.const 0) (i32.const 0))"), 2u);
  EXPECT_EQ(edges("(memory.init 0 (i32.const 0) (i32.const 0) (i32.const 0)) (data.drop 0)"), 2u);
  EXPECT_EQ(edges("(drop (memory.grow (i32.const 0))) (drop (memory.size))"), 2u);
  EXPECT_EQ(edges("(table.set 0 (i32.const 0) (table.get 0 (i32.const 0)))"), 4u);
  EXPECT_EQ(edges("(table.init 0 (i32.const 0) (i32.const 0) (i32.const 0)) (elem.drop 0)"), 50u);
  EXPECT_EQ(edges("(table.copy (i32.const 0) (i32.const 0) (i32.const 0))"), 50u);
  EXPECT_EQ(edges("(table.fill 0 (i32.const 0) (ref.null func) (i32.const 0))"), 50u);
  EXPECT_EQ(edges("(drop (table.grow 0 (ref.func $f) (i32.const 0))) (drop (table.size 0))"), 50u);
}

TEST(CompilePrice, ValuesAreLocalsAndTheDeepestStack) {
  EXPECT_EQ(values(""), 0u);
  EXPECT_EQ(values("", "(param i32 i64) (local i32 i32 i32)"), 5u);
  EXPECT_EQ(values("(drop (i32.add (i32.const 1) (i32.add (i32.const 1) (i32.const 2))))"), 3u);
  EXPECT_EQ(values("(i32.const 1) (drop) (i32.const 1) (drop)"), 1u);
  EXPECT_EQ(values("(drop (select (i32.const 1) (i32.const 2) (i32.eqz (i32.const 3))))"), 3u);
  EXPECT_EQ(values("(drop (select (result i32) (i32.const 1) (i32.const 2) (i32.const 3)))"), 3u);
  EXPECT_EQ(values("(i64.store (i32.const 0) (i64.extend_i32_u (i32.wrap_i64 (i64.clz (i64.load (i32.const 0))))))"),
            2u);
  EXPECT_EQ(values("(global.set $g (global.get $g)) (local.set 0 (local.tee 0 (i32.const 1)))", "(local i32)"), 2u);
  EXPECT_EQ(values("(drop (ref.is_null (ref.null func)))"), 1u);
  EXPECT_EQ(values("(drop (call_indirect (type $pair) (i32.const 1) (i32.const 2) (i32.const 0)))"), 3u);
  EXPECT_EQ(values("(i32.const 1) (i32.const 2) (loop (type $pair) (drop) (drop) (i32.const 1)) (drop)"), 2u);
  EXPECT_EQ(
      values("(i32.const 7) (if (result i32) (i32.const 1) (then (i32.const 1)) (else (i32.const 2))) (drop) (drop)"),
      2u);
  // Behind a branch the stack is what it was where the block began.
  EXPECT_EQ(values("(block (br 0) (i32.add) (i32.add) (drop) (drop) (i32.const 1) (drop))"), 1u);
}

TEST(CompilePrice, MergesAreWhatIsSetInsideABlock) {
  EXPECT_EQ(merges("(block)", "(local i32 i32)"), 0u);
  EXPECT_EQ(merges("(local.set 0 (i32.const 1))", "(local i32 i32)"), 1u);
  EXPECT_EQ(
      merges("(block (block (local.set 0 (i32.const 1)) (drop (local.tee 1 (i32.const 1)))))", "(local i32 i32 i32)"),
      6u);
  EXPECT_EQ(merges("(block (local.set 0 (i32.const 1)) (local.set 0 (i32.const 1)))", "(local i32)"),
            2u);  // at most the locals
  EXPECT_EQ(merges("(drop (block (result i32) (i32.const 1)))"), 1u);
  EXPECT_EQ(merges("(i32.const 1) (i32.const 2) (loop (type $pair) (i32.add)) (drop)"), 2u * 3u);
  EXPECT_EQ(merges("(loop (local.set 0 (i32.const 1)))", "(local i32 i32)"), 2u + 1u);
  EXPECT_EQ(merges("(i32.const 1)", "(result i32)"), 1u);
}

TEST(CompilePrice, PathsAreEntriesTimesLabels) {
  EXPECT_EQ(shape("(br_table 0 (i32.const 1))").paths, 1u);
  EXPECT_EQ(shape("(block (br_table 0 1 0 1 1 (i32.const 1)))").paths, 5u * 2u);
  EXPECT_EQ(shape("(block (block (br_table 0 1 (i32.const 1))) (br_table 0 0 1 (i32.const 1)))").paths, 4u + 6u);
}

TEST(CompilePrice, OfAShape) {
  EXPECT_EQ(price({}), 25'000u);
  EXPECT_EQ(price({.bytes = 10}), 40'000u);
  EXPECT_EQ(price({.values = 100}), 35'000u);
  EXPECT_EQ(price({.bytes = 10, .values = 100}), 40'000u + 10'000u + 5'000u);
  EXPECT_EQ(price({.edges = 10}), 25'000u + 30'000u + 200u);
  EXPECT_EQ(price({.edges = 10, .values = 100}), 35'000u + 30'000u + 80'000u + 200u);
  EXPECT_EQ(price({.merges = 100}), 25'000u + 150'000u + 5'000u);
  EXPECT_EQ(price({.values = 100, .paths = 1'000}), 35'000u + 200'000u);
}

TEST(CompilePrice, OfAModule) {
  const auto steps = [](std::string_view fields) {
    return *judge(wat("(module (memory (export \"memory\") 1 1) (func (export \"call\"))" + std::string(fields) + ")"));
  };
  constexpr std::uint64_t kEmpty = 1'000'000 + 2 * 75'000 + 25'000 + 2 * 1'500;
  EXPECT_EQ(steps(""), kEmpty);
  EXPECT_EQ(steps("(export \"again\" (func 0))"), kEmpty + 75'000);
  EXPECT_EQ(steps("(table 2 funcref) (elem (i32.const 0) 0 0)"), kEmpty + 2 * 75'000);
  EXPECT_EQ(steps("(func)"), kEmpty + 28'000);
  EXPECT_EQ(*judge(wat("(module (import \"aether\" \"slot\" (func (result i64))) (memory (export \"memory\") 1 1) "
                       "(func (export \"call\")))")),
            kEmpty + 75'000);
}

TEST(CompilePrice, OfHostileModules) {
  for (const auto& each : hostile_modules()) EXPECT_EQ(*judge(each.bytes()), each.steps) << each.name;
}

TEST(LoadPrice, IsOfTheItemsThatAModuleDeclares) {
  const auto steps = [](std::string_view fields) {
    return load_price(
        wat("(module " + std::string(fields) + " (memory (export \"memory\") 1 1) (func (export \"call\")))"));
  };
  // A type, a function, and an export section of 1 + 9 + 7 bytes.
  constexpr std::uint64_t kEmpty = 500 + 25 + 2 * 150 + 17;
  EXPECT_EQ(steps(""), kEmpty);
  EXPECT_EQ(steps("(func) (func)"), kEmpty + 2 * 25);
  EXPECT_EQ(steps("(func (param i32 i64))"), kEmpty + 500 + 25);
  EXPECT_EQ(steps("(import \"aether\" \"slot\" (func (result i64)))"), kEmpty + 500 + 150);
  EXPECT_EQ(steps("(global i32 (i32.const 1))"), kEmpty + 25);
  EXPECT_EQ(steps("(func $f) (export \"name\" (func $f))"), kEmpty + 25 + 150 + 7);
  EXPECT_EQ(steps("(func $f) (table 2 funcref) (elem (i32.const 0) $f $f)"), kEmpty + 25 + 40 * 8);
  EXPECT_EQ(steps("(data (i32.const 0) \"abc\") (data (i32.const 9) \"abc\")"), kEmpty + 2 * 25);
  EXPECT_EQ(steps("(func (drop (i32.const 1)))"), kEmpty + 25);  // code is mapped
}

}  // namespace
}  // namespace aether::wasm::test

#include <gtest/gtest.h>

#include "hostile_modules.hpp"
#include "imports.hpp"
#include "test_host.hpp"

namespace aether::wasm::test {
namespace {

using ledger::ModuleError;

std::optional<ModuleError> verdict(const Bytes& module) {
  const auto result = judge(module);
  // It is a function of the bytes.
  EXPECT_EQ(judge(module), result);
  if (result) return std::nullopt;
  return result.error();
}
std::optional<ModuleError> verdict(std::string_view text) { return verdict(wat(text)); }

// With a memory and an entry, and `fields` between.
std::optional<ModuleError> with(std::string_view fields) {
  return verdict("(module " + std::string(fields) + " (memory (export \"memory\") 1 1) (func (export \"call\")))");
}

TEST(Judge, AcceptsContracts) {
  EXPECT_EQ(verdict(contract("")), std::nullopt);
  EXPECT_EQ(with(""), std::nullopt);
  EXPECT_EQ(verdict(R"((module (memory (export "memory") 0 256) (func (export "spend"))))"), std::nullopt);
  EXPECT_EQ(with("(table 1 funcref) (func $f (result i32 i64) (i32.const 1) (i64.extend8_s (i64.const 1))) (elem "
                 "(i32.const 0) $f)"),
            std::nullopt);
  EXPECT_EQ(with("(func (memory.fill (i32.const 0) (i32.const 0) (i32.const 0)))"), std::nullopt);
}

TEST(Judge, WhatIsNoModule) {
  EXPECT_EQ(verdict(Bytes{}), ModuleError::malformed);
  EXPECT_EQ(verdict(Bytes{0, 'a', 's', 'm'}), ModuleError::malformed);
  EXPECT_EQ(verdict(Bytes{0, 'a', 's', 'm', 0x0d, 0, 1, 0}), ModuleError::malformed);  // a component
  EXPECT_EQ(verdict(Bytes(limits::kCodeBytesMax + 1)), ModuleError::too_large);
  const std::string text = "(module (memory (export \"memory\") 1 1) (func (export \"call\")))";
  EXPECT_EQ(verdict(Bytes(text.begin(), text.end())), ModuleError::malformed);  // text is no module
  const Bytes whole = wat(R"((module (memory (export "memory") 1 1) (func (export "call") (drop (i32.const 1)))))");
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_TRUE(verdict(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)))) << size;
  }
}

TEST(Judge, FloatingPointAnywhere) {
  EXPECT_EQ(with("(func (param f32))"), ModuleError::floating_point);
  EXPECT_EQ(with("(type (func (result f64)))"), ModuleError::floating_point);
  EXPECT_EQ(with("(func (local f64))"), ModuleError::floating_point);
  EXPECT_EQ(with("(global f32 (f32.const 1))"), ModuleError::floating_point);
  EXPECT_EQ(with("(func (drop (f64.const 1)))"), ModuleError::floating_point);
  EXPECT_EQ(with("(func (unreachable) (drop (f32.add)))"), ModuleError::floating_point);
  EXPECT_EQ(with("(func (return) (drop (f64.convert_i32_s (i32.const 1))))"), ModuleError::floating_point);
  EXPECT_EQ(with("(func (drop (i32.trunc_sat_f32_s (f32.const 1))))"), ModuleError::floating_point);
  EXPECT_EQ(with("(func (drop (i32.reinterpret_f32 (f32.load (i32.const 0)))))"), ModuleError::floating_point);
  EXPECT_EQ(with("(func (block (result f32) (unreachable)) (drop))"), ModuleError::floating_point);
}

TEST(Judge, ProposalsThatAreOff) {
  EXPECT_EQ(with("(func (drop (v128.const i64x2 1 2)))"), ModuleError::malformed);
  EXPECT_EQ(with("(func (local v128))"), ModuleError::malformed);
  EXPECT_EQ(with("(func $f (return_call $f))"), ModuleError::malformed);
  EXPECT_EQ(with("(func (param externref))"), ModuleError::malformed);
  EXPECT_EQ(with("(type (struct))"), ModuleError::malformed);
  EXPECT_EQ(with("(tag)"), ModuleError::malformed);
  EXPECT_EQ(with("(global i32 (i32.add (i32.const 1) (i32.const 2)))"), ModuleError::malformed);
  EXPECT_EQ(verdict(R"((module (memory (export "memory") i64 1 1) (func (export "call"))))"), ModuleError::malformed);
  EXPECT_EQ(verdict(R"((module (memory (export "memory") 1 1 shared) (func (export "call"))))"),
            ModuleError::malformed);
  EXPECT_EQ(with("(func (drop (i32.atomic.load (i32.const 0))))"), ModuleError::malformed);
}

TEST(Judge, Imports) {
  EXPECT_EQ(with(R"((import "aether" "clock" (func (result i64))))"), ModuleError::unknown_import);
  EXPECT_EQ(with(R"((import "env" "slot" (func (result i64))))"), ModuleError::unknown_import);
  EXPECT_EQ(with(R"((import "wasi_snapshot_preview1" "proc_exit" (func (param i32))))"), ModuleError::unknown_import);
  EXPECT_EQ(with(R"((import "aether" "slot" (func (result i32))))"), ModuleError::import_type);
  EXPECT_EQ(with(R"((import "aether" "slot" (func (param i32) (result i64))))"), ModuleError::import_type);
  EXPECT_EQ(with(R"((import "aether" "slot" (global i64)))"), ModuleError::import_type);
  EXPECT_EQ(with(R"((import "aether" "slot" (memory 1 1)))"), ModuleError::import_type);
  for (const Import& import : imports()) EXPECT_EQ(find_import(import.name), &import);
}

TEST(Judge, Memories) {
  EXPECT_EQ(verdict(R"((module (func (export "call"))))"), ModuleError::memory);
  EXPECT_EQ(verdict(R"((module (memory 1 1) (func (export "call"))))"), ModuleError::memory);
  EXPECT_EQ(verdict(R"((module (memory (export "mem") 1 1) (func (export "call"))))"), ModuleError::memory);
  EXPECT_EQ(verdict(R"((module (memory 1 1) (func (export "memory")) (func (export "call"))))"), ModuleError::memory);
  EXPECT_EQ(verdict(R"((module (memory (export "memory") 1) (func (export "call"))))"), ModuleError::memory);
  EXPECT_EQ(verdict(R"((module (memory (export "memory") 1 257) (func (export "call"))))"), ModuleError::memory);
  EXPECT_EQ(verdict(R"((module (memory (export "memory") 257 257) (func (export "call"))))"), ModuleError::memory);
  EXPECT_EQ(with("(memory 1 1)"), ModuleError::memory);
}

TEST(Judge, EntriesAndStart) {
  const auto memory = [](std::string_view fields) {
    return verdict("(module (memory (export \"memory\") 1 1) " + std::string(fields) + ")");
  };
  EXPECT_EQ(memory(""), ModuleError::no_entry);
  EXPECT_EQ(memory("(func (export \"main\"))"), ModuleError::no_entry);
  EXPECT_EQ(memory("(func (export \"call\") (param i32))"), ModuleError::entry_type);
  EXPECT_EQ(memory("(func (export \"init\") (result i32) (i32.const 1)) (func (export \"call\"))"),
            ModuleError::entry_type);
  EXPECT_EQ(memory("(global (export \"call\") i32 (i32.const 1))"), ModuleError::entry_type);
  EXPECT_EQ(with("(func $f) (start $f)"), ModuleError::start_function);
}

TEST(Judge, Bounds) {
  using std::to_string;
  EXPECT_EQ(with("(table 4096 funcref)"), std::nullopt);
  EXPECT_EQ(with("(table 4097 funcref)"), ModuleError::table);
  EXPECT_EQ(with("(table 1 funcref) (table 1 funcref)"), ModuleError::table);

  const auto too_many = [](std::string_view item, std::size_t bound, std::size_t already = 0) {
    EXPECT_EQ(with(times(bound - already, item)), std::nullopt) << item;
    EXPECT_EQ(with(times(bound - already + 1, item)), ModuleError::too_many_items) << item;
  };
  too_many("(global i32 (i32.const 0))", limits::kModuleGlobalsMax);
  too_many("(import \"aether\" \"slot\" (func (result i64)))", limits::kModuleImportsMax);
  too_many("(func)", limits::kModuleFunctionsMax, 1);
  too_many("(type (func (param i32)))", limits::kModuleTypesMax, 1);
  too_many("(data \"x\")", limits::kModuleDataSegmentsMax);
  const auto exports = [](std::size_t count) {
    std::string text = "(func $f)";
    for (std::size_t i = 0; i < count; ++i) text += "(export \"" + to_string(i) + "\" (func $f))";
    return with(text);
  };
  EXPECT_EQ(exports(limits::kModuleExportsMax - 2), std::nullopt);
  EXPECT_EQ(exports(limits::kModuleExportsMax - 1), ModuleError::too_many_items);
  const auto elements = [](std::size_t count) {
    return with("(func $f) (elem func" + times(count / 2, " $f") + ") (elem func" + times(count - count / 2, " $f") +
                ")");
  };
  EXPECT_EQ(elements(limits::kModuleTableEntriesMax), std::nullopt);
  EXPECT_EQ(elements(limits::kModuleTableEntriesMax + 1), ModuleError::too_many_items);
  EXPECT_EQ(with("(func (param" + times(limits::kModuleSignatureMax, " i32") + "))"), std::nullopt);
  EXPECT_EQ(with("(func (param" + times(limits::kModuleSignatureMax, " i32") + ") (result i32) (i32.const 1))"),
            ModuleError::too_many_items);

  EXPECT_EQ(with("(func (local" + times(limits::kFunctionLocalsMax, " i64") + "))"), std::nullopt);
  EXPECT_EQ(with("(func (local" + times(limits::kFunctionLocalsMax + 1, " i64") + "))"),
            ModuleError::function_too_large);
  EXPECT_EQ(with("(func " + times(limits::kFunctionBytesMax - 2, "(nop)") + ")"), std::nullopt);
  EXPECT_EQ(with("(func " + times(limits::kFunctionBytesMax - 1, "(nop)") + ")"), ModuleError::function_too_large);
}

}  // namespace
}  // namespace aether::wasm::test

// Modules and calls made to do harm: each ends with its fault or verdict, and the machine goes on.
#include <gtest/gtest.h>

#include <array>

#include "aether/env/thread_pool.hpp"
#include "hostile_modules.hpp"
#include "native_stack.hpp"
#include "test_host.hpp"

namespace aether::wasm::test {
namespace {

using ledger::ModuleError;
using ledger::VmFault;

class Hostile : public ::testing::Test {
 protected:
  std::optional<VmFault> fault(const Hash& id, std::uint64_t gas = 100'000'000) {
    world.gas_left = gas;
    TestHost host(world, id);
    const auto result = host.run();
    output = host.output();
    if (result) return std::nullopt;
    code = result.error().code;
    return result.error().fault;
  }
  std::optional<VmFault> fault(std::string_view fields, std::uint64_t gas = 100'000'000) {
    return fault(world.add(fields, wat(contract_text(fields))), gas);
  }
  std::optional<VmFault> call(std::string_view instructions) {
    return fault(world.add(instructions, contract(instructions)));
  }
  // After every test the machine still works.
  void TearDown() override {
    EXPECT_EQ(fault(world.add("well", contract("(call $output_write (i32.const 0) (i32.const 1))"))), std::nullopt);
    EXPECT_EQ(output, Bytes{0});
  }

  WasmVm vm{{.runs_max = 2}};
  World world{.vm = vm};
  Bytes output;
  ResultCode code;
};

TEST_F(Hostile, MemoryGrowsToItsMaximumAndNoFurther) {
  const std::string_view text = R"((module (import "aether" "output_write" (func $output_write (param i32 i32)))
    (memory (export "memory") 0 256)
    (func (export "call")
      (if (i32.ne (memory.grow (i32.const 257)) (i32.const -1)) (then (unreachable)))
      (if (i32.ne (memory.grow (i32.const 256)) (i32.const 0)) (then (unreachable)))
      (if (i32.ne (memory.grow (i32.const 1)) (i32.const -1)) (then (unreachable)))
      (if (i32.ne (memory.grow (i32.const -1)) (i32.const -1)) (then (unreachable)))
      (memory.fill (i32.const 0) (i32.const 7) (i32.const 0x1000000))
      (call $output_write (i32.const 0xffffff) (i32.const 1))
      (drop (i32.load8_u (i32.const 0x1000000))))))";
  EXPECT_EQ(fault(world.add("grow", wat(text))), VmFault::memory_out_of_bounds);
  EXPECT_EQ(output, Bytes{7});
  // It is paid for before it is there.
  EXPECT_EQ(fault(id_of("grow"), 256 * 6'400), VmFault::out_of_gas);
  // Filled by a byte a step, over and over.
  EXPECT_EQ(fault("(func (export \"call\") (loop (memory.fill (i32.const 0) (i32.const 1) (i32.const 65536)) (br 0)))"),
            VmFault::out_of_gas);
}

TEST_F(Hostile, TablesGrowToTheirBound) {
  EXPECT_EQ(fault(R"((table 1 funcref) (func (export "call")
      (if (i32.ne (table.grow (ref.null func) (i32.const 4096)) (i32.const -1)) (then (unreachable)))
      (if (i32.ne (table.grow (ref.null func) (i32.const 4095)) (i32.const 1)) (then (unreachable)))
      (if (i32.ne (table.grow (ref.null func) (i32.const 1)) (i32.const -1)) (then (unreachable)))))"),
            std::nullopt);
}

TEST_F(Hostile, RecursionEndsAtTheStack) {
  EXPECT_EQ(fault("(func $f (export \"call\") (call $f))"), VmFault::stack_exhausted);
  EXPECT_EQ(fault("(func $f (call $g)) (func $g (call $h)) (func $h (call $f)) (func (export \"call\") (call $f))"),
            VmFault::stack_exhausted);
  EXPECT_EQ(fault("(type $v (func)) (table 1 funcref) (elem (i32.const 0) $f)"
                  "(func $f (export \"call\") (call_indirect (type $v) (i32.const 0)))"),
            VmFault::stack_exhausted);
  // Large frames: as many values alive across a call as a function may have locals.
  EXPECT_EQ(fault("(func $f (export \"call\") (local" + times(1024, " i64") + ") (call $f)" +
                  [] {
                    std::string uses;
                    for (int i = 0; i < 1024; ++i) uses += "(drop (local.get " + std::to_string(i) + "))";
                    return uses;
                  }() +
                  ")"),
            VmFault::stack_exhausted);
  // How deep is the same each time.
  const Hash id = world.add("depth", wat(contract_text(R"(
      (func $f (param i32) (result i32) (i32.store (i32.const 0) (local.get 0))
        (call $log (i32.const 0) (i32.const 0) (i32.const 4))
        (i32.add (call $f (i32.add (local.get 0) (i32.const 1))) (local.get 0)))
      (func (export "call") (drop (call $f (i32.const 1)))))")));
  EXPECT_EQ(fault(id), VmFault::stack_exhausted);
  const std::size_t depth = world.logs.size();
  EXPECT_GT(depth, 1'000U);
  for (int i = 0; i < 3; ++i) {
    world.logs.clear();
    EXPECT_EQ(fault(id), VmFault::stack_exhausted);
    EXPECT_EQ(world.logs.size(), depth);
  }
}

// Eight contracts, each of which fills its stack before it calls the next from its deepest frame.
TEST_F(Hostile, RecursionAcrossContractsFitsEveryThread) {
  const auto link = [](std::string_view last) {
    return wat(contract_text(R"(
      (func $f (param i32) (result i32)
        (if (result i32) (local.get 0)
          (then (i32.add (call $f (i32.sub (local.get 0) (i32.const 1))) (local.get 0)))
          (else )" + std::string(last) +
                             R"()))
      (func (export "call")
        (call $input_read (i32.const 0) (i32.const 0) (call $input_size))
        (drop (call $f (i32.const 2000)))))"));
  };
  const std::string next =
      "(call $call (i32.const 0) (i32.const 512) (i32.const 512) (i32.const 32) (i32.sub (call $input_size) (i32.const "
      "32)))";
  Bytes path;
  for (std::size_t i = 0; i < limits::kCallDepthMax; ++i) {
    const bool last = i + 1 == limits::kCallDepthMax;
    const Hash id = world.add("link" + std::to_string(i), link(last ? "(unreachable)" : next));
    if (i > 0) append(path, id.view());
  }
  const auto chain = [&] {
    World own{.vm = vm, .modules = world.modules, .gas_left = 100'000'000};
    TestHost host(own, id_of("link0"), path);
    const auto result = host.run();
    return std::pair(!result && result.error().code == kRefused, own.gas_left);
  };
  const auto expected = chain();
  EXPECT_TRUE(expected.first);  // the last one's trap, through all seven
  env::ThreadPool pool(3);
  std::vector<std::pair<bool, std::uint64_t>> results(12);
  pool.run(results.size(), [&](std::size_t i) { results[i] = chain(); });
  for (const auto& result : results) EXPECT_EQ(result, expected);
  // From deep in a stack that has too little left.
  std::pair<bool, std::uint64_t> small;
  with_stack(64 * 1024 * 1024, [&] {  // on a thread of that size, since no thread here has as much
    std::array<volatile std::uint8_t, 60 * 1024 * 1024> used;
    used[0] = 1;
    small = chain();
    used[used.size() - 1] = used[0];
  });
  EXPECT_EQ(small, expected);
}

TEST_F(Hostile, LoopsEndByGas) {
  EXPECT_EQ(call("(loop (br 0))"), VmFault::out_of_gas);
  EXPECT_EQ(call("(loop (drop (call $slot)) (br 0))"), VmFault::out_of_gas);
  EXPECT_EQ(call("(block $out (loop $again (br_table $again $again (i32.const 7))))"), VmFault::out_of_gas);
}

TEST_F(Hostile, ArgumentsOutsideTheMemory) {
  const auto memory_fault = [&](const std::string& instructions) {
    EXPECT_EQ(call(instructions), VmFault::memory_out_of_bounds) << instructions;
  };
  // The last byte is inside, an empty range at the end too; nothing beyond.
  EXPECT_EQ(call("(call $output_write (i32.const 65535) (i32.const 1))"), std::nullopt);
  EXPECT_EQ(call("(call $output_write (i32.const 65536) (i32.const 0))"), std::nullopt);
  for (const char* range :
       {"(i32.const 65536) (i32.const 1)", "(i32.const 65537) (i32.const 0)", "(i32.const -1) (i32.const 0)",
        "(i32.const -1) (i32.const 2)", "(i32.const 0) (i32.const -1)", "(i32.const 1) (i32.const -1)",
        "(i32.const 65535) (i32.const 2)", "(i32.const 0x80000000) (i32.const 0x80000000)"}) {
    const std::string at = range;
    memory_fault("(call $output_write " + at + ")");
    memory_fault("(drop (call $storage_get " + at + " (i32.const 0) (i32.const 0)))");
    memory_fault("(drop (call $storage_get (i32.const 0) (i32.const 1) " + at + "))");
    memory_fault("(call $storage_set " + at + " (i32.const 0) (i32.const 0))");
    memory_fault("(call $storage_set (i32.const 0) (i32.const 1) " + at + ")");
    memory_fault("(call $storage_erase " + at + ")");
    memory_fault("(call $log (i32.const 0) " + at + ")");
    memory_fault("(call $sha256 " + at + " (i32.const 0))");
    memory_fault("(drop (call $ed25519_verify (i32.const 0) (i32.const 32) " + at + "))");
    memory_fault("(drop (call $call (i32.const 0) (i32.const 0) (i32.const 0) " + at + "))");
  }
  for (const char* place : {"(i32.const 65505)", "(i32.const -32)", "(i32.const 65536)"}) {  // no room for 32 bytes
    const std::string at = place;
    memory_fault("(call $self_id " + at + ")");
    memory_fault("(call $caller " + at + ")");
    memory_fault("(call $sender " + at + ")");
    memory_fault("(call $transfer " + at + " (i32.const 0) (i32.const 0))");
    memory_fault("(call $log " + at + " (i32.const 0) (i32.const 0))");
    memory_fault("(call $sha256 (i32.const 0) (i32.const 0) " + at + ")");
    memory_fault("(drop (call $ed25519_verify " + at + " (i32.const 0) (i32.const 0) (i32.const 0)))");
    memory_fault("(drop (call $ed25519_verify (i32.const 0) " + at + " (i32.const 0) (i32.const 0)))");
    memory_fault("(drop (call $call " + at + " (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)))");
  }
  for (const char* place : {"(i32.const 65521)", "(i32.const -16)"}) {  // no room for 16
    const std::string at = place;
    memory_fault("(call $attached (i32.const 0) " + at + ")");
    memory_fault("(call $balance (i32.const 0) " + at + ")");
    memory_fault("(call $transfer (i32.const 0) (i32.const 0) " + at + ")");
    memory_fault("(drop (call $call (i32.const 0) " + at + " (i32.const 0) (i32.const 0) (i32.const 0)))");
    memory_fault("(drop (call $call (i32.const 0) (i32.const 0) " + at + " (i32.const 0) (i32.const 0)))");
  }
  for (const char* asset : {"(i32.const 2)", "(i32.const -1)", "(i32.const 256)"}) {
    const std::string number = asset;
    memory_fault("(call $attached " + number + " (i32.const 0))");
    memory_fault("(call $balance " + number + " (i32.const 0))");
    memory_fault("(call $transfer (i32.const 0) " + number + " (i32.const 0))");
  }
  // Beyond the input, which is empty, and beyond what nobody returned.
  for (const char* part :
       {"(i32.const 0) (i32.const 0) (i32.const 1)", "(i32.const 0) (i32.const 1) (i32.const 0)",
        "(i32.const 0) (i32.const -1) (i32.const 1)", "(i32.const 0) (i32.const 1) (i32.const -1)"}) {
    memory_fault("(call $input_read " + std::string(part) + ")");
    memory_fault("(call $returned_read " + std::string(part) + ")");
  }
  EXPECT_TRUE(world.storage.empty() && world.logs.empty() && world.transfers.empty());
}

TEST_F(Hostile, RangesMayOverlap) {
  EXPECT_EQ(call("(i64.store (i32.const 0) (i64.const 0x0807060504030201))"
                 "(call $storage_set (i32.const 0) (i32.const 8) (i32.const 0) (i32.const 8))"
                 "(drop (call $storage_get (i32.const 0) (i32.const 8) (i32.const 4) (i32.const 8)))"
                 "(call $output_write (i32.const 0) (i32.const 12))"),
            std::nullopt);
  EXPECT_EQ(output, (Bytes{1, 2, 3, 4, 1, 2, 3, 4, 5, 6, 7, 8}));
}

TEST_F(Hostile, TheHostsRefusalEndsTheRun) {
  EXPECT_EQ(call("(call $storage_set (i32.const 0) (i32.const 65) (i32.const 0) (i32.const 0)) (unreachable)"),
            VmFault::host);
  EXPECT_EQ(code, kRefused);
  EXPECT_EQ(call("(call $output_write (i32.const 0) (i32.const 16385)) (unreachable)"), VmFault::host);
  EXPECT_EQ(
      call("(drop (call $call (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0))) (unreachable)"),
      VmFault::host);
  EXPECT_EQ(call("(call $abort (i32.const 9999)) (unreachable)"), VmFault::host);
  EXPECT_EQ(code, ResultCode{19'999});
}

// The worst modules that are known compile, and what is above a bound is refused.
TEST_F(Hostile, CompileBombs) {
  for (const auto& each : hostile_modules()) EXPECT_TRUE(vm.publish(id_of(each.name), each.bytes())) << each.name;
  const auto verdict = [](std::string_view fields) { return judge(wat(contract_text(fields))); };
  EXPECT_EQ(verdict("(func (param i32) (block (br_table " + times(70'000, "0 ") + "(local.get 0))))"),
            fail(ModuleError::function_too_large));
  EXPECT_EQ(verdict("(data \"" + times(1024 * 1024, "x") + "\")"), fail(ModuleError::too_large));
}

TEST_F(Hostile, ThreadsShareTheMachine) {
  constexpr std::size_t kContracts = 7;
  const WasmVm small{{.runs_max = 2, .cache_bytes_max = 100'000}};  // always forgetting, and fewer runs than threads
  World shared{.vm = small};
  for (std::size_t i = 0; i < kContracts; ++i) {
    shared.add(std::to_string(i), contract("(i32.store8 (i32.const 0) (i32.const " + std::to_string(i) +
                                           "))"
                                           "(call $output_write (i32.const 0) (i32.const 1))"));
  }
  env::ThreadPool pool(4);
  std::vector<Bytes> outputs(200);
  pool.run(outputs.size(), [&](std::size_t i) {
    World own{.vm = small, .modules = shared.modules, .gas_left = 1'000'000};
    TestHost host(own, id_of(std::to_string(i % kContracts)));
    if (host.run()) outputs[i] = host.output();
  });
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    EXPECT_EQ(outputs[i], Bytes{static_cast<std::uint8_t>(i % kContracts)}) << i;
  }
}

}  // namespace
}  // namespace aether::wasm::test

// Gas is part of the protocol: the same on every run, machine and compiler, and exact at every limit.
#include <gtest/gtest.h>

#include <cstdlib>

#include "aether/crypto/sha256.hpp"
#include "load_price.hpp"
#include "test_host.hpp"

namespace aether::wasm::test {
namespace {

using ledger::VmFault;

constexpr std::uint64_t kPlenty = 100'000'000;

struct Ended {
  std::optional<VmFault> fault;
  std::uint64_t burned = 0;
  bool operator==(const Ended&) const = default;
};

Ended run(World& world, const Hash& id, std::uint64_t gas, const Bytes& input = {}) {
  world.gas_left = gas;
  TestHost host(world, id, input);
  const auto result = host.run();
  return {result ? std::nullopt : std::optional(result.error().fault), gas - world.gas_left};
}

// Instructions alone: no host function and no page of memory.
std::string bare(std::string_view fields) {
  return "(module (memory (export \"memory\") 0 0) (table 8 8 funcref) (type $v (func))" + std::string(fields) + ")";
}
std::string body(std::string_view instructions) {
  return bare("(func (export \"call\") " + std::string(instructions) + ")");
}

TEST(Gas, FuelOfInstructionsIsPinned) {
  const WasmVm vm{{.runs_max = 1}};
  World world{.vm = vm};
  const std::vector<std::pair<std::string, std::uint64_t>> programs{
      {body(""), 1},  // entering a function
      {body("(nop) (block (nop)) (loop (nop)) (return)"), 1},
      {body("(drop (i32.const 1))"), 2},
      {body("(drop (i32.add (i32.const 1) (i32.const 2)))"), 4},
      {body("(drop (i64.mul (i64.const 1) (i64.const 2)))"), 4},
      {body("(drop (i32.div_u (i32.const 1) (i32.const 2)))"), 8},
      {body("(drop (i64.rem_s (i64.const 1) (i64.const 2)))"), 13},
      {body("(local i64) (local.set 0 (i64.const 1)) (drop (local.get 0))"), 4},
      {body("(if (i32.const 1) (then (nop)) (else (drop (i32.const 1))))"), 3},
      {body("(if (i32.const 0) (then (nop)) (else (drop (i32.const 1))))"), 4},
      {body("(drop (memory.size))"), 2},
      {body("(drop (memory.grow (i32.const 0)))"), 102},
      {body("(memory.fill (i32.const 0) (i32.const 0) (i32.const 0))"), 24},
      {body("(drop (table.grow (ref.null func) (i32.const 0)))"), 103},
      {body("(table.fill (i32.const 0) (ref.null func) (i32.const 8))"), 32},
      {bare("(func $f) (func (export \"call\") (call $f))"), 3},
      {bare("(func $f) (elem (i32.const 3) $f) (func (export \"call\") (call_indirect (type $v) (i32.const 3)))"), 8},
      {bare("(global $g (mut i64) (i64.const 0)) (func (export \"call\") (global.set $g (i64.add (global.get $g) "
            "(i64.const 1))))"),
       5},
      // 1 + 2 for the local, then 100 times round: 7 each.
      {body("(local i32) (local.set 0 (i32.const 100))"
            "(loop (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))"),
       503},
      // Fibonacci of 20 by recursion: 21 891 calls of 6 or 14.
      {bare("(func $fib (param i32) (result i32)"
            "  (if (result i32) (i32.lt_u (local.get 0) (i32.const 2)) (then (local.get 0))"
            "    (else (i32.add (call $fib (i32.sub (local.get 0) (i32.const 1)))"
            "                   (call $fib (i32.sub (local.get 0) (i32.const 2)))))))"
            "(func (export \"call\") (drop (call $fib (i32.const 20))))"),
       218'909},
  };
  for (const auto& [text, fuel] : programs) {
    const Bytes module = wat(text);
    const Hash id = world.add(text, module);
    const std::uint64_t gas = load_price(module) + fuel;
    EXPECT_EQ(run(world, id, kPlenty), (Ended{{}, gas})) << text;
    EXPECT_EQ(run(world, id, gas), (Ended{{}, gas})) << text;
    EXPECT_EQ(run(world, id, gas - 1), (Ended{VmFault::out_of_gas, gas - 1})) << text;
  }
}

TEST(Gas, UnreachablePaysForStepsAndOtherTrapsForAll) {
  const WasmVm vm{{.runs_max = 1}};
  World world{.vm = vm};
  // Without what loading costs, which is the same for each.
  const auto ended = [&](std::string_view instructions) {
    const Bytes module = wat(body(instructions));
    Ended out = run(world, world.add(instructions, module), load_price(module) + 1000);
    out.burned -= load_price(module);
    return out;
  };
  EXPECT_EQ(ended("(unreachable)"), (Ended{VmFault::unreachable, 1}));
  EXPECT_EQ(ended("(drop (i32.const 1)) (unreachable)"), (Ended{VmFault::unreachable, 2}));
  EXPECT_EQ(ended("(drop (i32.load (i32.const 0)))"), (Ended{VmFault::memory_out_of_bounds, 1000}));
  EXPECT_EQ(ended("(drop (i32.div_u (i32.const 0) (i32.const 0)))"), (Ended{VmFault::division_by_zero, 1000}));
  EXPECT_EQ(ended("(loop (br 0))"), (Ended{VmFault::out_of_gas, 1000}));
  // An argument of an import.
  const Hash id = world.add("outside", contract("(call $output_write (i32.const 0) (i32.const 65537))"));
  EXPECT_EQ(run(world, id, 100'000), (Ended{VmFault::memory_out_of_bounds, 100'000}));
}

// A module that uses every host function: at each limit below its cost it fails by gas alone and burns all of it.
class EveryLimit : public ::testing::Test {
 protected:
  EveryLimit() {
    const crypto::Seed seed(std::array<std::uint8_t, 32>{3});
    const auto key = crypto::ed25519_public_key(seed);
    append(input, id_of("callee").view());                     // 0
    append(input, key);                                        // 32
    append(input, crypto::ed25519_sign(seed, as_bytes("m")));  // 64
    input.push_back('m');                                      // 128
    world.add("callee", contract("(call $output_write (i32.const 0) (i32.const 2000))"));
    all = world.add("all", contract(R"(
      (call $input_read (i32.const 0) (i32.const 0) (call $input_size))
      (call $self_id (i32.const 200)) (call $caller (i32.const 232)) (call $sender (i32.const 264))
      (i64.store (i32.const 300) (call $slot)) (i64.store (i32.const 308) (call $chain_id))
      (call $attached (i32.const 0) (i32.const 320)) (call $balance (i32.const 1) (i32.const 336))
      (call $storage_set (i32.const 200) (i32.const 32) (i32.const 0) (i32.const 1500))
      (drop (call $storage_get (i32.const 200) (i32.const 32) (i32.const 4096) (i32.const 1400)))
      (call $storage_erase (i32.const 200) (i32.const 32))
      (call $transfer (i32.const 200) (i32.const 0) (i32.const 320))
      (call $log (i32.const 200) (i32.const 0) (i32.const 1024))
      (call $sha256 (i32.const 0) (i32.const 5000) (i32.const 400))
      (if (i32.ne (call $ed25519_verify (i32.const 32) (i32.const 64) (i32.const 128) (i32.const 1)) (i32.const 1))
        (then (unreachable)))
      (if (i32.ne (call $call (i32.const 0) (i32.const 600) (i32.const 600) (i32.const 0) (i32.const 100)) (i32.const 2000))
        (then (unreachable)))
      (call $returned_read (i32.const 8192) (i32.const 0) (i32.const 2000))
      (call $output_write (i32.const 8192) (i32.const 2000)))"));
  }
  WasmVm vm{{.runs_max = 1}};
  World world{.vm = vm};
  Bytes input;
  Hash all;
};

TEST_F(EveryLimit, IsExact) {
  const GasParams gas{};
  const Ended whole = run(world, all, kPlenty, input);
  ASSERT_EQ(whole.fault, std::nullopt);
  // 19 host functions of its own and one of the callee. KiB copied: 2 for storage_set, the value of storage_get, log,
  // returned_read and both output_write, 1 for the other 12.
  const std::uint64_t load = load_price(world.modules.at(all)) + load_price(world.modules.at(id_of("callee")));
  EXPECT_EQ(whole.burned, load + 4 * 6'400 + gas.per_signature + gas.per_instance + 6 * gas.per_state_access +
                              5 * gas.per_kib_hashed + 20 * gas.per_import + 24 * gas.per_kib_copied + 76);
  EXPECT_EQ(run(world, all, whole.burned, input), whole);
  const std::uint64_t step = std::getenv("AETHER_QUICK") != nullptr ? 37 : 1;
  for (std::uint64_t limit = 0; limit < whole.burned; limit += step) {
    ASSERT_EQ(run(world, all, limit, input), (Ended{VmFault::out_of_gas, limit})) << limit;
  }
  ASSERT_EQ(run(world, all, whole.burned - 1, input), (Ended{VmFault::out_of_gas, whole.burned - 1}));
}

TEST_F(EveryLimit, AFailureLeavesTheMachineAsItWas) {
  const Ended whole = run(world, all, kPlenty, input);
  for (int i = 0; i < 50; ++i) {
    ASSERT_EQ(run(world, all, 20'000, input).fault, VmFault::out_of_gas);
    ASSERT_EQ(run(world, all, kPlenty, input), whole);
  }
}

}  // namespace
}  // namespace aether::wasm::test

#include <gtest/gtest.h>

#include "aether/crypto/sha256.hpp"
#include "load_price.hpp"
#include "test_host.hpp"

namespace aether::wasm::test {
namespace {

using ledger::ContractEntry;
using ledger::VmFault;

class Run : public ::testing::Test {
 protected:
  // The fault of a run with `gas`, none when it returned.
  std::optional<VmFault> fault(const Hash& id, std::uint64_t gas = 10'000'000, Bytes input = {}) {
    world.gas_left = gas;
    TestHost host(world, id, std::move(input));
    const auto result = host.run();
    output = host.output();
    if (result) return std::nullopt;
    code = result.error().code;
    return result.error().fault;
  }
  // What the contract writes as output.
  Bytes output_of(std::string_view instructions, Bytes input = {}) {
    const Hash id = world.add(instructions, contract(instructions));
    EXPECT_EQ(fault(id, 10'000'000, std::move(input)), std::nullopt);
    return output;
  }
  std::optional<VmFault> fault_in(std::string_view instructions) {
    return fault(world.add(instructions, contract(instructions)));
  }

  WasmVm vm{{.runs_max = 2}};
  World world{.vm = vm};
  Bytes output;
  ResultCode code;
};

TEST_F(Run, InputBecomesOutput) {
  const Bytes input{1, 2, 3, 4, 5};
  EXPECT_EQ(output_of("(call $input_read (i32.const 8) (i32.const 0) (call $input_size))"
                      "(call $output_write (i32.const 8) (call $input_size))",
                      input),
            input);
  EXPECT_EQ(output_of("(call $input_read (i32.const 8) (i32.const 2) (i32.const 2))"
                      "(call $output_write (i32.const 8) (i32.const 2))",
                      input),
            (Bytes{3, 4}));
}

TEST_F(Run, FactsOfTheCall) {
  const Hash self = id_of("(call $self_id (i32.const 0))(call $output_write (i32.const 0) (i32.const 32))");
  EXPECT_EQ(output_of("(call $self_id (i32.const 0))(call $output_write (i32.const 0) (i32.const 32))"),
            Bytes(self.bytes.begin(), self.bytes.end()));
  const Hash sender = id_of("sender");
  const Bytes sender_bytes(sender.bytes.begin(), sender.bytes.end());
  EXPECT_EQ(output_of("(call $caller (i32.const 0))(call $output_write (i32.const 0) (i32.const 32))"), sender_bytes);
  EXPECT_EQ(output_of("(call $sender (i32.const 0))(call $output_write (i32.const 0) (i32.const 32))"), sender_bytes);
  EXPECT_EQ(output_of("(i64.store (i32.const 0) (call $slot))(i64.store (i32.const 8) (call $chain_id))"
                      "(call $output_write (i32.const 0) (i32.const 16))"),
            (Bytes{77, 0, 0, 0, 0, 0, 0, 0, 0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11}));
  Bytes amounts(64);
  amounts[0] = 5;
  amounts[16 + 8] = 7;
  amounts[32] = 1000 % 256;
  amounts[33] = 1000 / 256;
  amounts[48 + 12] = 32;  // 2 · 2^100
  EXPECT_EQ(output_of("(call $attached (i32.const 0) (i32.const 0))(call $attached (i32.const 1) (i32.const 16))"
                      "(call $balance (i32.const 0) (i32.const 32))(call $balance (i32.const 1) (i32.const 48))"
                      "(call $output_write (i32.const 0) (i32.const 64))"),
            amounts);
}

TEST_F(Run, StorageIsWrittenReadCutAndErased) {
  const std::string_view write =
      "(i64.store (i32.const 0) (i64.const 0x0807060504030201))"
      "(call $storage_set (i32.const 0) (i32.const 2) (i32.const 0) (i32.const 8))";
  EXPECT_EQ(fault(world.add("a", contract(write))), std::nullopt);
  ASSERT_EQ(world.storage.size(), 1U);
  EXPECT_EQ((world.storage.at({id_of("a"), Bytes{1, 2}})), (Bytes{1, 2, 3, 4, 5, 6, 7, 8}));

  // The size is the value's, whatever there is room for; the rest of the memory stays.
  EXPECT_EQ(
      output_of(
          std::string(write) +
          "(i32.store8 (i32.const 100) (call $storage_get (i32.const 0) (i32.const 2) (i32.const 101) (i32.const 3)))"
          "(call $output_write (i32.const 100) (i32.const 6))"),
      (Bytes{8, 1, 2, 3, 0, 0}));
  EXPECT_EQ(
      output_of(
          std::string(write) +
          "(call $storage_erase (i32.const 0) (i32.const 2))"
          "(i32.store (i32.const 100) (call $storage_get (i32.const 0) (i32.const 2) (i32.const 0) (i32.const 99)))"
          "(call $output_write (i32.const 100) (i32.const 4))"),
      (Bytes{255, 255, 255, 255}));
}

TEST_F(Run, TransfersLogsAndHashes) {
  const std::string_view text =
      "(i64.store (i32.const 0) (i64.const 1))(i64.store (i32.const 32) (i64.const 9))"
      "(call $transfer (i32.const 0) (i32.const 1) (i32.const 32))"
      "(call $log (i32.const 0) (i32.const 32) (i32.const 2))"
      "(call $sha256 (i32.const 0) (i32.const 32) (i32.const 0))"  // in place
      "(call $output_write (i32.const 0) (i32.const 32))";
  const Bytes hash = output_of(text);
  Hash address;
  address.bytes[0] = 1;
  EXPECT_EQ(world.transfers, (std::vector<Transfer>{{Address{address}, Asset::aic, 9}}));
  ASSERT_EQ(world.logs.size(), 1U);
  EXPECT_EQ(world.logs[0], (std::pair{address, Bytes{9, 0}}));
  const Hash expected = crypto::sha256(address.view());
  EXPECT_EQ(hash, Bytes(expected.bytes.begin(), expected.bytes.end()));
}

TEST_F(Run, SignaturesAreVerified) {
  const crypto::Seed seed(std::array<std::uint8_t, 32>{3});
  const auto key = crypto::ed25519_public_key(seed);
  const Bytes message{1, 2, 3};
  const auto signature = crypto::ed25519_sign(seed, message);
  Bytes input(key.begin(), key.end());
  append(input, signature);
  append(input, message);
  const std::string_view text =
      "(call $input_read (i32.const 0) (i32.const 0) (call $input_size))"
      "(i32.store8 (i32.const 500) (call $ed25519_verify (i32.const 0) (i32.const 32) (i32.const 96) (i32.const 3)))"
      "(call $output_write (i32.const 500) (i32.const 1))";
  EXPECT_EQ(output_of(text, input), Bytes{1});
  input[96] ^= 1;
  EXPECT_EQ(output_of(text, input), Bytes{0});
}

TEST_F(Run, ContractsCallEachOther) {
  world.add("callee", contract("(call $caller (i32.const 0))(call $attached (i32.const 0) (i32.const 32))"
                               "(call $input_read (i32.const 48) (i32.const 0) (call $input_size))"
                               "(call $output_write (i32.const 0) (i32.const 52))"));
  const Hash callee = id_of("callee");
  const std::string_view text =
      "(call $input_read (i32.const 0) (i32.const 0) (i32.const 32))"
      "(i64.store (i32.const 64) (i64.const 11))"
      "(i32.store8 (i32.const 200) (call $call (i32.const 0) (i32.const 64) (i32.const 80) (i32.const 1) (i32.const "
      "4)))"
      "(call $returned_read (i32.const 201) (i32.const 0) (i32.const 52))"
      "(call $output_write (i32.const 200) (i32.const 53))";
  Bytes expected{52};
  append(expected, id_of(text).view());
  expected.push_back(11);
  expected.resize(expected.size() + 15);
  append(expected, callee.view().subspan(1, 4));
  EXPECT_EQ(output_of(text, Bytes(callee.bytes.begin(), callee.bytes.end())), expected);
}

TEST_F(Run, AnInstanceIsFresh) {
  const Hash id = world.add("fresh", wat(contract_text(R"(
    (global $calls (mut i32) (i32.const 1))
    (table 4 8 funcref)
    (data (i32.const 0) "\05")
    (func (export "call")
      (if (i32.ne (global.get $calls) (i32.const 1)) (then (unreachable)))
      (if (i32.ne (i32.load (i32.const 0)) (i32.const 5)) (then (unreachable)))
      (if (i32.ne (i32.load (i32.const 65532)) (i32.const 0)) (then (unreachable)))
      (if (i32.ne (memory.size) (i32.const 1)) (then (unreachable)))
      (if (i32.ne (table.size) (i32.const 4)) (then (unreachable)))
      (global.set $calls (i32.const 2))
      (i32.store (i32.const 0) (i32.const 6))
      (i32.store (i32.const 65532) (i32.const 6))
      (drop (table.grow (ref.null func) (i32.const 2)))
      (drop (memory.grow (i32.const 1)))
      (i32.store (i32.const 131068) (i32.const 6))))")));
  for (int i = 0; i < 100; ++i) ASSERT_EQ(fault(id), std::nullopt) << i;
}

TEST_F(Run, TrapsHaveTheirFaults) {
  EXPECT_EQ(fault_in("(unreachable)"), VmFault::unreachable);
  EXPECT_EQ(fault_in("(drop (i32.load (i32.const 65533)))"), VmFault::memory_out_of_bounds);
  EXPECT_EQ(fault_in("(drop (i32.load (i32.const -1)))"), VmFault::memory_out_of_bounds);
  EXPECT_EQ(fault_in("(drop (i32.div_s (i32.const 1) (i32.const 0)))"), VmFault::division_by_zero);
  EXPECT_EQ(fault_in("(drop (i64.rem_u (i64.const 1) (i64.const 0)))"), VmFault::division_by_zero);
  EXPECT_EQ(fault_in("(drop (i32.div_s (i32.const 0x80000000) (i32.const -1)))"), VmFault::integer_overflow);
  EXPECT_EQ(fault_in("(call $abort (i32.const 42))"), VmFault::host);
  EXPECT_EQ(code, ResultCode{10'042});
  const auto table = [&](std::string_view body) { return fault(world.add(body, wat(contract_text(body)))); };
  EXPECT_EQ(
      table("(type $n (func)) (table 2 funcref) (func (export \"call\") (call_indirect (type $n) (i32.const 2)))"),
      VmFault::table_out_of_bounds);
  EXPECT_EQ(
      table("(type $n (func)) (table 2 funcref) (func (export \"call\") (call_indirect (type $n) (i32.const 1)))"),
      VmFault::bad_indirect_call);
  EXPECT_EQ(table("(type $n (func (param i32))) (table 2 funcref) (elem (i32.const 1) $f) (func $f)"
                  "(func (export \"call\") (call_indirect (type $n) (i32.const 0) (i32.const 1)))"),
            VmFault::bad_indirect_call);
  EXPECT_EQ(table("(data (i32.const 65530) \"1234567\") (func (export \"call\"))"), VmFault::memory_out_of_bounds);
  EXPECT_EQ(table("(func $f (export \"call\") (call $f))"), VmFault::stack_exhausted);
  EXPECT_EQ(table("(func (export \"init\"))"), VmFault::no_entry);
}

TEST_F(Run, EntriesAreApart) {
  const Hash id = world.add("entries", wat(contract_text(R"(
    (func (export "init") (call $abort (i32.const 1)))
    (func (export "call") (call $abort (i32.const 2)))
    (func (export "spend") (call $abort (i32.const 3))))")));
  for (const auto& [entry, expected] :
       {std::pair{ContractEntry::init, 10'001}, {ContractEntry::call, 10'002}, {ContractEntry::spend, 10'003}}) {
    world.gas_left = 1'000'000;
    TestHost host(world, id);
    const auto result = host.run(entry);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code.raw(), expected);
  }
}

// Two contracts in turn, on a machine that forgets each at once.
class Forgetful : public ::testing::Test {
 protected:
  struct Counts {
    std::size_t loads = 0;  // of a module's bytes
    std::uint64_t compilations = 0;
    bool operator==(const Counts&) const = default;
  };

  // Publishes and runs both three times; each run must end as the contract says, with the same gas.
  Counts turns(const env::Path& directory) {
    const WasmVm vm{{.runs_max = 1, .cache_bytes_max = 1, .directory = directory}};
    World world{.vm = vm};
    const Hash a = world.add("a", contract("(call $abort (i32.const 1))"));
    const Hash b = world.add("b", contract("(call $abort (i32.const 2))"));
    Counts out;
    for (int i = 0; i < 3; ++i) {
      for (const auto& [id, expected] : {std::pair{a, 10'001}, {b, 10'002}}) {
        world.gas_left = 1'000'000;
        TestHost host(world, id);
        const Bytes module = world.modules.at(id);
        const auto result = vm.run(id, [&] { return ++out.loads, module; }, ContractEntry::call, host);
        EXPECT_FALSE(result);
        EXPECT_EQ(result.error().code.raw(), expected);
        EXPECT_EQ(world.gas_left, 1'000'000U - load_price(module) - 2 * 6'400 - 40 - 3);
      }
    }
    out.compilations = vm.compilations();
    stored = vm.stored_bytes();
    return out;
  }
  std::vector<env::Path> files() const {
    std::vector<env::Path> out;
    for (const auto& entry : std::filesystem::directory_iterator(folder.path())) out.push_back(entry.path());
    return out;
  }

  env::TempDir folder = std::move(*env::TempDir::create());
  std::uint64_t stored = 0;
};

TEST_F(Forgetful, ChangesNothing) { EXPECT_EQ(turns({}), (Counts{6, 2 + 6})); }

TEST_F(Forgetful, CodeOnDiskIsCompiledOnce) {
  EXPECT_EQ(turns(folder.path()), (Counts{0, 2}));
  EXPECT_EQ(files().size(), 2U);
  EXPECT_EQ(turns(folder.path()), (Counts{0, 0}));
}

TEST_F(Forgetful, WhatTheCheckRefusesIsCompiledAgainOnce) {
  turns(folder.path());
  const std::uint64_t whole = stored;
  const std::size_t size = std::filesystem::file_size(files().at(0));
  // Torn at its end, changed in a byte, empty, gone, or another program's.
  const std::vector<std::function<void(const env::Path&)>> damages{
      [&](const env::Path& path) { std::filesystem::resize_file(path, size - 1); },
      [&](const env::Path& path) {
        Bytes bytes = *env::read_file(path, size);
        bytes[size / 2] ^= 1;
        ASSERT_TRUE(env::write_file_atomically(path, bytes));
      },
      [](const env::Path& path) { std::filesystem::resize_file(path, 0); },
      [](const env::Path& path) { std::filesystem::remove(path); },
  };
  for (const auto& damage : damages) {
    damage(files().at(0));
    EXPECT_EQ(turns(folder.path()), (Counts{0, 1}));
    EXPECT_EQ(turns(folder.path()), (Counts{0, 0}));
    EXPECT_EQ(stored, whole);
  }
}

TEST_F(Forgetful, WhatAnotherWasmtimeMadeIsCompiledAgain) {
  // With its checksum, and no machine code of these settings: Wasmtime itself refuses it.
  const std::string checksum = to_hex(crypto::sha256(as_bytes("other")).bytes);
  for (const std::string_view name : {"a", "b"})
    ASSERT_TRUE(
        env::write_file_atomically(folder.path() / (to_hex(id_of(name).bytes) + "-" + checksum), as_bytes("other")));
  EXPECT_EQ(turns(folder.path()), (Counts{0, 2}));
  EXPECT_EQ(files().size(), 2U);
}

TEST_F(Forgetful, WhatNoWriteFinishedAndWhatIsDeadGoes) {
  turns(folder.path());
  ASSERT_TRUE(env::write_file_atomically(folder.path() / (files().at(0).filename().string() + ".tmp-0"), {}));
  const WasmVm vm{{.runs_max = 1, .directory = folder.path()}};
  EXPECT_EQ(files().size(), 2U);
  vm.retain([](const Hash& code) { return code == id_of("b"); });
  ASSERT_EQ(files().size(), 1U);
  EXPECT_TRUE(files()[0].filename().string().starts_with(to_hex(id_of("b").bytes)));
  EXPECT_EQ(vm.stored_bytes(), std::filesystem::file_size(files()[0]));
  EXPECT_EQ(turns(folder.path()), (Counts{0, 1}));
}

// Code that runs is no longer in the file's name's hands.
TEST_F(Forgetful, CodeWhoseFileIsGoneRunsOn) {
  const WasmVm vm{{.runs_max = 1, .directory = folder.path()}};
  World world{.vm = vm, .gas_left = 1'000'000};
  const Hash id = world.add("a", contract("(call $abort (i32.const 1))"));
  vm.retain([](const Hash&) { return false; });
  EXPECT_TRUE(files().empty());
  TestHost host(world, id);
  EXPECT_EQ(host.run().error().code.raw(), 10'001u);
  EXPECT_EQ(vm.compilations(), 1U);
}

TEST_F(Forgetful, ADirectoryThatIsNoneIsAnEmptyOne) {
  EXPECT_EQ(turns(folder.path() / "none"), (Counts{6, 8}));
  EXPECT_EQ(stored, 0U);
}

}  // namespace
}  // namespace aether::wasm::test

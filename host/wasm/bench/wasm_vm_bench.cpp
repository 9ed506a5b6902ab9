// Row 17: a call into a fresh instance with host state, code with and without fuel, compiling.
#include <benchmark/benchmark.h>

#include "../src/compiled_module.hpp"
#include "../test/module_text.hpp"
#include "../test/test_host.cpp"

namespace {

using namespace aether;
using namespace aether::wasm;

constexpr std::uint64_t kGas = 1'000'000'000'000;

// Recursion and a loop over memory, so that calls, branches, loads and stores all count.
const std::string kWork = R"(
  (func $fib (param i32) (result i32)
    (if (result i32) (i32.lt_u (local.get 0) (i32.const 2)) (then (local.get 0))
      (else (i32.add (call $fib (i32.sub (local.get 0) (i32.const 1))) (call $fib (i32.sub (local.get 0) (i32.const 2)))))))
  (func $sieve (local i32 i32)
    (local.set 0 (i32.const 2))
    (loop $next
      (local.set 1 (local.get 0))
      (loop $mark
        (i32.store8 (local.get 1) (i32.const 1))
        (local.set 1 (i32.add (local.get 1) (local.get 0)))
        (br_if $mark (i32.lt_u (local.get 1) (i32.const 65536))))
      (local.set 0 (i32.add (local.get 0) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get 0) (i32.const 2000)))))
  (func (export "call") (drop (call $fib (i32.const 24))) (call $sieve)))";

void fresh_instance(benchmark::State& state) {
  const WasmVm vm;
  test::World world{.vm = vm};
  const Hash id = world.add(
      "set",
      test::wat(test::contract_text(
          R"((func (export "call") (drop (call $storage_get (i32.const 0) (i32.const 1) (i32.const 64) (i32.const 8)))))")));
  for (auto _ : state) {
    world.gas_left = kGas;
    test::TestHost host(world, id);
    AETHER_ASSERT(host.run().has_value());
  }
}
BENCHMARK(fresh_instance);

void work(benchmark::State& state, bool metered) {
  const auto engine = make_engine(8, metered);
  const auto linker = make_linker(engine.get());
  const auto compiled = ready(linker.get(), compile(engine.get(), test::wat(test::contract_text(kWork))));
  for (auto _ : state) {
    const Owned<wasmtime_store_t> store(wasmtime_store_new(engine.get(), nullptr, nullptr));
    wasmtime_context_t* const context = wasmtime_store_context(store.get());
    if (metered) AETHER_ASSERT(Owned<wasmtime_error_t>(wasmtime_context_set_fuel(context, kGas)) == nullptr);
    wasm_trap_t* trap = nullptr;
    wasmtime_instance_t instance;
    wasmtime_extern_t entry;
    AETHER_ASSERT(wasmtime_instance_pre_instantiate(compiled->instance.get(), context, &instance, &trap) == nullptr);
    AETHER_ASSERT(wasmtime_instance_export_get(context, &instance, "call", 4, &entry));
    AETHER_ASSERT(wasmtime_func_call_unchecked(context, &entry.of.func, nullptr, 0, &trap) == nullptr &&
                  trap == nullptr);
  }
}
BENCHMARK_CAPTURE(work, metered, true);
BENCHMARK_CAPTURE(work, unmetered, false);

void compile_module(benchmark::State& state) {
  std::string functions;
  for (int i = 0; i < 500; ++i) {
    functions +=
        "(func (param i32 i64) (result i64) (local i64) (loop (local.set 2 (i64.add (local.get 2) (i64.load (local.get "
        "0))))"
        "(br_if 0 (i64.lt_u (local.get 2) (local.get 1)))) (i64.xor (local.get 2) (i64.const " +
        std::to_string(i) + ")))";
  }
  const Bytes module = test::wat(test::contract_text(functions + "(func (export \"call\"))"));
  const auto engine = make_engine(8);
  const auto linker = make_linker(engine.get());
  for (auto _ : state) {
    AETHER_ASSERT(judge(module).has_value());
    benchmark::DoNotOptimize(ready(linker.get(), compile(engine.get(), module)));
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * module.size()));
}
BENCHMARK(compile_module)->MeasureProcessCPUTime();

}  // namespace

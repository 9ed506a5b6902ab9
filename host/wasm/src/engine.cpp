#include "engine.hpp"

#include "aether/base/result.hpp"
#include "aether/params/limits.hpp"
#include "aether_native/native.h"

namespace aether::wasm {

namespace {

// Fuel of the instructions that take clearly longer than a step of one nanosecond; part of the protocol.
constexpr aether_native_wasm_costs kCosts{.divide_32 = 5, .divide_64 = 10, .call_indirect = 5, .bulk = 20, .grow = 100};

// Of an instance's own record; the bounds of judge() keep every module far below.
constexpr std::size_t kInstanceBytesMax = 1024 * 1024;
// Of an instance's memory, zeroed by hand when it goes back, which is faster than giving pages to the system and back.
constexpr std::size_t kResidentBytes = 128 * 1024;

}  // namespace

void set_pool(wasm_config_t* config, std::size_t instances_max) {
  wasmtime_pooling_allocation_config_t* pool = wasmtime_pooling_allocation_config_new();
  const auto count = static_cast<std::uint32_t>(instances_max);
  wasmtime_pooling_allocation_config_total_core_instances_set(pool, count);
  wasmtime_pooling_allocation_config_total_memories_set(pool, count);
  wasmtime_pooling_allocation_config_total_tables_set(pool, count);
  wasmtime_pooling_allocation_config_max_core_instance_size_set(pool, kInstanceBytesMax);
  wasmtime_pooling_allocation_config_max_memories_per_module_set(pool, 1);
  wasmtime_pooling_allocation_config_max_tables_per_module_set(pool, 1);
  wasmtime_pooling_allocation_config_max_memory_size_set(pool, limits::kContractMemoryBytesMax);
  wasmtime_pooling_allocation_config_table_elements_set(pool, limits::kModuleTableEntriesMax);
  wasmtime_pooling_allocation_config_linear_memory_keep_resident_set(pool, kResidentBytes);
  wasmtime_pooling_allocation_config_table_keep_resident_set(pool, limits::kModuleTableEntriesMax * sizeof(void*));
  wasmtime_pooling_allocation_strategy_set(config, pool);
  wasmtime_pooling_allocation_config_delete(pool);
}

Owned<wasm_engine_t> make_engine(std::size_t instances_max, bool metered) {
  wasm_config_t* config = wasm_config_new();
  // Naming the target keeps the processor at hand out of the code, so that its stack frames, and with them the depth at
  // which a recursion ends, are the same everywhere.
  AETHER_ASSERT(Owned<wasmtime_error_t>(wasmtime_config_target_set(config, "x86_64-unknown-linux-gnu")) == nullptr);
  for (const char* feature : {"has_sse3", "has_ssse3", "has_sse41", "has_sse42", "has_popcnt"}) {  // x86-64-v2
    wasmtime_config_cranelift_flag_enable(config, feature);
  }
  wasmtime_config_strategy_set(config, WASMTIME_STRATEGY_CRANELIFT);
  // Contracts come optimized by their compilers: what Cranelift's own passes over the graph of values would gain is
  // below noise, and some need the cube of a function's size.
  wasmtime_config_cranelift_opt_level_set(config, WASMTIME_OPT_LEVEL_NONE);
  wasmtime_config_cranelift_nan_canonicalization_set(config, true);
  wasmtime_config_consume_fuel_set(config, metered);
  wasmtime_config_epoch_interruption_set(config, false);
  wasmtime_config_max_wasm_stack_set(config, limits::kContractStackBytesMax);
  wasmtime_config_native_unwind_info_set(config, false);
  wasmtime_config_memory_init_cow_set(config, true);

  wasmtime_config_wasm_relaxed_simd_set(config, false);
  wasmtime_config_wasm_simd_set(config, false);
  wasmtime_config_wasm_tail_call_set(config, false);
  wasmtime_config_wasm_multi_memory_set(config, false);
  wasmtime_config_wasm_memory64_set(config, false);
  aether_native_wasm_configure(config, &kCosts);
  set_pool(config, instances_max);

  Owned<wasm_engine_t> engine(wasm_engine_new_with_config(config));  // takes the config
  AETHER_ASSERT(engine != nullptr);
  return engine;
}

}  // namespace aether::wasm

// Wasmtime's engine with the settings of the protocol, and owners of what its C interface hands out.
#pragma once

#include <wasmtime.h>

#include <cstddef>
#include <memory>

namespace aether::wasm {

struct Deleter {
  void operator()(wasm_engine_t* p) const { wasm_engine_delete(p); }
  void operator()(wasmtime_error_t* p) const { wasmtime_error_delete(p); }
  void operator()(wasm_trap_t* p) const { wasm_trap_delete(p); }
  void operator()(wasmtime_module_t* p) const { wasmtime_module_delete(p); }
  void operator()(wasmtime_linker_t* p) const { wasmtime_linker_delete(p); }
  void operator()(wasmtime_instance_pre_t* p) const { wasmtime_instance_pre_delete(p); }
  void operator()(wasmtime_store_t* p) const { wasmtime_store_delete(p); }
};
template <class T>
using Owned = std::unique_ptr<T, Deleter>;

// Instances of the protocol's bounds from a pool.
void set_pool(wasm_config_t* config, std::size_t instances_max);

// `metered` is off only in benchmarks.
[[nodiscard]] Owned<wasm_engine_t> make_engine(std::size_t instances_max, bool metered = true);

}  // namespace aether::wasm

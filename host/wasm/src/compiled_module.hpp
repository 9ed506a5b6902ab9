// A module as machine code, with what a run asks of it before it starts.
#pragma once

#include <array>
#include <memory>

#include "imports.hpp"

namespace aether::wasm {

struct CompiledModule {
  Owned<wasmtime_module_t> module;
  Owned<wasmtime_instance_pre_t> instance;  // imports resolved
  std::uint64_t memory_pages_max = 0;       // that its memory declares
  std::array<bool, 3> entries{};            // which ContractEntry it exports
  std::size_t bytes = 0;                    // of memory, at most, with what is kept beside machine code and data
};

// Null where the compiler refuses a function as too large. `module` must have passed judge().
[[nodiscard]] Owned<wasmtime_module_t> compile(wasm_engine_t* engine, ByteView module);
[[nodiscard]] std::shared_ptr<const CompiledModule> ready(const wasmtime_linker_t* linker,
                                                          Owned<wasmtime_module_t> module);

}  // namespace aether::wasm

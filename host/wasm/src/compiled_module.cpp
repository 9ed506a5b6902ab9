#include "compiled_module.hpp"

namespace aether::wasm {

namespace {

std::string_view text(const wasm_name_t* name) { return {name->data, name->size}; }

void note_exports(CompiledModule& compiled) {
  wasm_exporttype_vec_t exports;
  wasmtime_module_exports(compiled.module.get(), &exports);
  for (const wasm_exporttype_t* each : std::span(exports.data, exports.size)) {
    const std::string_view name = text(wasm_exporttype_name(each));
    const wasm_externtype_t* const type = wasm_exporttype_type(each);
    if (name == "memory") {
      const wasm_memorytype_t* const memory = wasm_externtype_as_memorytype_const(type);
      AETHER_ASSERT(memory != nullptr && wasmtime_memorytype_maximum(memory, &compiled.memory_pages_max));
    }
    for (std::size_t entry = 0; entry < compiled.entries.size(); ++entry) {
      if (name == export_name(static_cast<ledger::ContractEntry>(entry))) compiled.entries[entry] = true;
    }
  }
  wasm_exporttype_vec_delete(&exports);
}

}  // namespace

std::shared_ptr<const CompiledModule> compile(wasm_engine_t* engine, const wasmtime_linker_t* linker, ByteView module) {
  wasmtime_module_t* compiled = nullptr;
  if (Owned<wasmtime_error_t>(wasmtime_module_new(engine, module.data(), module.size(), &compiled))) return nullptr;
  const auto made = std::make_shared<CompiledModule>();
  made->module.reset(compiled);
  wasmtime_instance_pre_t* instance = nullptr;
  AETHER_ASSERT(Owned<wasmtime_error_t>(wasmtime_linker_instantiate_pre(linker, compiled, &instance)) == nullptr);
  made->instance.reset(instance);
  note_exports(*made);
  void* start = nullptr;
  void* end = nullptr;
  wasmtime_module_image_range(compiled, &start, &end);
  made->bytes = static_cast<std::size_t>(static_cast<const char*>(end) - static_cast<const char*>(start));
  return made;
}

}  // namespace aether::wasm

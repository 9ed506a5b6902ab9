#include "compiled_module.hpp"

namespace aether::wasm {

namespace {

// Of what Wasmtime keeps for any module. So much bounds also their number, and with it the mappings that they need of
// the 65 530 that Linux gives a process.
constexpr std::size_t kRecordBytes = 64 * 1024;

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

Owned<wasmtime_module_t> compile(wasm_engine_t* engine, ByteView module) {
  wasmtime_module_t* compiled = nullptr;
  if (Owned<wasmtime_error_t>(wasmtime_module_new(engine, module.data(), module.size(), &compiled))) return nullptr;
  return Owned<wasmtime_module_t>(compiled);
}

std::shared_ptr<const CompiledModule> ready(const wasmtime_linker_t* linker, Owned<wasmtime_module_t> module) {
  const auto made = std::make_shared<CompiledModule>();
  made->module = std::move(module);
  wasmtime_instance_pre_t* instance = nullptr;
  AETHER_ASSERT(Owned<wasmtime_error_t>(wasmtime_linker_instantiate_pre(linker, made->module.get(), &instance)) ==
                nullptr);
  made->instance.reset(instance);
  note_exports(*made);
  void* start = nullptr;
  void* end = nullptr;
  wasmtime_module_image_range(made->module.get(), &start, &end);
  made->bytes =
      kRecordBytes + static_cast<std::size_t>(static_cast<const char*>(end) - static_cast<const char*>(start));
  return made;
}

}  // namespace aether::wasm

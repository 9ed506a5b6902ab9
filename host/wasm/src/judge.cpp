// The verdict on a module: wasmparser tells its items and whether it is valid, the rules are here. The first broken
// rule in the order of the module counts, then those of the whole.
#include <optional>

#include "aether/wasm/wasm_vm.hpp"
#include "aether_native/native.h"
#include "compile_price.hpp"
#include "imports.hpp"

namespace aether::wasm {

using ledger::ContractEntry;
using ledger::ModuleError;

namespace {

class Judge {
 public:
  // False once a rule is broken.
  bool see(const aether_native_wasm_item& item) {
    error_ = check(item);
    return !error_;
  }

  Result<void, ModuleError> verdict(std::uint32_t scanned) const {
    if (error_) return fail(*error_);
    if (scanned == AETHER_NATIVE_WASM_MALFORMED) return fail(ModuleError::malformed);
    if (scanned == AETHER_NATIVE_WASM_VALID_WITH_FLOATS) return fail(ModuleError::floating_point);
    AETHER_ASSERT(scanned == AETHER_NATIVE_WASM_VALID);
    if (!memory_exported_) return fail(ModuleError::memory);
    if (!has_entry_) return fail(ModuleError::no_entry);
    return {};
  }

  // How many functions the module imports, exports or puts into elements.
  std::uint64_t entries() const { return entries_ + elements_; }

 private:
  static std::optional<ModuleError> at_most(std::uint64_t count, std::uint64_t bound,
                                            ModuleError error = ModuleError::too_many_items) {
    if (count <= bound) return std::nullopt;
    return error;
  }

  std::optional<ModuleError> check(const aether_native_wasm_item& item) {
    switch (item.kind) {
      case AETHER_NATIVE_WASM_TYPES: return at_most(item.a, limits::kModuleTypesMax);
      case AETHER_NATIVE_WASM_TYPE: return at_most(item.a + item.b, limits::kModuleSignatureMax);
      case AETHER_NATIVE_WASM_IMPORTS: entries_ += item.a; return at_most(item.a, limits::kModuleImportsMax);
      case AETHER_NATIVE_WASM_IMPORT: return check_import(item);
      case AETHER_NATIVE_WASM_FUNCTIONS: return at_most(item.a, limits::kModuleFunctionsMax);
      case AETHER_NATIVE_WASM_TABLE:
        if (++tables_ > 1) return ModuleError::table;
        return at_most(item.a, limits::kModuleTableEntriesMax, ModuleError::table);
      case AETHER_NATIVE_WASM_MEMORY:
        if (++memories_ > 1) return ModuleError::memory;
        return at_most(item.b, limits::kContractMemoryPagesMax, ModuleError::memory);
      case AETHER_NATIVE_WASM_GLOBALS: return at_most(item.a, limits::kModuleGlobalsMax);
      case AETHER_NATIVE_WASM_EXPORTS: entries_ += item.a; return at_most(item.a, limits::kModuleExportsMax);
      case AETHER_NATIVE_WASM_EXPORT: return check_export(item);
      case AETHER_NATIVE_WASM_START: return ModuleError::start_function;
      case AETHER_NATIVE_WASM_ELEMENTS: return at_most(item.a, limits::kModuleTableEntriesMax);
      case AETHER_NATIVE_WASM_ELEMENT: elements_ += item.a; return at_most(elements_, limits::kModuleTableEntriesMax);
      case AETHER_NATIVE_WASM_DATA: return at_most(item.a, limits::kModuleDataSegmentsMax);
      case AETHER_NATIVE_WASM_BODY:
        if (item.a > limits::kFunctionBytesMax) return ModuleError::function_too_large;
        return at_most(item.b, limits::kFunctionLocalsMax, ModuleError::function_too_large);
      default: return ModuleError::malformed;
    }
  }

  static std::optional<ModuleError> check_import(const aether_native_wasm_item& item) {
    const Import* const import = find_import(as_text({item.name, item.name_len}));
    if (import == nullptr || as_text({item.module, item.module_len}) != kImportModule)
      return ModuleError::unknown_import;
    if (as_text({item.signature, item.signature_len}) != import->signature) return ModuleError::import_type;
    return std::nullopt;
  }

  std::optional<ModuleError> check_export(const aether_native_wasm_item& item) {
    const std::string_view name = as_text({item.name, item.name_len});
    if (name == "memory" && item.a == 1) memory_exported_ = true;
    for (const auto entry : {ContractEntry::init, ContractEntry::call, ContractEntry::spend}) {
      if (name != export_name(entry)) continue;
      if (as_text({item.signature, item.signature_len}) != ":") return ModuleError::entry_type;
      has_entry_ = true;
    }
    return std::nullopt;
  }

  std::optional<ModuleError> error_;
  std::uint64_t elements_ = 0;
  std::uint64_t entries_ = 0;  // imports and exports
  unsigned tables_ = 0;
  unsigned memories_ = 0;
  bool memory_exported_ = false;
  bool has_entry_ = false;
};

}  // namespace

Result<std::uint64_t, ModuleError> judge(ByteView module) {
  if (module.size() > limits::kCodeBytesMax) return fail(ModuleError::too_large);
  Judge judge;
  const auto sink = [](void* context, const aether_native_wasm_item* item) {
    return static_cast<Judge*>(context)->see(*item);
  };
  AETHER_CHECK(judge.verdict(aether_native_wasm_scan(module.data(), module.size(), sink, &judge)));
  return compile_price(module, judge.entries());
}

}  // namespace aether::wasm

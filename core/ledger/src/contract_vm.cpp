#include "aether/ledger/contract_vm.hpp"

namespace aether::ledger {

std::string_view export_name(ContractEntry entry) {
  switch (entry) {
    case ContractEntry::init: return "init";
    case ContractEntry::call: return "call";
    case ContractEntry::spend: return "spend";
  }
  return "unknown";
}

std::string_view to_string(ModuleError error) {
  switch (error) {
    case ModuleError::too_large: return "the module is larger than 1 MiB";
    case ModuleError::malformed: return "not a valid WebAssembly module, or one that needs a proposal that is off here";
    case ModuleError::floating_point: return "the module uses floating point: contracts compute with integers";
    case ModuleError::unknown_import: return "an import is none of the functions of the module \"aether\"";
    case ModuleError::import_type: return "an import of \"aether\" has another signature";
    case ModuleError::memory:
      return "a contract exports one memory as \"memory\", with a declared maximum of at most 16 MiB";
    case ModuleError::table: return "more than one table, or a table above the bound";
    case ModuleError::start_function: return "a contract has no start function: its entries are init, call and spend";
    case ModuleError::no_entry: return "the module exports none of init, call and spend";
    case ModuleError::entry_type: return "an entry takes no parameter and returns nothing";
    case ModuleError::too_many_items: return "the module has too many functions, types, globals, exports or segments";
    case ModuleError::function_too_large: return "a function's body or its locals are above the bound";
  }
  return "unknown";
}

std::string_view to_string(VmFault fault) {
  switch (fault) {
    case VmFault::host: return "host";
    case VmFault::out_of_gas: return "out_of_gas";
    case VmFault::unreachable: return "unreachable";
    case VmFault::memory_out_of_bounds: return "memory_out_of_bounds";
    case VmFault::table_out_of_bounds: return "table_out_of_bounds";
    case VmFault::bad_indirect_call: return "bad_indirect_call";
    case VmFault::integer_overflow: return "integer_overflow";
    case VmFault::division_by_zero: return "division_by_zero";
    case VmFault::stack_exhausted: return "stack_exhausted";
    case VmFault::no_entry: return "no_entry";
  }
  return "unknown";
}

}  // namespace aether::ledger

#include "aether/wasm/wasm_vm.hpp"

#include <atomic>
#include <map>
#include <mutex>
#include <semaphore>

#include "code_store.hpp"
#include "compiled_module.hpp"
#include "load_price.hpp"
#include "module_cache.hpp"
#include "native_stack.hpp"

namespace aether::wasm {

using ledger::ContractEntry;
using ledger::ContractHost;
using ledger::ModuleError;
using ledger::VmFailure;
using ledger::VmFault;

namespace {

// Of one contract on the stack: its own code, and the machine and the host between it and the next.
constexpr std::size_t kStackBytesPerRun = limits::kContractStackBytesMax + 256 * 1024;

// Runs on this thread's stack.
thread_local std::size_t depth = 0;

VmFault fault_of(wasmtime_trap_code_t code) {
  switch (code) {
    case WASMTIME_TRAP_CODE_STACK_OVERFLOW: return VmFault::stack_exhausted;
    case WASMTIME_TRAP_CODE_MEMORY_OUT_OF_BOUNDS: return VmFault::memory_out_of_bounds;
    case WASMTIME_TRAP_CODE_TABLE_OUT_OF_BOUNDS: return VmFault::table_out_of_bounds;
    case WASMTIME_TRAP_CODE_INDIRECT_CALL_TO_NULL:
    case WASMTIME_TRAP_CODE_BAD_SIGNATURE: return VmFault::bad_indirect_call;
    case WASMTIME_TRAP_CODE_INTEGER_OVERFLOW: return VmFault::integer_overflow;
    case WASMTIME_TRAP_CODE_INTEGER_DIVISION_BY_ZERO: return VmFault::division_by_zero;
    case WASMTIME_TRAP_CODE_UNREACHABLE_CODE_REACHED: return VmFault::unreachable;
    case WASMTIME_TRAP_CODE_OUT_OF_FUEL: return VmFault::out_of_gas;
    default: assertion_failed("a trap that no accepted module can reach", __FILE__, __LINE__);
  }
}

// How instantiating or calling ended. A trap other than `unreachable` burns what was left: the machine keeps its count
// in a register, and only gives it up where a function ends or is left on purpose.
Result<void, VmFailure> ended(Run& run, wasmtime_error_t* error_made, wasm_trap_t* trap_made) {
  const Owned<wasmtime_error_t> error(error_made);
  const Owned<wasm_trap_t> trap(trap_made);
  if (!run.failure) {
    if (trap == nullptr) {
      AETHER_ASSERT(error == nullptr);
      if (run.take_fuel()) return {};
    } else {
      wasmtime_trap_code_t code = 0;
      AETHER_ASSERT(wasmtime_trap_code(trap.get(), &code));
      const VmFault fault = fault_of(code);
      if (fault != VmFault::unreachable || run.take_fuel()) run.fail(fault);
    }
  }
  const VmFailure failure = *run.failure;
  if (failure.fault != VmFault::unreachable && failure.fault != VmFault::host) {
    AETHER_ASSERT(run.host.charge(run.host.gas_left()).has_value());
  }
  return fail(failure);
}

Result<void, VmFailure> run_instance(wasm_engine_t* engine, const CompiledModule& compiled, ContractEntry entry,
                                     ContractHost& host) {
  // A page costs as much as its bytes copied, before there is an instance, whether it will be touched or not.
  const std::uint64_t page_steps = 64 * host.gas().per_kib_copied;
  Run run{.host = host, .context = nullptr};
  if (!run.charge(compiled.memory_pages_max * page_steps)) return ended(run, nullptr, nullptr);

  const Owned<wasmtime_store_t> store(wasmtime_store_new(engine, &run, nullptr));
  run.context = wasmtime_store_context(store.get());
  run.give_fuel();
  wasm_trap_t* trap = nullptr;
  wasmtime_instance_t instance;
  wasmtime_error_t* error = wasmtime_instance_pre_instantiate(compiled.instance.get(), run.context, &instance, &trap);
  if (error != nullptr || trap != nullptr) return ended(run, error, trap);

  wasmtime_extern_t item;
  AETHER_ASSERT(wasmtime_instance_export_get(run.context, &instance, "memory", 6, &item));
  run.memory = item.of.memory;
  const std::string_view name = export_name(entry);
  AETHER_ASSERT(wasmtime_instance_export_get(run.context, &instance, name.data(), name.size(), &item));
  error = wasmtime_func_call_unchecked(run.context, &item.of.func, nullptr, 0, &trap);
  return ended(run, error, trap);
}

}  // namespace

struct WasmVm::State {
  explicit State(const WasmVmOptions& options)
      : engine(make_engine(options.runs_max * limits::kCallDepthMax)),
        linker(make_linker(engine.get())),
        cache(options.cache_bytes_max),
        free(static_cast<std::ptrdiff_t>(options.runs_max)) {
    if (!options.directory.empty()) store.emplace(options.directory);
  }

  std::shared_ptr<const CompiledModule> compiled(const Hash& code, const Load& load) {
    return cache.get(code, [&]() -> ModuleCache::Made {
      auto machine_code = store ? store->load(engine.get(), code) : nullptr;
      if (machine_code == nullptr) {
        machine_code = compile(engine.get(), load());
        if (machine_code == nullptr) return {};
        ++compilations;
        if (store) store->keep(code, machine_code.get());
      }
      auto module = ready(linker.get(), std::move(machine_code));
      const std::size_t bytes = module->bytes;
      return {.module = std::move(module), .bytes = bytes};
    });
  }

  std::uint64_t load_steps(const Hash& code, const Load& load) {
    {
      const std::lock_guard lock(prices_mutex);
      if (const auto at = prices.find(code); at != prices.end()) return at->second;
    }
    const std::uint64_t steps = load_price(load());
    const std::lock_guard lock(prices_mutex);
    return prices.emplace(code, steps).first->second;
  }

  const Owned<wasm_engine_t> engine;
  const Owned<wasmtime_linker_t> linker;
  std::optional<CodeStore> store;
  ModuleCache cache;
  std::counting_semaphore<> free;  // runs that may start
  std::atomic<std::uint64_t> compilations = 0;
  std::mutex prices_mutex;
  std::map<Hash, std::uint64_t> prices;  // of loading, of all code that was met
};

WasmVm::WasmVm(const WasmVmOptions& options) : state_(std::make_unique<State>(options)) {}
WasmVm::~WasmVm() = default;

Result<std::uint64_t, ModuleError> WasmVm::judge(ByteView module) const { return wasm::judge(module); }

Result<void, ModuleError> WasmVm::publish(const Hash& code, ByteView module) const {
  const Load load = [&] { return Bytes(module.begin(), module.end()); };
  if (state_->compiled(code, load) == nullptr) return fail(ModuleError::function_too_large);
  (void)state_->load_steps(code, load);
  return {};
}

void WasmVm::retain(const std::function<bool(const Hash&)>& is_live) const {
  {
    const std::lock_guard lock(state_->prices_mutex);
    std::erase_if(state_->prices, [&](const auto& entry) { return !is_live(entry.first); });
  }
  if (state_->store) state_->store->retain(is_live);
}

Result<void, VmFailure> WasmVm::run(const Hash& code, const Load& load, ContractEntry entry, ContractHost& host) const {
  if (Run charged{.host = host, .context = nullptr}; !charged.charge(state_->load_steps(code, load)))
    return ended(charged, nullptr, nullptr);
  const auto compiled = state_->compiled(code, load);
  AETHER_ASSERT(compiled != nullptr);  // it was published
  if (!compiled->entries[static_cast<std::size_t>(entry)])
    return fail(VmFailure{.fault = VmFault::no_entry, .code = {}});

  AETHER_ASSERT(depth < limits::kCallDepthMax);
  if (depth > 0) {
    ++depth;
    const auto result = run_instance(state_->engine.get(), *compiled, entry, host);
    --depth;
    return result;
  }
  Result<void, VmFailure> result;
  state_->free.acquire();
  with_stack(limits::kCallDepthMax * kStackBytesPerRun, [&] {
    depth = 1;
    result = run_instance(state_->engine.get(), *compiled, entry, host);
    depth = 0;
  });
  state_->free.release();
  return result;
}

std::size_t WasmVm::cached_bytes() const { return state_->cache.bytes(); }
std::uint64_t WasmVm::stored_bytes() const { return state_->store ? state_->store->bytes() : 0; }
std::uint64_t WasmVm::compilations() const { return state_->compilations; }

}  // namespace aether::wasm

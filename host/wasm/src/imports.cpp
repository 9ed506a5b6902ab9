#include "imports.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>

namespace aether::wasm {

using ledger::Outcome;
using ledger::VmFault;

void Run::give_fuel() {
  fuel = host.gas_left() + 1;
  AETHER_ASSERT(Owned<wasmtime_error_t>(wasmtime_context_set_fuel(context, fuel)) == nullptr);
}

bool Run::take_fuel() {
  std::uint64_t left = 0;
  AETHER_ASSERT(Owned<wasmtime_error_t>(wasmtime_context_get_fuel(context, &left)) == nullptr);
  if (left == 0) return fail(VmFault::out_of_gas);
  return charge(fuel - left);
}

bool Run::charge(std::uint64_t steps) { return host.charge(steps).has_value() || fail(VmFault::out_of_gas); }

bool Run::fail(VmFault fault, ResultCode code) {
  failure = ledger::VmFailure{.fault = fault, .code = code};
  return false;
}

namespace {

using Arguments = Import::Arguments;
constexpr std::size_t kHashBytes = Hash::kSize;
constexpr std::size_t kAmountBytes = sizeof(Amount);

// One call of a host function: its arguments in turn, each checked; the first that is outside ends the run.
class Frame {
 public:
  Frame(Run& run, Arguments arguments) : run_(run), arguments_(arguments) {}

  std::uint32_t u32() { return static_cast<std::uint32_t>(arguments_[next_++].i32); }

  std::optional<ByteView> in(std::size_t size) {
    const auto bytes = range(u32(), size);
    if (!bytes) return std::nullopt;
    return ByteView(*bytes);
  }
  std::optional<ByteView> in() {
    const std::uint32_t address = u32();
    const auto bytes = range(address, u32());
    if (!bytes) return std::nullopt;
    return ByteView(*bytes);
  }
  std::optional<std::span<std::uint8_t>> out(std::size_t size) { return range(u32(), size); }
  std::optional<std::span<std::uint8_t>> out() {
    const std::uint32_t address = u32();
    return range(address, u32());
  }
  std::optional<Hash> hash() {
    const auto bytes = in(kHashBytes);
    if (!bytes) return std::nullopt;
    Hash hash;
    std::ranges::copy(*bytes, hash.bytes.begin());
    return hash;
  }
  std::optional<Amount> amount() {
    const auto bytes = in(kAmountBytes);
    if (!bytes) return std::nullopt;
    Amount amount = 0;
    for (std::size_t i = kAmountBytes; i-- > 0;) amount = amount << 8 | (*bytes)[i];
    return amount;
  }
  std::optional<Asset> asset() {
    const std::uint32_t number = u32();
    if (number <= static_cast<std::uint32_t>(Asset::aic)) return static_cast<Asset>(number);
    refuse();
    return std::nullopt;
  }

  [[nodiscard]] bool charge_copied(std::size_t bytes) {
    return run_.charge((bytes + 1023) / 1024 * run_.host.gas().per_kib_copied);
  }
  bool failed(ResultCode code) {
    return run_.fail(code == ledger::result_code(ledger::Code::out_of_gas) ? VmFault::out_of_gas : VmFault::host, code);
  }
  bool refuse() { return run_.fail(VmFault::memory_out_of_bounds); }

  bool give(std::int32_t result) {
    arguments_[0].i32 = result;
    return true;
  }
  bool give64(std::uint64_t result) {
    arguments_[0].i64 = static_cast<std::int64_t>(result);
    return true;
  }

 private:
  std::optional<std::span<std::uint8_t>> range(std::uint32_t address, std::size_t size) {
    const std::size_t memory = wasmtime_memory_data_size(run_.context, &run_.memory);
    if (address <= memory && size <= memory - address) {
      return std::span(wasmtime_memory_data(run_.context, &run_.memory) + address, size);
    }
    refuse();
    return std::nullopt;
  }

  Run& run_;
  Arguments arguments_;
  std::size_t next_ = 0;
};

void put(std::span<std::uint8_t> to, ByteView from) {
  AETHER_ASSERT(from.size() <= to.size());
  if (!from.empty()) std::memmove(to.data(), from.data(), from.size());
}

void put(std::span<std::uint8_t> to, Amount amount) {
  for (std::uint8_t& byte : to) {
    byte = static_cast<std::uint8_t>(amount);
    amount >>= 8;
  }
}

std::int32_t size_of(ByteView bytes) {
  AETHER_ASSERT(bytes.size() <= std::size_t{std::numeric_limits<std::int32_t>::max()});
  return static_cast<std::int32_t>(bytes.size());
}

// dst ‖ offset ‖ len: a part of `from`.
bool read_part(Run& run, Arguments arguments, ByteView from) {
  Frame frame(run, arguments);
  const std::uint32_t dst = frame.u32();
  const std::uint32_t offset = frame.u32();
  const std::uint32_t size = frame.u32();
  std::array<wasmtime_val_raw_t, 2> range{};
  range[0].i32 = static_cast<std::int32_t>(dst);
  range[1].i32 = static_cast<std::int32_t>(size);
  const auto to = Frame(run, range).out();
  if (!to) return false;
  if (offset > from.size() || size > from.size() - offset) return frame.refuse();
  if (!frame.charge_copied(size)) return false;
  put(*to, from.subspan(offset, size));
  return true;
}

bool give_hash(Run& run, Arguments arguments, const Hash& hash) {
  Frame frame(run, arguments);
  const auto to = frame.out(kHashBytes);
  if (!to || !frame.charge_copied(kHashBytes)) return false;
  put(*to, hash.view());
  return true;
}

bool input_size(Run& run, Arguments a) { return Frame(run, a).give(size_of(run.host.input())); }
bool input_read(Run& run, Arguments a) { return read_part(run, a, run.host.input()); }

bool output_write(Run& run, Arguments a) {
  Frame frame(run, a);
  const auto output = frame.in();
  if (!output || !frame.charge_copied(output->size())) return false;
  const auto done = run.host.set_output(*output);
  return done || frame.failed(done.error());
}

bool abort(Run& run, Arguments a) {
  Frame frame(run, a);
  return frame.failed(run.host.abort(frame.u32()));
}

bool self_id(Run& run, Arguments a) { return give_hash(run, a, run.host.self()); }
bool caller(Run& run, Arguments a) { return give_hash(run, a, run.host.caller().hash); }
bool sender(Run& run, Arguments a) { return give_hash(run, a, run.host.sender().hash); }
bool slot(Run& run, Arguments a) { return Frame(run, a).give64(run.host.slot().raw()); }
bool chain_id(Run& run, Arguments a) { return Frame(run, a).give64(run.host.chain_id().raw()); }

bool attached(Run& run, Arguments a) {
  Frame frame(run, a);
  const auto asset = frame.asset();
  if (!asset) return false;
  const auto to = frame.out(kAmountBytes);
  if (!to || !frame.charge_copied(kAmountBytes)) return false;
  put(*to, run.host.attached(*asset));
  return true;
}

bool balance(Run& run, Arguments a) {
  Frame frame(run, a);
  const auto asset = frame.asset();
  if (!asset) return false;
  const auto to = frame.out(kAmountBytes);
  if (!to || !frame.charge_copied(kAmountBytes)) return false;
  const auto amount = run.host.balance(*asset);
  if (!amount) return frame.failed(amount.error());
  put(*to, *amount);
  return true;
}

bool storage_get(Run& run, Arguments a) {
  Frame frame(run, a);
  const auto key = frame.in();
  if (!key) return false;
  const auto to = frame.out();
  if (!to || !frame.charge_copied(key->size())) return false;
  const auto value = run.host.storage_get(*key);
  if (!value) return frame.failed(value.error());
  if (!*value) return frame.give(-1);
  const ByteView bytes = **value;
  const ByteView copied = bytes.first(std::min(bytes.size(), to->size()));
  if (!frame.charge_copied(copied.size())) return false;
  put(*to, copied);
  return frame.give(size_of(bytes));
}

bool storage_set(Run& run, Arguments a) {
  Frame frame(run, a);
  const auto key = frame.in();
  if (!key) return false;
  const auto bytes = frame.in();
  if (!bytes || !frame.charge_copied(key->size() + bytes->size())) return false;
  const auto done = run.host.storage_set(*key, *bytes);
  return done || frame.failed(done.error());
}

bool storage_erase(Run& run, Arguments a) {
  Frame frame(run, a);
  const auto key = frame.in();
  if (!key || !frame.charge_copied(key->size())) return false;
  const auto done = run.host.storage_erase(*key);
  return done || frame.failed(done.error());
}

bool transfer(Run& run, Arguments a) {
  Frame frame(run, a);
  const auto to = frame.hash();
  if (!to) return false;
  const auto asset = frame.asset();
  if (!asset) return false;
  const auto amount = frame.amount();
  if (!amount || !frame.charge_copied(kHashBytes + kAmountBytes)) return false;
  const auto done = run.host.transfer(Address{*to}, *asset, *amount);
  return done || frame.failed(done.error());
}

bool log(Run& run, Arguments a) {
  Frame frame(run, a);
  const auto topic = frame.hash();
  if (!topic) return false;
  const auto data = frame.in();
  if (!data || !frame.charge_copied(kHashBytes + data->size())) return false;
  const auto done = run.host.log(*topic, *data);
  return done || frame.failed(done.error());
}

bool sha256(Run& run, Arguments a) {
  Frame frame(run, a);
  const auto data = frame.in();
  if (!data) return false;
  const auto to = frame.out(kHashBytes);
  if (!to || !frame.charge_copied(kHashBytes)) return false;  // the data is hashed where it lies
  const auto hash = run.host.sha256(*data);
  if (!hash) return frame.failed(hash.error());
  put(*to, hash->view());
  return true;
}

bool ed25519_verify(Run& run, Arguments a) {
  Frame frame(run, a);
  const auto key_bytes = frame.in(sizeof(crypto::PublicKey));
  if (!key_bytes) return false;
  const auto signature_bytes = frame.in(sizeof(crypto::Signature));
  if (!signature_bytes) return false;
  const auto message = frame.in();
  if (!message || !frame.charge_copied(key_bytes->size() + signature_bytes->size())) return false;
  crypto::PublicKey key{};
  std::ranges::copy(*key_bytes, key.begin());
  crypto::Signature signature{};
  std::ranges::copy(*signature_bytes, signature.begin());
  const auto holds = run.host.ed25519_verify(key, signature, *message);
  if (!holds) return frame.failed(holds.error());
  return frame.give(*holds ? 1 : 0);
}

bool call(Run& run, Arguments a) {
  Frame frame(run, a);
  const auto contract = frame.hash();
  if (!contract) return false;
  const auto swr = frame.amount();
  if (!swr) return false;
  const auto aic = frame.amount();
  if (!aic) return false;
  const auto input = frame.in();
  if (!input || !frame.charge_copied(kHashBytes + 2 * kAmountBytes + input->size())) return false;
  const auto done = run.host.call(*contract, Balance{.swr = *swr, .aic = *aic}, *input);
  if (!done) return frame.failed(done.error());
  return frame.give(size_of(run.host.returned()));
}

bool returned_read(Run& run, Arguments a) { return read_part(run, a, run.host.returned()); }

constexpr auto kImports = std::to_array<Import>({
    {"input_size", ":i", input_size},
    {"input_read", "iii:", input_read},
    {"output_write", "ii:", output_write},
    {"abort", "i:", abort},
    {"self_id", "i:", self_id},
    {"caller", "i:", caller},
    {"sender", "i:", sender},
    {"slot", ":l", slot},
    {"chain_id", ":l", chain_id},
    {"attached", "ii:", attached},
    {"balance", "ii:", balance},
    {"storage_get", "iiii:i", storage_get},
    {"storage_set", "iiii:", storage_set},
    {"storage_erase", "ii:", storage_erase},
    {"transfer", "iii:", transfer},
    {"log", "iii:", log},
    {"sha256", "iii:", sha256},
    {"ed25519_verify", "iiii:i", ed25519_verify},
    {"call", "iiiii:i", call},
    {"returned_read", "iii:", returned_read},
});

// Wasmtime calls this for every import; `environment` is its entry of the table.
wasm_trap_t* call_import(void* environment, wasmtime_caller_t* from, wasmtime_val_raw_t* arguments, std::size_t count) {
  const Import& import = *static_cast<const Import*>(environment);
  Run& run = *static_cast<Run*>(wasmtime_context_get_data(wasmtime_caller_context(from)));
  if (run.take_fuel() && run.charge(run.host.gas().per_import) && import.body(run, {arguments, count})) {
    run.give_fuel();
    return nullptr;
  }
  AETHER_ASSERT(run.failure.has_value());
  return wasmtime_trap_new("", 0);
}

void add_types(wasm_valtype_vec_t& to, std::string_view letters) {
  wasm_valtype_vec_new_uninitialized(&to, letters.size());
  for (std::size_t i = 0; i < letters.size(); ++i)
    to.data[i] = wasm_valtype_new(letters[i] == 'i' ? WASM_I32 : WASM_I64);
}

}  // namespace

std::span<const Import> imports() { return kImports; }

const Import* find_import(std::string_view name) {
  const auto* const found = std::ranges::find(kImports, name, &Import::name);
  return found == kImports.end() ? nullptr : found;
}

wasm_functype_t* function_type(std::string_view signature) {
  const std::size_t colon = signature.find(':');
  wasm_valtype_vec_t parameters;
  wasm_valtype_vec_t results;
  add_types(parameters, signature.substr(0, colon));
  add_types(results, signature.substr(colon + 1));
  return wasm_functype_new(&parameters, &results);
}

Owned<wasmtime_linker_t> make_linker(wasm_engine_t* engine) {
  Owned<wasmtime_linker_t> linker(wasmtime_linker_new(engine));
  for (const Import& import : kImports) {
    wasm_functype_t* const type = function_type(import.signature);
    const Owned<wasmtime_error_t> error(wasmtime_linker_define_func_unchecked(
        linker.get(), kImportModule.data(), kImportModule.size(), import.name.data(), import.name.size(), type,
        call_import, const_cast<Import*>(&import), nullptr));
    wasm_functype_delete(type);
    AETHER_ASSERT(error == nullptr);
  }
  return linker;
}

}  // namespace aether::wasm

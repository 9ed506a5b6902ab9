// Row 17: contracts with and without fuel, beside Wasmtime as it comes; fresh instances; judging, compiling, loading.
//
//   aether-bench-wasm FOLDER [--check]   FOLDER has the built modules; a line of JSON on stdout for each figure
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>

#include "../cpu_time.hpp"
#include "aether/codec/bcs.hpp"
#include "aether/crypto/sha256.hpp"
#include "aether/env/file.hpp"
#include "aether/types/spend.hpp"
#include "aether/wasm/wasm_vm.hpp"
#include "code_store.hpp"
#include "compiled_module.hpp"

namespace aether::bench {
namespace {

using ledger::ContractEntry;
using ledger::Outcome;

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "aether-bench-wasm: %s\n", what);
  std::exit(70);
}

double median(std::vector<double> of) {
  std::ranges::sort(of);
  return of[of.size() / 2];
}

const Address kCaller{Hash{{1}}}, kOther{Hash{{2}}};
constexpr std::uint64_t kGas = 1'000'000'000'000;

// A chain of one contract, in memory.
class Host final : public ledger::ContractHost {
 public:
  using Storage = std::map<Bytes, Bytes, std::less<>>;

  void begin(const Bytes& input, const Storage& storage) {
    input_ = input;
    storage_ = storage;
    output_.clear();
    left_ = kGas;
  }
  std::uint64_t used() const { return kGas - left_; }
  const Bytes& output() const { return output_; }
  const Storage& storage() const { return storage_; }

  const GasParams& gas() const override { return params_; }
  std::uint64_t gas_left() const override { return left_; }
  Outcome<void> charge(std::uint64_t steps) override {
    if (steps > left_) return ledger::fail(ledger::Code::out_of_gas);
    left_ -= steps;
    return {};
  }
  ByteView input() const override { return input_; }
  const Hash& self() const override { return kOther.hash; }
  Address caller() const override { return kCaller; }
  Address sender() const override { return kCaller; }
  Slot slot() const override { return Slot{77}; }
  ChainId chain_id() const override { return ChainId{5}; }
  Amount attached(Asset) const override { return 1'000; }
  Outcome<Amount> balance(Asset) override { return Amount{1'000'000}; }
  Outcome<std::optional<Bytes>> storage_get(ByteView key) override {
    const auto at = storage_.find(Bytes(key.begin(), key.end()));
    return at == storage_.end() ? std::nullopt : std::optional(at->second);
  }
  Outcome<void> storage_set(ByteView key, ByteView value) override {
    storage_[Bytes(key.begin(), key.end())] = Bytes(value.begin(), value.end());
    return {};
  }
  Outcome<void> storage_erase(ByteView key) override {
    storage_.erase(Bytes(key.begin(), key.end()));
    return {};
  }
  Outcome<void> transfer(const Address&, Asset, Amount) override { return {}; }
  Outcome<void> log(const Hash&, ByteView) override { return {}; }
  Outcome<Hash> sha256(ByteView data) override { return crypto::sha256(data); }
  Outcome<bool> ed25519_verify(const crypto::PublicKey&, const crypto::Signature&, ByteView) override { return false; }
  Outcome<void> call(const Hash&, const Balance&, ByteView) override { return fail(ResultCode{1}); }
  ByteView returned() const override { return {}; }
  Outcome<void> set_output(ByteView output) override {
    output_.assign(output.begin(), output.end());
    return {};
  }
  ResultCode abort(std::uint32_t code) override { return ResultCode{static_cast<std::uint16_t>(10'000 + code)}; }

 private:
  GasParams params_{};
  std::uint64_t left_ = 0;
  Bytes input_, output_;
  Storage storage_;
};

// The host functions without the count of fuel around them.
wasm_trap_t* call_plainly(void* environment, wasmtime_caller_t* from, wasmtime_val_raw_t* arguments,
                          std::size_t count) {
  const auto& import = *static_cast<const wasm::Import*>(environment);
  auto& run = *static_cast<wasm::Run*>(wasmtime_context_get_data(wasmtime_caller_context(from)));
  return import.body(run, {arguments, count}) ? nullptr : wasmtime_trap_new("", 0);
}

wasm::Owned<wasmtime_linker_t> plain_linker(wasm_engine_t* engine) {
  wasm::Owned<wasmtime_linker_t> linker(wasmtime_linker_new(engine));
  for (const wasm::Import& import : wasm::imports()) {
    wasm_functype_t* const type = wasm::function_type(import.signature);
    const wasm::Owned<wasmtime_error_t> error(wasmtime_linker_define_func_unchecked(
        linker.get(), wasm::kImportModule.data(), wasm::kImportModule.size(), import.name.data(), import.name.size(),
        type, call_plainly, const_cast<wasm::Import*>(&import), nullptr));
    wasm_functype_delete(type);
    require(error == nullptr, "a host function cannot be defined");
  }
  return linker;
}

struct Machine {
  wasm::Owned<wasm_engine_t> engine;
  wasm::Owned<wasmtime_linker_t> linker;
  bool metered = false;
};
Machine make_machine(wasm_engine_t* engine, bool metered) {
  wasm::Owned<wasm_engine_t> owned(engine);
  auto linker = metered ? wasm::make_linker(engine) : plain_linker(engine);
  return {std::move(owned), std::move(linker), metered};
}

// A fresh instance, and its entry run to its end.
void run(const Machine& machine, const wasm::CompiledModule& module, ContractEntry entry, Host& host) {
  wasm::Run run{.host = host, .context = nullptr};
  const wasm::Owned<wasmtime_store_t> store(wasmtime_store_new(machine.engine.get(), &run, nullptr));
  run.context = wasmtime_store_context(store.get());
  if (machine.metered) run.give_fuel();
  wasm_trap_t* trap = nullptr;
  wasmtime_instance_t instance;
  wasmtime_extern_t item;
  require(wasmtime_instance_pre_instantiate(module.instance.get(), run.context, &instance, &trap) == nullptr && !trap,
          "no instance");
  require(wasmtime_instance_export_get(run.context, &instance, "memory", 6, &item), "no memory");
  run.memory = item.of.memory;
  const std::string_view name = export_name(entry);
  require(wasmtime_instance_export_get(run.context, &instance, name.data(), name.size(), &item), "no entry");
  require(wasmtime_func_call_unchecked(run.context, &item.of.func, nullptr, 0, &trap) == nullptr && !trap,
          "a contract failed");
  if (machine.metered) require(run.take_fuel(), "out of gas");
}

struct Workload {
  std::string name, module;
  ContractEntry entry = ContractEntry::call;
  Bytes input;
  Host::Storage storage{};
};

template <class... Arguments>
Bytes method(std::uint8_t place, const Arguments&... arguments) {
  Bytes out{place};
  (append(out, codec::encode(arguments)), ...);
  return out;
}

class Bench {
 public:
  Bench(env::Path folder, bool check)
      : folder_(std::move(folder)), rounds_(check ? 1 : 9), sample_s_(check ? 0 : 0.004) {
    machines_.push_back(make_machine(wasm::make_engine(8).release(), true));
    machines_.push_back(make_machine(wasm::make_engine(8, false).release(), false));
    wasm_config_t* const config = wasm_config_new();
    wasm::set_pool(config, 8);
    machines_.push_back(make_machine(wasm_engine_new_with_config(config), false));
  }

  Bytes module(const std::string& name) const {
    auto bytes = env::read_file(folder_ / (name + ".wasm"), limits::kCodeBytesMax);
    require(bytes.has_value(), "a module is missing");
    return std::move(*bytes);
  }

  // What the contract has stored after an entry.
  Host::Storage after(const std::string& name, ContractEntry entry, const Bytes& input) const {
    const auto compiled = compile(machines_[0], module(name));
    Host host;
    host.begin(input, {});
    run(machines_[0], *compiled, entry, host);
    return host.storage();
  }

  void measure(const Workload& work) const {
    const Bytes code = module(work.module);
    std::vector<std::shared_ptr<const wasm::CompiledModule>> compiled;
    std::vector<Host> hosts(machines_.size());
    std::vector<std::vector<double>> times(machines_.size());
    const auto once = [&](std::size_t at) {
      hosts[at].begin(work.input, work.storage);
      run(machines_[at], *compiled[at], work.entry, hosts[at]);
    };
    for (std::size_t at = 0; at < machines_.size(); ++at) {
      compiled.push_back(compile(machines_[at], code));
      once(at);
      require(hosts[at].output() == hosts[0].output() && hosts[at].storage() == hosts[0].storage(),
              "two machines disagree");
    }
    const std::uint64_t gas = hosts[0].used();
    std::size_t repeats = 1;
    while (seconds_of([&] {
             for (std::size_t i = 0; i < repeats; ++i) once(0);
           }) < sample_s_)
      repeats *= 2;
    for (int round = 0; round < rounds_; ++round) {
      for (std::size_t at = 0; at < machines_.size(); ++at) {
        const double took = seconds_of([&] {
          for (std::size_t i = 0; i < repeats; ++i) once(at);
        });
        times[at].push_back(1e6 * took / static_cast<double>(repeats));
      }
    }
    const auto ratio = [&](std::size_t to) {
      std::vector<double> of;
      for (int round = 0; round < rounds_; ++round) of.push_back(times[0][round] / times[to][round]);
      return median(of);
    };
    std::printf(
        "{\"what\": \"run\", \"work\": \"%s\", \"gas\": %llu, \"metered_us\": %.3f, \"unmetered_us\": %.3f, "
        "\"plain_us\": %.3f, "
        "\"of_unmetered\": %.3f, \"of_plain\": %.3f}\n",
        work.name.c_str(), static_cast<unsigned long long>(gas), median(times[0]), median(times[1]), median(times[2]),
        ratio(1), ratio(2));
    std::fflush(stdout);
  }

  // A call through the machine as a block makes it, instance and all.
  void measure_call(const Workload& work) const {
    const wasm::WasmVm vm;
    const Bytes code = module(work.module);
    const Hash id = code_hash(code);
    require(vm.publish(id, code).has_value(), "a module is refused");
    Host host;
    std::vector<double> times;
    constexpr int kCalls = 200;
    for (int round = 0; round < rounds_; ++round) {
      times.push_back(1e6 / kCalls * seconds_of([&] {
                        for (int i = 0; i < kCalls; ++i) {
                          host.begin(work.input, work.storage);
                          require(vm.run(id, [&] { return code; }, work.entry, host).has_value(), "a contract failed");
                        }
                      }));
    }
    std::printf("{\"what\": \"call\", \"work\": \"%s\", \"gas\": %llu, \"us\": %.3f}\n", work.name.c_str(),
                static_cast<unsigned long long>(host.used()), median(times));
    std::fflush(stdout);
  }

  void measure_publication(const std::string& name) const {
    const Bytes code = module(name);
    const Hash id = code_hash(code);
    const env::TempDir folder = std::move(*env::TempDir::create());
    wasm::CodeStore store(folder.path());
    const Machine& machine = machines_[0];
    std::vector<double> judging, compiling, loading;
    std::uint64_t steps = 0;
    for (int round = 0; round < rounds_; ++round) {
      judging.push_back(1e9 * seconds_of([&] { steps = *wasm::judge(code); }) / static_cast<double>(code.size()));
      wasm::Owned<wasmtime_module_t> made;
      compiling.push_back(1e3 * seconds_of([&] { made = wasm::compile(machine.engine.get(), code); }));
      if (round == 0) store.keep(id, made.get());
      loading.push_back(1e6 * seconds_of([&] {
                          auto loaded = store.load(machine.engine.get(), id);
                          require(loaded != nullptr, "machine code was not kept");
                          (void)wasm::ready(machine.linker.get(), std::move(loaded));
                        }));
    }
    std::printf(
        "{\"what\": \"publication\", \"module\": \"%s\", \"bytes\": %zu, \"compile_steps\": %llu, "
        "\"judge_ns_per_byte\": %.1f, "
        "\"compile_ms\": %.3f, \"ns_per_step\": %.2f, \"stored_bytes\": %llu, \"load_us\": %.1f}\n",
        name.c_str(), code.size(), static_cast<unsigned long long>(steps), median(judging), median(compiling),
        1e6 * median(compiling) / static_cast<double>(steps), static_cast<unsigned long long>(store.bytes()),
        median(loading));
    std::fflush(stdout);
  }

 private:
  static std::shared_ptr<const wasm::CompiledModule> compile(const Machine& machine, ByteView code) {
    auto module = wasm::compile(machine.engine.get(), code);
    require(module != nullptr, "a module does not compile");
    return wasm::ready(machine.linker.get(), std::move(module));
  }

  env::Path folder_;
  int rounds_;
  double sample_s_;
  std::vector<Machine> machines_;  // ours; ours without fuel; Wasmtime as it comes, but for the pool
};

Bytes spend_input() {
  Spend spend;
  const Bytes secret(32, 7);
  append(spend.datum, crypto::sha256(secret).view());
  append(spend.datum, codec::encode(kCaller));
  append(spend.datum, codec::encode(kOther));
  append(spend.datum, codec::encode(std::uint64_t{100}));
  spend.redeemer = secret;
  spend.valid_until = Slot{100};
  spend.inputs.push_back({Hash{{3}}, kOther, Asset::swr, 5});
  return codec::encode(spend);
}

int run_all(const env::Path& folder, bool check) {
  const Bench bench(folder, check);
  const auto supply = codec::encode(Amount{1'000'000});
  const auto tokens = bench.after("token", ContractEntry::init, supply);
  const std::vector<Workload> contracts{
      {"counter: add", "counter", ContractEntry::call, method(0, std::uint64_t{1})},
      {"token: transfer", "token", ContractEntry::call, method(0, kOther, Amount{10}), tokens},
      {"escrow: open", "escrow", ContractEntry::call, method(0, std::uint64_t{1}, kOther, kOther, std::uint64_t{100})},
      {"hash_lock: spend", "hash_lock", ContractEntry::spend, spend_input()},
  };
  for (const Workload& work : contracts) bench.measure(work);
  bench.measure({"primes below 32 768", "work", ContractEntry::call, method(0, std::uint32_t{32'768})});
  bench.measure({"Fibonacci of 20 by recursion", "work", ContractEntry::call, method(1, std::uint32_t{20})});
  bench.measure(
      {"10 000 rounds of arithmetic", "work", ContractEntry::call, method(2, std::uint64_t{9}, std::uint32_t{10'000})});
  for (const Workload& work : contracts) bench.measure_call(work);
  for (const char* name : {"counter", "token", "escrow", "hash_lock"}) bench.measure_publication(name);
  return 0;
}

}  // namespace
}  // namespace aether::bench

int main(int argc, char** argv) {
  const bool check = argc == 3 && std::strcmp(argv[2], "--check") == 0;
  if (argc != 2 && !check) {
    std::fprintf(stderr, "usage: aether-bench-wasm FOLDER [--check]\n");
    return 64;
  }
  return aether::bench::run_all(argv[1], check);
}

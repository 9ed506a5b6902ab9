#include "contract_text.hpp"

#include "aether/api/json.hpp"
#include "aether/programs/codes.hpp"
#include "aether/wasm/wasm_vm.hpp"

namespace aether::cli {
namespace {

namespace json = boost::json;

std::string listed(const std::vector<std::string>& names) {
  std::string out;
  for (const auto& name : names) out += (out.empty() ? "" : ", ") + name;
  return out.empty() ? "none" : out;
}

json::array array_of(const std::vector<std::string>& names) {
  json::array out;
  for (const auto& name : names) out.push_back(json::string(name));
  return out;
}

// The codes that the SDK itself ends with (sdk/contract-cpp, contract/types.hpp).
std::string_view sdk_code(unsigned code) {
  switch (code) {
    case 9'001: return ": the input is not of the types that the method takes";
    case 9'002: return ": it has no such method";
    case 9'003: return ": an amount or number is out of range";
    case 9'004: return ": something is longer than its bound";
    case 9'005: return ": a stored value is not of its type";
    default: return ", whose meaning its source says";
  }
}

}  // namespace

Result<std::uint64_t, Failure> judge_module(ByteView module) {
  const auto verdict = wasm::judge(module);
  if (verdict) return *verdict;
  const ResultCode code = programs::result_code(verdict.error());
  return fail(Failure{kBadFile, std::string(programs::code_name(code)),
                      "no chain takes the module: " + std::string(to_string(verdict.error())),
                      "nothing was sent or written; spec/contracts.md says what a module may be"});
}

CommandResult describe_module(ByteView module) {
  const auto facts = read_module(module);
  if (!facts)
    return fail(Failure{kBadFile, "no_module", "the bytes are no WebAssembly module",
                        "aetherctl contract build makes one of C++ sources"});
  const std::string code = to_hex0x(code_hash(module).bytes);
  const auto steps = wasm::judge(module);
  const std::string price = steps ? std::to_string(*steps) + " steps" : std::string(to_string(steps.error()));
  return Output{"code         " + code + "\nbytes        " + std::to_string(module.size()) + "\nexports      " +
                    listed(facts->exports) + "\nimports      " + listed(facts->imports) + "\nmethods      " +
                    listed(facts->methods) + "\ncompiling    " + price + "\n",
                json::object{{"code", code},
                             {"bytes", module.size()},
                             {"exports", array_of(facts->exports)},
                             {"imports", array_of(facts->imports)},
                             {"methods", array_of(facts->methods)},
                             {"compile_steps", steps ? json::value(*steps) : json::value(nullptr)}}};
}

Result<void, Failure> add_log(const Log& log, const std::string& types, ShownLogs& out) {
  const std::string topic = topic_text(log.topic);
  std::string shown = to_hex0x(log.data);
  json::object entry{{"contract", to_hex0x(log.contract.bytes)}, {"topic", topic}, {"data", shown}};
  if (!types.empty()) {
    AETHER_TRY(auto values, decode_values(types, log.data));
    shown = values.text;
    entry.emplace("values", std::move(values.array));
  }
  out.text += topic + "  " + shown + "\n";
  out.array.push_back(std::move(entry));
  return {};
}

Result<void, Failure> add_result(ByteView output, std::span<const Log> logs, const std::string& returns, Output& out) {
  auto& object = out.json.get_object();
  object.emplace("output", to_hex0x(output));
  std::string shown = to_hex0x(output);
  if (!returns.empty()) {
    AETHER_TRY(auto values, decode_values(returns, output));
    shown = values.text;
    object.emplace("returned", std::move(values.array));
  }
  if (!output.empty()) out.text += "returned     " + shown + "\n";
  ShownLogs all;
  for (const auto& log : logs) {
    ShownLogs one;
    AETHER_CHECK(add_log(log, "", one));
    out.text += "log          " + one.text;
    all.array.push_back(std::move(one.array[0]));
  }
  object.emplace("logs", std::move(all.array));
  return {};
}

bool is_contract_code(ResultCode code) { return code.raw() >= programs::kAbortFirst; }

std::string outcome_name(ResultCode code, const std::string& name) {
  return is_contract_code(code) ? "contract_" + std::to_string(code.raw() - programs::kAbortFirst) : name;
}

Failure call_failure(ResultCode code, const std::string& name, std::string next) {
  if (code == result_code(ledger::Code::object_pruned)) next = "nothing was sent; " + std::string(kRestoreIt);
  if (!is_contract_code(code)) return {kFailed, name, "the call fails: " + name, std::move(next)};
  const unsigned own = code.raw() - programs::kAbortFirst;
  return {kFailed, outcome_name(code, name),
          "the contract refuses with its code " + std::to_string(own) + std::string(sdk_code(own)), std::move(next)};
}

}  // namespace aether::cli

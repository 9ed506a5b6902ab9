// contract call, query, logs, inspect.
#include <charconv>

#include "aether/api/json.hpp"
#include "aether/programs/contract_instructions.hpp"
#include "contract_text.hpp"
#include "payment.hpp"

namespace aether::cli {
namespace {

namespace json = boost::json;

constexpr std::string_view kNothingSent =
    "nothing was sent; aetherctl contract query tries other arguments for nothing";

// The place of --method among the contract's methods.
Result<std::uint8_t, Failure> method_place(const Arguments& arguments, const client::Rpc& rpc, const Hash& contract) {
  const std::string& method = arguments.method;
  std::uint8_t place = 0;
  const auto [end, error] = std::from_chars(method.data(), method.data() + method.size(), place);
  if (error == std::errc{} && end == method.data() + method.size()) return place;
  CLI_TRY(const auto known, rpc.call(api::GetContract{contract}));
  CLI_TRY(const auto code, rpc.call(api::GetCode{known.contract.code}));
  const auto facts = read_module(code.module);
  for (std::size_t i = 0; facts && i < facts->methods.size() && i < 256; ++i)
    if (facts->methods[i] == method) return static_cast<std::uint8_t>(i);
  std::string names;
  if (facts)
    for (const auto& name : facts->methods) names += (names.empty() ? "" : ", ") + name;
  return usage("no_such_method", "the contract names no method \"" + method + "\"" +
                                     (names.empty() ? "; give its number" : "; it has " + names));
}

struct ReadCall {
  Hash contract;
  programs::ContractCall call;
};

Result<ReadCall, Failure> read_call(const Arguments& arguments, const client::Rpc& rpc) {
  ReadCall out;
  AETHER_TRY(out.contract, read_id("contract id", arguments.contract));
  AETHER_TRY(const auto attached, read_attached(arguments.attach));
  out.call.swr = attached.swr;
  out.call.aic = attached.aic;
  AETHER_TRY(auto input, read_call_input(arguments));
  if (!arguments.method.empty()) {
    AETHER_TRY(const auto place, method_place(arguments, rpc, out.contract));
    input.insert(input.begin(), place);
  }
  out.call.input = std::move(input);
  return out;
}

Result<api::CallContractAnswer, Failure> try_call(const client::Rpc& rpc, const ReadCall& call,
                                                  const std::optional<crypto::PublicKey>& sender) {
  CLI_TRY(auto answer,
          rpc.call(api::CallContract{call.contract, call.call.input, sender, call.call.swr, call.call.aic}));
  if (answer.code == kSuccess) return answer;
  return fail(call_failure(answer.code, answer.code_name, std::string(kNothingSent)));
}

}  // namespace

CommandResult contract_query(const Arguments& arguments) {
  AETHER_TRY(const auto rpc, connect(arguments));
  AETHER_TRY(const auto call, read_call(arguments, rpc));
  std::optional<crypto::PublicKey> sender;
  if (!arguments.from.empty()) {
    AETHER_TRY(sender, resolve_public_key(arguments, arguments.from));
  }
  AETHER_TRY(const auto answer, try_call(rpc, call, sender));
  Output out{"", json::object{{"at", api::to_json(answer.at)},
                              {"gas_used", api::to_json(answer.gas_used)},
                              {"reads", api::to_json(answer.reads)},
                              {"writes", api::to_json(answer.writes)}}};
  AETHER_CHECK(add_result(answer.output, answer.logs, arguments.returns, out));
  out.text += "gas          " + std::to_string(answer.gas_used.raw()) + "\nslot         " +
              std::to_string(answer.at.slot.raw()) + "\n";
  return out;
}

CommandResult contract_call(const Arguments& arguments) {
  AETHER_TRY(auto intent, read_intent(arguments));
  AETHER_TRY(const auto rpc, connect(arguments));
  AETHER_TRY(const auto call, read_call(arguments, rpc));
  AETHER_TRY(const auto key, find_key(arguments, arguments.from));
  AETHER_TRY(const auto simulated, try_call(rpc, call, key.public_key));
  intent.call = programs::make_call(call.contract, call.call);
  AETHER_TRY(auto paid, pay(arguments, rpc, intent));
  // What it returns is no part of a receipt: it is the simulation's. Its logs are, once it is executed.
  const std::span<const Log> logs = paid.receipt ? std::span<const Log>(paid.receipt->logs) : simulated.logs;
  AETHER_CHECK(add_result(simulated.output, logs, arguments.returns, paid.output));
  return std::move(paid.output);
}

CommandResult contract_logs(const Arguments& arguments) {
  api::GetLogs request;
  AETHER_TRY(request.contract, read_id("contract id", arguments.contract));
  if (!arguments.topic.empty()) {
    AETHER_TRY(request.topic, read_topic(arguments.topic));
  }
  request.first.slot = Slot{arguments.first_slot};
  AETHER_TRY(const auto rpc, connect(arguments));
  ShownLogs shown;
  for (std::optional<api::LogPlace> next = request.first; next;) {
    request.first = *next;
    CLI_TRY(const auto page, rpc.call(request));
    // New blocks while we read would make the end run away.
    if (!request.last) request.last = page.at.slot;
    for (const auto& entry : page.logs) {
      const std::string slot = std::to_string(entry.place.slot.raw());
      shown.text += slot + "  ";
      AETHER_CHECK(add_log(entry.log, arguments.returns, shown));
      auto& object = shown.array.back().get_object();
      object.emplace("slot", slot);
      object.emplace("transaction", to_hex0x(entry.transaction.bytes));
    }
    next = page.next;
  }
  return Output{std::move(shown.text), std::move(shown.array)};
}

CommandResult contract_inspect(const Arguments& arguments) {
  const auto id = hash_from_hex(arguments.contract);
  if (!id) {
    AETHER_TRY(const auto module, read_input(arguments.contract, limits::kCodeBytesMax));
    return describe_module(module);
  }
  AETHER_TRY(const auto rpc, connect(arguments));
  const auto contract = rpc.call(api::GetContract{*id});
  const bool is_contract = contract || contract.error().code != api::ErrorCode::not_found;
  if (is_contract && !contract) return fail(failure_of(contract.error()));
  CLI_TRY(const auto code, rpc.call(api::GetCode{contract ? contract->contract.code : *id}));
  AETHER_TRY(auto out, describe_module(code.module));
  if (!contract) return out;
  const auto& facts = contract->contract;
  const std::string authority = facts.authority ? to_text(*facts.authority) : "nobody";
  out.text = "contract     " + to_hex0x(id->bytes) + "\naddress      " + to_text(contract_address(*id)) +
             "\ndeployer     " + to_text(facts.deployer) + "\nauthority    " + authority + "\nSWR          " +
             amount_to_text(contract->balance.swr) + "\nAIC          " + amount_to_text(contract->balance.aic) + "\n" +
             out.text;
  auto& object = out.json.get_object();
  object.emplace("contract", to_hex0x(id->bytes));
  object.emplace("address", to_text(contract_address(*id)));
  object.emplace("deployer", to_text(facts.deployer));
  object.emplace("authority", facts.authority ? json::value(json::string(authority)) : json::value(nullptr));
  object.emplace("balance", api::to_json(contract->balance));
  return out;
}

}  // namespace aether::cli

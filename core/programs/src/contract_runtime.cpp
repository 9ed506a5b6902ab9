#include <algorithm>

#include "contract_host.hpp"
#include "gas.hpp"

namespace aether::programs {
namespace {

ResultCode code_of(const ledger::VmFailure& failure) {
  if (failure.fault == ledger::VmFault::host) {
    AETHER_ASSERT(failure.code != kSuccess);
    return failure.code;
  }
  if (failure.fault == ledger::VmFault::out_of_gas) return ledger::result_code(ledger::Code::out_of_gas);
  return result_code(failure.fault);
}

}  // namespace

Outcome<void> CallStack::check_writable() const {
  if (mode_ == Mode::read_only) return refuse(ContractsCode::read_only);
  return {};
}

Outcome<Hash> CallStack::code_of(const Hash& contract) {
  AETHER_TRY(const auto object, context_.load<Contract>(contract_object(contract)));
  if (!object) return refuse(ContractsCode::no_such_contract);
  AETHER_TRY(const bool published, context_.observe(code_object(object->code)));
  if (!published) return refuse(ContractsCode::no_such_code);
  return object->code;
}

Outcome<void> CallStack::attach(const Frame& frame) {
  for (const Asset asset : {Asset::swr, Asset::aic}) {
    const Amount amount = frame.attached.of(asset);
    if (amount == 0) continue;
    if (frame.payer) {
      AETHER_CHECK(context_.debit(*frame.payer, asset, amount));
    } else {
      AETHER_CHECK(context_.debit_sender(asset, amount));
    }
    AETHER_CHECK(context_.deposit(contract_address(frame.contract), asset, amount));
  }
  return {};
}

Outcome<Bytes> CallStack::enter(const Frame& frame) {
  if (running_.size() == limits::kCallDepthMax) return refuse(ContractsCode::call_too_deep);
  if (std::find(running_.begin(), running_.end(), frame.contract) != running_.end())
    return refuse(ContractsCode::reentrant_call);
  AETHER_CHECK(context_.charge(context_.block().params.gas.per_instance));
  AETHER_TRY(const Hash code, code_of(frame.contract));
  AETHER_CHECK(attach(frame));

  Host host(*this, frame);
  const auto load = [&] {
    return Bytes(std::move(ledger::decode_object<aether::Code>(context_.observed(code_object(code))).module));
  };
  running_.push_back(frame.contract);
  const auto done = vm_.run(code, load, frame.entry, host);
  running_.pop_back();
  if (done) return host.take_output();
  const bool nothing_to_run =
      done.error().fault == ledger::VmFault::no_entry && frame.entry == ledger::ContractEntry::init;
  if (nothing_to_run) return Bytes{};
  return fail(programs::code_of(done.error()));
}

Outcome<void> Runtime::call(Context& context, const Hash& contract, ByteView data) const {
  AETHER_CHECK(charge_copied(context, data.size()));
  const auto call = codec::decode<ContractCall>(data);
  if (!call) return ledger::fail(ledger::Code::malformed_instruction);
  CallStack stack(context, vm_, CallStack::Mode::full);
  AETHER_TRY(Bytes output,
             stack.enter({contract, context.sender(), {call->swr, call->aic}, std::nullopt, call->input}));
  context.set_output(std::move(output));
  return {};
}

Outcome<void> Runtime::judge(Context& context, const Hash& contract, const Spend& spend) const {
  // The outputs and the redeemer are the transaction's bytes, an input is of 81.
  AETHER_CHECK(
      charge_copied(context, context.transaction().byte_size() + spend.datum.size() + 81 * spend.inputs.size()));
  const Bytes input = codec::encode(spend);
  CallStack stack(context, vm_, CallStack::Mode::read_only);
  AETHER_CHECK(stack.enter({contract, context.sender(), {}, std::nullopt, input, ledger::ContractEntry::spend}));
  return {};
}

}  // namespace aether::programs

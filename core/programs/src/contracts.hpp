// Program `contracts`: modules and the contracts that run them. And the runtime that calls those.
#pragma once

#include "aether/ledger/contract_vm.hpp"
#include "aether/ledger/programs.hpp"
#include "aether/programs/codes.hpp"
#include "aether/programs/contract_instructions.hpp"

namespace aether::programs {

using ledger::Context;
using ledger::ContractVm;
using ledger::Outcome;

[[nodiscard]] inline std::unexpected<ResultCode> refuse(ContractsCode code) {
  return std::unexpected(result_code(code));
}

class Contracts final : public ledger::Program {
 public:
  explicit Contracts(const ContractVm& vm) : vm_(vm) {}
  Hash id() const override { return id_; }
  Outcome<void> execute(Context& context, ByteView instruction) const override;
  // A contract's assets are its account's.
  Balance value_held(const ObjectId&, ByteView) const override { return {}; }
  bool is_dispute(ByteView) const override { return false; }

 private:
  Outcome<void> run(Context& context, const Upload& i) const;
  Outcome<void> run(Context& context, const Publish& i) const;
  Outcome<void> run(Context& context, const Deploy& i) const;
  Outcome<void> run(Context& context, const Upgrade& i) const;
  Outcome<void> run(Context& context, const SetAuthority& i) const;

  const ContractVm& vm_;
  Hash id_ = contracts_program_id();
};

class Runtime final : public ledger::ContractRuntime {
 public:
  explicit Runtime(const ContractVm& vm) : vm_(vm) {}
  Outcome<void> call(Context& context, const Hash& contract, ByteView data) const override;
  Outcome<void> judge(Context& context, const Hash& contract, const Spend& spend) const override;

 private:
  const ContractVm& vm_;
};

// One run of a contract, by a transaction or by another contract.
struct Frame {
  Hash contract;
  Address caller;
  Balance attached;  // from the contract `payer`, else from the sender
  std::optional<Address> payer;
  ByteView input;
  ledger::ContractEntry entry = ledger::ContractEntry::call;
};

// The contracts that run in one call of a transaction, or in the judgement of one input.
class CallStack {
 public:
  enum class Mode : std::uint8_t { full, read_only };
  CallStack(Context& context, const ContractVm& vm, Mode mode) : context_(context), vm_(vm), mode_(mode) {}

  // The output of the run. A module without `init` has nothing to run in a deployment.
  [[nodiscard]] Outcome<Bytes> enter(const Frame& frame);
  [[nodiscard]] Context& context() { return context_; }
  [[nodiscard]] Outcome<void> check_writable() const;

 private:
  Outcome<Hash> code_of(const Hash& contract);
  Outcome<void> attach(const Frame& frame);

  Context& context_;
  const ContractVm& vm_;
  Mode mode_;
  std::vector<Hash> running_;
};

}  // namespace aether::programs

#include "contracts.hpp"

#include "gas.hpp"

namespace aether::programs {

namespace {

// The contract, which the sender has authority over.
Outcome<Contract> load_own(Context& context, const Hash& id) {
  AETHER_TRY(auto contract, context.load<Contract>(contract_object(id)));
  if (!contract) return refuse(ContractsCode::no_such_contract);
  if (!contract->authority) return refuse(ContractsCode::no_authority);
  if (*contract->authority != context.sender()) return refuse(ContractsCode::not_the_authority);
  return std::move(*contract);
}

Outcome<void> check_published(Context& context, const Hash& code) {
  AETHER_TRY(const bool published, context.observe(code_object(code)));
  if (!published) return refuse(ContractsCode::no_such_code);
  return {};
}

}  // namespace

Outcome<void> Contracts::execute(Context& context, ByteView bytes) const {
  AETHER_CHECK(charge_instruction(context, bytes.size()));
  const auto instruction = codec::decode<ContractsInstruction>(bytes);
  if (!instruction) return ledger::fail(ledger::Code::malformed_instruction);
  return std::visit([&](const auto& i) { return run(context, i); }, *instruction);
}

Outcome<void> Contracts::run(Context& context, const Upload& i) const {
  if (i.index >= limits::kCodeChunksMax) return refuse(ContractsCode::chunk_range);
  const ObjectId id = upload_object(context.sender(), i.code, i.index);
  if (!i.bytes.empty()) {
    AETHER_CHECK(charge_stored(context, i.bytes.size()));
    return context.store(id, UploadedChunk{1, i.bytes});
  }
  AETHER_TRY(const bool known, context.observe(id));
  if (!known) return refuse(ContractsCode::no_such_chunk);
  return context.erase(id);
}

Outcome<void> Contracts::run(Context& context, const Publish& i) const {
  if (i.chunks == 0 || i.chunks > limits::kCodeChunksMax) return refuse(ContractsCode::chunk_range);
  AETHER_TRY(const ledger::Presence known, context.presence(code_object(i.code)));
  if (known == ledger::Presence::present) return refuse(ContractsCode::code_exists);
  aether::Code code;
  for (std::uint32_t at = 0; at < i.chunks; ++at) {
    AETHER_TRY(const auto chunk, context.load<UploadedChunk>(upload_object(context.sender(), i.code, at)));
    if (!chunk) return refuse(ContractsCode::no_such_chunk);
    append(code.module, chunk->bytes);
  }
  if (code.module.size() > code.module.kMax) return fail(result_code(ledger::ModuleError::too_large));
  AETHER_CHECK(charge_hashed(context, code.module.size()));
  if (code_hash(code.module) != i.code) return refuse(ContractsCode::other_code);
  AETHER_CHECK(charge_judged(context, code.module.size()));
  const auto compile_steps = vm_.judge(code.module);
  if (!compile_steps) return fail(result_code(compile_steps.error()));
  AETHER_CHECK(context.charge(*compile_steps));
  // Nobody pays for a simulation: what it tells is the verdict's alone.
  if (context.mode() == ledger::AccessMode::enforce) {
    if (const auto sound = vm_.publish(i.code, code.module); !sound) return fail(result_code(sound.error()));
  }
  for (std::uint32_t at = 0; at < i.chunks; ++at)
    AETHER_CHECK(context.erase(upload_object(context.sender(), i.code, at)));
  // Its hash, being its key, is right.
  if (known == ledger::Presence::pruned) return context.restore(code_object(i.code), codec::encode(code));
  return context.store(code_object(i.code), code);
}

Outcome<void> Contracts::run(Context& context, const Deploy& i) const {
  const Hash id = contract_id(context.block().chain_id, context.sender(), i.salt);
  AETHER_TRY(const bool known, context.observe(contract_object(id)));
  if (known) return refuse(ContractsCode::contract_exists);
  AETHER_CHECK(check_published(context, i.code));
  AETHER_CHECK(context.store(contract_object(id), Contract{1, i.code, context.sender(), i.authority}));
  CallStack stack(context, vm_, CallStack::Mode::full);
  AETHER_TRY(Bytes output,
             stack.enter({id, context.sender(), {i.swr, i.aic}, std::nullopt, i.input, ledger::ContractEntry::init}));
  context.set_output(std::move(output));
  return {};
}

Outcome<void> Contracts::run(Context& context, const Upgrade& i) const {
  AETHER_TRY(Contract contract, load_own(context, i.contract));
  AETHER_CHECK(check_published(context, i.code));
  contract.code = i.code;
  return context.store(contract_object(i.contract), contract);
}

Outcome<void> Contracts::run(Context& context, const SetAuthority& i) const {
  AETHER_TRY(Contract contract, load_own(context, i.contract));
  contract.authority = i.authority;
  return context.store(contract_object(i.contract), contract);
}

}  // namespace aether::programs

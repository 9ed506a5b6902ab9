#include "aether/programs/contract_instructions.hpp"

#include <algorithm>

#include "aether/ledger/program.hpp"

namespace aether::programs {

Hash contracts_program_id() { return ledger::native_program_id("contracts"); }

Call make_call(const ContractsInstruction& instruction) { return {contracts_program_id(), codec::encode(instruction)}; }
Call make_call(const Hash& contract, const ContractCall& call) { return {contract, codec::encode(call)}; }

namespace {

struct Access {
  ChainId chain;
  const Address& sender;

  AccessSets operator()(const Upload& i) const { return {{}, {upload_object(sender, i.code, i.index)}}; }
  AccessSets operator()(const Publish& i) const {
    AccessSets out{{}, {code_object(i.code)}};
    const std::size_t chunks = std::min<std::size_t>(i.chunks, limits::kCodeChunksMax);
    for (std::uint32_t at = 0; at < chunks; ++at) out.writes.insert(upload_object(sender, i.code, at));
    return out;
  }
  AccessSets operator()(const Deploy& i) const {
    const Hash id = contract_id(chain, sender, i.salt);
    AccessSets out{{code_object(i.code)}, {contract_object(id)}};
    if (i.swr != 0 || i.aic != 0) out.writes.insert(account_object(contract_address(id)));
    return out;
  }
  AccessSets operator()(const Upgrade& i) const { return {{code_object(i.code)}, {contract_object(i.contract)}}; }
  AccessSets operator()(const SetAuthority& i) const { return {{}, {contract_object(i.contract)}}; }
};

}  // namespace

AccessSets access_sets(const ContractsInstruction& instruction, ChainId chain, const Address& sender) {
  return std::visit(Access{chain, sender}, instruction);
}

}  // namespace aether::programs

#include "aether/programs/codes.hpp"
#include "aether/programs/contract_instructions.hpp"
#include "answers.hpp"

namespace aether::query {

api::Answer<api::CallContractAnswer> ChainQueries::handle(const api::CallContract& request) {
  const auto snapshot = chain_.snapshot();
  const auto facts = chain_.next_facts(*snapshot);
  const ObjectId object = contract_object(request.contract);
  if (!snapshot->contains(object)) return no_object(*snapshot, object, "contract");
  TransactionBody body;
  body.chain_id = facts.chain_id;
  body.sender = request.sender ? *request.sender : crypto::PublicKey{};
  body.gas_limit = Gas{facts.params.block.gas_max};
  body.call = programs::make_call(
      request.contract,
      programs::ContractCall{request.swr ? *request.swr : 0, request.aic ? *request.aic : 0, request.input});
  auto out = ledger::simulate(*snapshot, chain_.programs(), facts, assume_verified({std::move(body), {}}));
  return api::CallContractAnswer{
      tip_of(*snapshot),    out.receipt.code,      std::string(programs::code_name(out.receipt.code)),
      out.receipt.gas_used, std::move(out.output), std::move(out.receipt.logs),
      std::move(out.reads), std::move(out.writes)};
}

api::Answer<api::GetContractAnswer> ChainQueries::handle(const api::GetContract& request) {
  const auto snapshot = chain_.snapshot();
  const auto contract = ledger::load<Contract>(*snapshot, contract_object(request.contract));
  if (!contract) return no_object(*snapshot, contract_object(request.contract), "contract");
  const auto code = ledger::load<Code>(*snapshot, code_object(contract->code));
  const auto account = ledger::load_or_default<Account>(*snapshot, account_object(contract_address(request.contract)));
  return api::GetContractAnswer{tip_of(*snapshot), *contract,
                                code ? static_cast<std::uint32_t>(code->module.size()) : 0, account.balance};
}

api::Answer<api::GetCodeAnswer> ChainQueries::handle(const api::GetCode& request) {
  const auto snapshot = chain_.snapshot();
  auto code = ledger::load<Code>(*snapshot, code_object(request.code));
  if (!code) return no_object(*snapshot, code_object(request.code), "published module");
  return api::GetCodeAnswer{tip_of(*snapshot), std::move(code->module)};
}

api::Answer<api::GetStorageAnswer> ChainQueries::handle(const api::GetStorage& request) {
  const auto snapshot = chain_.snapshot();
  const ObjectId object = storage_object(request.contract, request.key);
  auto entry = ledger::load<StorageEntry>(*snapshot, object);
  api::GetStorageAnswer out{tip_of(*snapshot), {}};
  if (entry) {
    out.value = std::move(entry->value);
  } else if (snapshot->contains(ledger::rent_object(object))) {
    return no_object(*snapshot, object, "entry");
  }
  return out;
}

api::Answer<api::GetLogsAnswer> ChainQueries::handle(const api::GetLogs& request) {
  AETHER_TRY(const auto limit, api::page_limit(request.limit));
  const auto snapshot = chain_.snapshot();
  const Slot newest = snapshot->tip()->slot;
  const Slot last = request.last ? std::min(*request.last, newest) : newest;
  api::GetLogsAnswer out{tip_of(*snapshot), {}, {}};
  // Where the page goes on, in the order of the places; of the first slot only what is not before `first`.
  api::LogPlace at = request.first;
  for (std::uint64_t blocks = 0; at.slot <= last; at = {next(at.slot), 0, 0}, ++blocks) {
    if (blocks == api::kLogBlocksMax) {
      out.next = at;
      return out;
    }
    const auto receipts = snapshot->receipts(at.slot);
    if (!receipts) return absent(at.slot);
    for (; at.transaction < receipts->size(); ++at.transaction, at.log = 0) {
      const Receipt& receipt = (*receipts)[at.transaction];
      for (; at.log < receipt.logs.size(); ++at.log) {
        const Log& log = receipt.logs[at.log];
        if (!api::passes(log, request.contract, request.topic)) continue;
        if (out.logs.size() == limit) {
          out.next = at;
          return out;
        }
        out.logs.push_back({at, receipt.transaction, log});
      }
    }
  }
  return out;
}

}  // namespace aether::query

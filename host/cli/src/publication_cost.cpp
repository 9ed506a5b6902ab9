#include "publication_cost.hpp"

#include "aether/ledger/admission.hpp"
#include "aether/programs/contract_instructions.hpp"

namespace aether::cli {
namespace {

constexpr std::uint64_t in_kib(std::uint64_t bytes) { return (bytes + 1'023) / 1'024; }

// Object and record of its deposit, each read and written.
constexpr std::uint64_t kAccessesPerObject = 4;

std::uint64_t bytes_of(const programs::ContractsInstruction& instruction) {
  TransactionBody body;
  const auto sets = programs::access_sets(instruction, ChainId{}, Address{});
  body.reads = sets.reads;
  body.writes = sets.writes;
  body.call = programs::make_call(instruction);
  return codec::encode(Transaction{std::move(body), {}}).size();
}

}  // namespace

std::optional<PublicationCost> publication_cost(const ChainParams& params, ByteView module,
                                                std::uint64_t compile_steps) {
  const GasParams& gas = params.gas;
  const std::uint64_t per_object = kAccessesPerObject * gas.per_state_access;
  PublicationCost out;
  const auto add = [&](const programs::ContractsInstruction& instruction, std::uint64_t steps) {
    const auto fee = ledger::base_fee(params.fees, bytes_of(instruction), steps, ledger::kMultiplierAtRest);
    const auto sum = fee ? checked_add(out.fee, *fee) : std::nullopt;
    if (sum) out.fee = *sum;
    return sum.has_value();
  };
  programs::Publish publish{code_hash(module), 0};
  for (std::size_t at = 0; at < module.size(); at += limits::kCodeChunkBytesMax) {
    const ByteView chunk = module.subspan(at, std::min(module.size() - at, limits::kCodeChunkBytesMax));
    const std::uint64_t steps =
        gas.instruction + per_object + in_kib(chunk.size()) * gas.per_kib_hashed + chunk.size() * gas.per_stored_byte;
    if (!add(programs::Upload{publish.code, publish.chunks++, Bytes(chunk.begin(), chunk.end())}, steps))
      return std::nullopt;
  }
  out.publish_steps = gas.instruction + (publish.chunks + 1) * per_object + in_kib(module.size()) * gas.per_kib_hashed +
                      module.size() * gas.per_judged_byte + compile_steps;
  if (!add(publish, out.publish_steps)) return std::nullopt;
  return out;
}

}  // namespace aether::cli

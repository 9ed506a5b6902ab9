#include "answers.hpp"

namespace aether::query {
namespace {

constexpr std::string_view kVersion = "0.1.0";

}  // namespace

ChainQueries::ChainQueries(const chain::Chain& chain) : chain_(chain), genesis_(codec::encode(chain.genesis())) {}

api::ChainKind ChainQueries::kind() const {
  return std::holds_alternative<DevSealer>(chain_.genesis().sealer) ? api::ChainKind::dev : api::ChainKind::validators;
}

api::Answer<api::GetChainIdAnswer> ChainQueries::handle(const api::GetChainId&) {
  const Genesis& genesis = chain_.genesis();
  return api::GetChainIdAnswer{tip_of(*chain_.snapshot()), genesis.chain_id, chain_.hash_of_genesis(), kind(),
                               genesis.params};
}

api::Answer<api::GetGenesisAnswer> ChainQueries::handle(const api::GetGenesis& request) {
  const std::uint32_t offset = request.offset ? *request.offset : 0;
  if (offset >= genesis_.size())
    return error(ErrorCode::invalid_params, "params: offset must be below " + std::to_string(genesis_.size()),
                 "out_of_range");
  const std::size_t size = std::min<std::size_t>(genesis_.size() - offset, api::kGenesisChunkBytesMax);
  api::GetGenesisAnswer out{tip_of(*chain_.snapshot()), static_cast<std::uint32_t>(genesis_.size()), {}, {}};
  out.bytes.assign(genesis_.begin() + offset, genesis_.begin() + offset + static_cast<std::ptrdiff_t>(size));
  if (offset + size < genesis_.size()) out.next = static_cast<std::uint32_t>(offset + size);
  return out;
}

api::Answer<api::SlotAnswer> ChainQueries::handle(const api::GetSlotNumber&) {
  const Running now = running();
  const auto final_tip = tip_of(*chain_.snapshot());
  return api::SlotAnswer{now.unfinal && now.unfinal->at.slot > final_tip.slot ? now.unfinal->at : final_tip};
}

api::Answer<api::SlotAnswer> ChainQueries::handle(const api::GetFinalizedSlot&) {
  return api::SlotAnswer{tip_of(*chain_.snapshot())};
}

api::Answer<api::GetHealthAnswer> ChainQueries::handle(const api::GetHealth&) {
  Running now = running();
  const auto snapshot = chain_.snapshot();
  return api::GetHealthAnswer{tip_of(*snapshot),        now.status,           std::move(now.missing), now.pending,
                              snapshot->tip()->time_ms, std::string(kVersion)};
}

api::Answer<api::GetPeersAnswer> ChainQueries::handle(const api::GetPeers&) {
  return error(ErrorCode::not_available, "this chain is one process and has no peers");
}

api::Answer<api::SlotAnswer> ChainQueries::handle(const api::DevSeal&) {
  return error(ErrorCode::not_available, "blocks of this chain are made by its validators, not when told");
}

}  // namespace aether::query

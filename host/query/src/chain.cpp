#include "answers.hpp"

namespace aether::query {
namespace {

constexpr std::string_view kVersion = "0.1.0";

}  // namespace

api::Answer<api::GetChainIdAnswer> ChainQueries::handle(const api::GetChainId&) {
  const Genesis& genesis = chain_.genesis();
  return api::GetChainIdAnswer{tip_of(*chain_.snapshot()), genesis.chain_id, chain_.hash_of_genesis(), genesis.sealer,
                               genesis.params};
}

api::Answer<api::GetHealthAnswer> ChainQueries::handle(const api::GetHealth&) {
  const Running now = running();
  const auto snapshot = chain_.snapshot();
  return api::GetHealthAnswer{tip_of(*snapshot), now.status, now.pending, snapshot->tip()->time_ms,
                              std::string(kVersion)};
}

api::Answer<api::DevSealAnswer> ChainQueries::handle(const api::DevSeal&) {
  return error(ErrorCode::not_available, "blocks of this chain are made by its validators, not when told");
}

}  // namespace aether::query

// A chain of four validators whose blocks are what the test says, and what answers for it.
#pragma once

#include "../../../core/ledger/test/stake_chain.hpp"
#include "local_chain.hpp"

namespace aether::query::testing {

using ledger::testing::StakeChain;
using ledger::testing::validator;

class Asked final : public ChainQueries {
 public:
  explicit Asked(const chain::Chain& chain) : ChainQueries(chain) {}
  using ChainQueries::handle;
  api::Answer<api::SendRawTransactionAnswer> handle(const api::SendRawTransaction&) override {
    return error(api::ErrorCode::not_available, "nobody takes it");
  }
  Running now;

 protected:
  Running running() const override { return now; }
  std::optional<Transaction> waiting(const Hash&) const override { return std::nullopt; }
  RecentTransactions::Behind taken(const std::optional<std::uint64_t>&) const override { return {}; }
};

inline constexpr std::uint64_t kEpochSlots = 6;

// `model` says what the state must be.
struct ValidatorChain {
  StakeChain model{std::array<Amount, 4>{1'000'000, 2'000'000, 3'000'000, 4'000'000}, kEpochSlots};
  SerialPool pool;
  std::unique_ptr<chain::Chain> chain =
      std::move(*chain::Chain::open({.directory = {}, .ephemeral = true, .genesis = model.genesis}, pool));
  Asked asked{*chain};

  void block(const ledger::ConsensusInput& consensus) {
    const auto snapshot = chain->snapshot();
    const Slot slot = next(snapshot->tip()->slot);
    const ledger::BlockInput input{{model.genesis.chain_id, slot, model.genesis.params}, {}, {}, &consensus};
    const auto executed = exec::execute_block(*snapshot, snapshot->tree(), chain->programs(), input, pool, {});
    ASSERT_TRUE(executed);
    Block sealed{};
    sealed.header.body.slot = slot;
    sealed.header.body.parent_hash = snapshot->tip()->hash;
    BftSealer sealer;
    sealer.parent_certificate = PrevoteCertificate{snapshot->tip()->slot, snapshot->tip()->hash, {}, {}};
    sealer.final_certificate = snapshot->certificate();
    sealed.header.body.sealer = std::move(sealer);
    sealed.header.signature = crypto::KesSignature{};
    const chain::FinalBlock final_block{block_hash(sealed.header.body), sealed, {}, *executed};
    ASSERT_TRUE(chain->commit(std::span(&final_block, 1), PrecommitCertificate{slot, final_block.hash, {}, {}}));
    model.apply(consensus);
  }
  void run_to(Slot slot) {
    while (model.slot <= slot) block(model.input());
  }
  std::string rpc_error(std::string_view method, boost::json::value params) {
    const auto answer = boost::json::parse(api::dispatch(asked, api::request_text(method, std::move(params))));
    const auto* error = answer.as_object().if_contains("error");
    return error == nullptr ? "" : std::string(error->at("data").at("name").as_string());
  }
};

}  // namespace aether::query::testing

// What is estimated stands in the next block, and in a dearer one.

#include "aether/query/fee_estimate.hpp"
#include "local_chain.hpp"

namespace aether::query {
namespace {

using testing::LocalChain;
using testing::user_seed;

TransactionBody with(TransactionBody body, const api::EstimateFeeAnswer& estimate) {
  body.reads = estimate.reads;
  body.writes = estimate.writes;
  body.gas_limit = estimate.gas_limit;
  body.max_fee = estimate.max_fee;
  return body;
}

api::EstimateFee asking(const TransactionBody& body) { return {codec::encode(Transaction{body, {}})}; }

TEST(FeeEstimate, OfATransferIsEnoughAndSaysWhatIsCharged) {
  LocalChain local;
  TransactionBody body = local.transfer(0, 1);
  body.priority_fee = 77;
  const auto estimate = *local.ask(asking(body));
  EXPECT_EQ(estimate.at.slot, Slot{0});
  EXPECT_EQ(estimate.code, kSuccess);
  EXPECT_EQ(estimate.code_name, "success");
  EXPECT_EQ(estimate.multiplier, ledger::kMultiplierAtRest);
  body = with(body, estimate);
  EXPECT_EQ(local.outcome(sign(body, user_seed(0))), "success");
  const Receipt receipt = *local.receipt(transaction_id(body)).receipt;
  EXPECT_EQ(receipt.gas_used, estimate.gas_used);
  EXPECT_EQ(receipt.fee, estimate.fee);
  EXPECT_LE(receipt.fee, estimate.max_fee);
  const Amount at_limit = *ledger::base_fee({}, codec::encode(Transaction{body, {}}).size(), estimate.gas_limit.raw(),
                                            ledger::kMultiplierAtRest);
  EXPECT_EQ(estimate.max_fee, at_limit + 77);
}

TEST(FeeEstimate, OfACallDeclaresWhatItNeeds) {
  LocalChain local;
  const programs::ModelFacts facts = testing::model_facts(1);
  const programs::ModelsInstruction instruction = programs::RegisterModel{facts};
  const TransactionBody body = local.call(0, 1, programs::make_call(instruction), {});
  const auto estimate = *local.ask(asking(body));
  EXPECT_TRUE(estimate.writes.contains(programs::model_object(programs::model_id(facts))));
  EXPECT_EQ(estimate.gas_limit.raw(), estimate.gas_used.raw() + estimate.gas_used.raw() / 4);
  EXPECT_EQ(local.outcome(sign(with(body, estimate), user_seed(0))), "success");
}

TEST(FeeEstimate, NamesWhyItWouldFail) {
  LocalChain local;
  TransactionBody body = local.transfer(0, 1, testing::kSwrOfUser + 1);
  const auto estimate = *local.ask(asking(body));
  EXPECT_EQ(estimate.code_name, "insufficient_funds");
  body.chain_id = ChainId{6};
  EXPECT_EQ(local.rpc_error("aeth_estimateFee", api::to_json(asking(body))), "rejected_transaction:wrong_chain");
  body = local.transfer(0, 1, 0);
  EXPECT_EQ(local.rpc_error("aeth_estimateFee", api::to_json(asking(body))),
            local.rpc_error("aeth_simulate", api::to_json(asking(body))));
  EXPECT_EQ(local.rpc_error("aeth_estimateFee", {{"transaction", "0x00"}}), "malformed_transaction:bcs");
}

// The state of one object's heat.
class Heated final : public ledger::StateView {
 public:
  Heated(const ledger::StateView& below, const ObjectId& object, ledger::Multiplier multiplier)
      : below_(below), object_(ledger::congestion_object(object)) {
    ledger::Congestion heat;
    heat.slot = Slot{0};
    heat.average = ledger::kFullShare;
    heat.multiplier = multiplier;
    value_ = codec::encode(heat);
  }
  std::optional<Bytes> get(const ObjectId& id) const override { return id == object_ ? value_ : below_.get(id); }

 private:
  const ledger::StateView& below_;
  ObjectId object_;
  Bytes value_;
};

TEST(FeeEstimate, LeavesRoomForFourBlocksOfGrowthOfWhatIsInDemand) {
  LocalChain local;
  const programs::ModelFacts facts = testing::model_facts(1);
  const programs::ModelsInstruction instruction = programs::RegisterModel{facts};
  TransactionBody body = local.call(0, 1, programs::make_call(instruction), {});
  const auto snapshot = local.chain->snapshot();
  const auto block = local.chain->next_facts(*snapshot);
  const auto estimate_at = [&](std::uint64_t multiplier) {
    const Heated state(*snapshot, programs::model_object(programs::model_id(facts)), ledger::Multiplier{multiplier});
    return *estimate_fee(state, local.chain->programs(), block, body);
  };
  const auto fee_at = [&](const FeeEstimate& estimate, std::uint64_t multiplier) {
    body.reads = estimate.simulation.reads;
    body.writes = estimate.simulation.writes;
    return *ledger::base_fee(block.params.fees, codec::encode(Transaction{body, {}}).size(), estimate.gas_limit.raw(),
                             ledger::Multiplier{multiplier});
  };
  const auto warm = estimate_at(2'000'000);
  EXPECT_EQ(warm.simulation.multiplier, ledger::Multiplier{2'000'000});
  EXPECT_EQ(warm.max_fee, fee_at(warm, 3'203'612));  // 2.25, 2.53125, 2.847656, 3.203612
  const auto hottest = estimate_at(100'000'000);
  EXPECT_EQ(hottest.max_fee, fee_at(hottest, 100'000'000));
}

}  // namespace
}  // namespace aether::query

// What aeth_getRent says of an object through its life.
#include "aether/programs/rent_instructions.hpp"
#include "local_chain.hpp"

namespace aether::query {
namespace {

using namespace testing;
using enum api::RentStatus;

struct Rented {
  LocalChain local{{.rent = {10, 2, 4}, .epoch_slots = 5}};
  std::uint64_t nonce = 0;

  api::GetRentAnswer rent(const ObjectId& object) { return *local.ask(api::GetRent{object}); }
  std::string send(const programs::RentInstruction& instruction) {
    const auto body = local.call(2, ++nonce, programs::make_call(instruction), programs::access_sets(instruction));
    return local.outcome(sign(body, user_seed(2)));
  }
};

TEST(Rent, IsToldThroughTheLifeOfAnObject) {
  Rented r;
  auto body = r.local.transfer(0, 1);
  body.outputs[0].kind = OutputKind::utxo;
  body.gas_limit = Gas{10'000};
  const ObjectId utxo = utxo_object(utxo_id(transaction_id(body), 0));
  EXPECT_EQ(r.rent(utxo).status, absent);
  ASSERT_EQ(r.local.outcome(sign(body, user_seed(0))), "success");
  const Bytes value = *r.local.chain->snapshot()->get(utxo);
  const Amount per_epoch = 10 * (value.size() + 192);

  auto told = r.rent(utxo);
  EXPECT_EQ(told.status, paid);
  EXPECT_EQ(told.deposit->payer, user(0));
  EXPECT_EQ(told.per_epoch, per_epoch);
  EXPECT_EQ(told.left, 2 * per_epoch);
  EXPECT_EQ(told.exhausted_from, Slot{10});
  EXPECT_EQ(r.send(programs::Prune{utxo}), "not_exhausted");
  r.local.seal(4);  // the next block is in the next epoch
  told = r.rent(utxo);
  EXPECT_EQ(told.epoch, 1u);
  EXPECT_EQ(told.left, per_epoch);
  r.local.seal(4);
  EXPECT_EQ(r.rent(utxo).status, exhausted);
  EXPECT_EQ(r.rent(utxo).epoch, 2u);
  ASSERT_EQ(r.send(programs::Prune{utxo}), "success");
  told = r.rent(utxo);
  EXPECT_EQ(told.status, pruned);
  EXPECT_EQ(told.pruned->value, value_hash(value));
  EXPECT_FALSE(told.deposit || told.left || told.per_epoch || told.exhausted_from);
  ASSERT_EQ(r.send(programs::Restore{utxo, value}), "success");
  EXPECT_EQ(r.rent(utxo).deposit->payer, user(2));
  ASSERT_EQ(r.send(programs::Fund{utxo, 4 * per_epoch}), "success");
  EXPECT_EQ(r.rent(utxo).status, exempt);
  EXPECT_EQ(r.rent(utxo).exhausted_from, std::nullopt);
}

TEST(Rent, WhatPaysNoneIsSaidTo) {
  Rented r;
  EXPECT_EQ(r.rent(account_object(user(0))).status, unrented);
  EXPECT_EQ(r.rent(kSupplyObject).status, unrented);
  LocalChain without{{.rent = {0, 12, 12}}};
  EXPECT_EQ(without.ask(api::GetRent{utxo_object({})})->status, unrented);
}

}  // namespace
}  // namespace aether::query

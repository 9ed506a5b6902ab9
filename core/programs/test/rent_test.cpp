// Program `rent`, and what becomes of contracts, their code, storage and scripts when these are pruned.
#include "aether/programs/rent_instructions.hpp"

#include "aether/ledger/rent.hpp"
#include "contract_world.hpp"

namespace aether::programs::testing {
namespace {

ResultCode of(Code code) { return ledger::result_code(code); }
ResultCode of(ContractsCode code) { return result_code(code); }

// Epochs of ten slots, of which a deposit pays two.
struct Rented {
  ContractWorld world;
  Rented() {
    world.params.rent = {2, 2, 12};
    world.params.block.epoch_slots = 10;
  }
  ResultCode send(const RentInstruction& instruction, std::uint8_t from = 2) {
    auto body = world.body(from, make_call(instruction));
    const ResultCode code = world.send(body);
    if (code == kSuccess) {
      EXPECT_EQ(world.simulation.writes, access_sets(instruction).writes);
      EXPECT_EQ(world.simulation.reads, access_sets(instruction).reads);
    }
    return code;
  }
  // Two epochs later, pruned by another. The value that it had.
  Bytes run_out(const ObjectId& id) {
    world.slot = Slot{world.slot.raw() + 20};
    const auto value = world.get(id);
    EXPECT_TRUE(value.has_value());
    EXPECT_EQ(send(Prune{id}), kSuccess);
    EXPECT_FALSE(world.get(id).has_value());
    return value ? *value : Bytes{};
  }
};

TEST(Rent, an_object_is_funded_runs_out_is_pruned_and_restored) {
  Rented r;
  const Hash id = r.world.deploy(1, r.world.publish({}));
  const ObjectId object = contract_object(id);
  EXPECT_EQ(r.send(Prune{object}), of(Code::not_exhausted));
  EXPECT_EQ(r.send(Restore{object, {}}), of(Code::not_pruned));
  EXPECT_EQ(r.send(Fund{object, 1}), of(Code::deposit_too_low));
  EXPECT_EQ(r.send(Fund{contract_object({}), 1'000'000}), of(Code::not_rented));
  const std::size_t bytes = r.world.get(object)->size();
  EXPECT_EQ(r.send(Fund{object, 3 * ledger::rent_per_epoch(r.world.params.rent, bytes)}), kSuccess);
  r.world.slot = Slot{25};
  EXPECT_EQ(r.send(Prune{object}), of(Code::not_exhausted));
  r.world.slot = Slot{30};
  const Bytes value = r.run_out(object);
  EXPECT_EQ(r.send(Restore{object, Bytes{1}}), of(Code::other_value));
  EXPECT_EQ(r.send(Restore{object, value}), kSuccess);
  EXPECT_EQ(r.world.get(object), value);
}

TEST(Rent, an_instruction_that_is_none_is_refused) {
  Rented r;
  EXPECT_EQ(r.world.send(r.world.body(0, Call{rent_program_id(), Bytes{9}})), of(Code::malformed_instruction));
}

TEST(Rent, a_restored_value_is_charged_as_stored_and_hashed) {
  Rented r;
  const Hash id = r.world.deploy(1, r.world.publish({}));
  ASSERT_EQ(r.world.call(1, id, {set("key", Bytes(10'000, 3))}), kSuccess);
  const ObjectId entry = storage_object(id, text("key"));
  const Bytes value = r.run_out(entry);
  ASSERT_EQ(r.send(Restore{entry, value}), kSuccess);
  const std::uint64_t size = value.size(), instruction = codec::encode(RentInstruction(Restore{entry, value})).size();
  const auto kib = [](std::uint64_t bytes) { return (bytes + 1'023) / 1'024; };
  EXPECT_EQ(r.world.receipt.gas_used.raw(), 2 * 1'000 + 100 * kib(instruction) + 50 * size + 4 * 200 + 100 * kib(size));
}

TEST(Rent, a_contract_that_was_pruned_is_not_called_deployed_again_or_handed_on) {
  Rented r;
  const Hash code = r.world.publish({});
  const Hash id = r.world.deploy(1, code, 0, r.world.who(0)), other = r.world.deploy(2, code);
  ASSERT_EQ(r.world.call(1, id, {set("key", text("v"))}, {100, 0}), kSuccess);
  const Bytes value = r.run_out(contract_object(id));
  EXPECT_EQ(r.world.call(1, id, {}), of(Code::object_pruned));
  EXPECT_EQ(r.world.call(1, other, {call_of(id, {})}), of(Code::object_pruned));
  EXPECT_EQ(r.world.send(0, Deploy{code, 1, {}, 0, 0, {}}), of(Code::object_pruned));
  EXPECT_EQ(r.world.send(0, SetAuthority{id, {}}), of(Code::object_pruned));
  EXPECT_EQ(r.world.balance(id).swr, 100u);  // its account is no rented object
  EXPECT_EQ(r.send(Restore{contract_object(id), value}), kSuccess);
  EXPECT_EQ(r.world.call(1, id, {get("key")}), kSuccess);
}

TEST(Rent, an_entry_that_was_pruned_is_never_taken_for_absent) {
  Rented r;
  const Hash id = r.world.deploy(1, r.world.publish({}));
  ASSERT_EQ(r.world.call(1, id, {set("key", text("v"))}), kSuccess);
  const ObjectId entry = storage_object(id, text("key"));
  const Bytes value = r.run_out(entry);
  const Step erase{static_cast<std::uint8_t>(Op::erase), {}, text("key"), {}, Asset::swr, 0};
  for (const Step& step : {get("key"), set("key", text("w")), erase})
    EXPECT_EQ(r.world.call(1, id, {step}), of(Code::object_pruned));
  EXPECT_EQ(r.world.call(1, id, {get("other")}), kSuccess);
  EXPECT_EQ(r.send(Restore{entry, value}), kSuccess);
  EXPECT_EQ(r.world.stored(id, "key"), text("v"));
}

TEST(Rent, a_utxo_waits_for_its_script_that_was_pruned) {
  Rented r;
  const Hash id = r.world.deploy(1, r.world.publish({}));
  auto locked = r.world.body(0);
  const OutputScript script{id, StepBytes::encode(std::vector<Step>{})};
  locked.outputs.push_back({r.world.who(1), Asset::aic, 70, OutputKind::utxo, script});
  const Hash utxo = utxo_id(transaction_id(locked), 0);
  ASSERT_EQ(r.world.send_as_is(locked), kSuccess);
  const Bytes value = r.run_out(contract_object(id));
  const auto spend = [&] {
    auto body = r.world.body(2);
    body.inputs.push_back({utxo, std::nullopt});
    return r.world.send(body);
  };
  EXPECT_EQ(spend(), of(Code::object_pruned));
  EXPECT_EQ(r.send(Restore{contract_object(id), value}), kSuccess);
  EXPECT_EQ(spend(), kSuccess);
}

TEST(Rent, code_that_was_pruned_is_published_again) {
  Rented r;
  const Module module{7, 255, Bytes(100'000, 1)};
  const auto publish = [&] {
    r.world.upload(module);
    return r.world.send(0, Publish{module.hash(), 3});
  };
  ASSERT_EQ(publish(), kSuccess);
  const Hash id = r.world.deploy(1, module.hash());
  const Bytes value = r.run_out(code_object(module.hash()));
  EXPECT_EQ(r.world.call(1, id, {}), of(Code::object_pruned));
  EXPECT_EQ(r.world.send(0, Deploy{module.hash(), 2, {}, 0, 0, {}}), of(Code::object_pruned));
  EXPECT_EQ(r.send(Restore{code_object(module.hash()), Bytes{1}}), of(Code::restored_by_publish));
  EXPECT_EQ(publish(), kSuccess);
  EXPECT_EQ(r.world.get(code_object(module.hash())), value);
  EXPECT_EQ(r.world.call(1, id, {}), kSuccess);
  EXPECT_EQ(publish(), of(ContractsCode::code_exists));
}

TEST(Rent, an_upload_that_was_pruned_is_restored_before_it_is_used_or_taken_back) {
  Rented r;
  const Module module{};
  r.world.upload(module);
  const ObjectId chunk = upload_object(r.world.who(0), module.hash(), 0);
  const Bytes value = r.run_out(chunk);
  EXPECT_EQ(r.world.send(0, Publish{module.hash(), 1}), of(Code::object_pruned));
  EXPECT_EQ(r.world.send(0, Upload{module.hash(), 0, {}}), of(Code::object_pruned));
  EXPECT_EQ(r.world.send(0, Upload{module.hash(), 0, module.bytes()}), of(Code::object_pruned));
  EXPECT_EQ(r.send(Restore{chunk, value}), kSuccess);
  EXPECT_EQ(r.world.send(0, Publish{module.hash(), 1}), kSuccess);
}

}  // namespace
}  // namespace aether::programs::testing

#include "rent.hpp"

#include "aether/programs/rent_instructions.hpp"
#include "gas.hpp"

namespace aether::programs {
namespace {

struct Execute {
  ledger::Context& context;

  ledger::Outcome<void> operator()(const Fund& i) const { return context.fund(i.object, i.amount); }
  ledger::Outcome<void> operator()(const Prune& i) const { return context.prune(i.object); }
  ledger::Outcome<void> operator()(const Restore& i) const {
    // A node that has no machine code of it must compile it, which only `publish` is charged for.
    if (i.object.domain == Domain::code) return ledger::fail(ledger::Code::restored_by_publish);
    AETHER_CHECK(charge_stored(context, i.value.size()));
    return context.restore(i.object, i.value);
  }
};

}  // namespace

Hash rent_program_id() { return ledger::native_program_id("rent"); }

Call make_call(const RentInstruction& instruction) { return {rent_program_id(), codec::encode(instruction)}; }

AccessSets access_sets(const RentInstruction& instruction) {
  return std::visit([](const auto& i) { return AccessSets{{}, {i.object}}; }, instruction);
}

Hash Rent::id() const { return rent_program_id(); }

ledger::Outcome<void> Rent::execute(ledger::Context& context, ByteView bytes) const {
  AETHER_CHECK(charge_instruction(context, bytes.size()));
  const auto instruction = codec::decode<RentInstruction>(bytes);
  if (!instruction) return ledger::fail(ledger::Code::malformed_instruction);
  return std::visit(Execute{context}, *instruction);
}

}  // namespace aether::programs

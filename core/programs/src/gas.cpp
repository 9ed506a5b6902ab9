#include "gas.hpp"

namespace aether::programs {

namespace {

ledger::Outcome<void> charge_product(ledger::Context& context, std::uint64_t steps, std::uint64_t count) {
  const auto total = checked_mul(steps, count);
  if (!total) return ledger::fail(ledger::Code::out_of_gas);
  return context.charge(*total);
}

constexpr std::uint64_t in_1024(std::uint64_t count) { return count / 1024 + (count % 1024 != 0 ? 1 : 0); }

}  // namespace

ledger::Outcome<void> charge_instruction(ledger::Context& context, std::uint64_t bytes) {
  AETHER_CHECK(context.charge(context.block().params.gas.instruction));
  return charge_hashed(context, bytes);
}

ledger::Outcome<void> charge_multiply_adds(ledger::Context& context, std::uint64_t count) {
  return charge_product(context, context.block().params.gas.per_kilo_multiply_add, in_1024(count));
}

ledger::Outcome<void> charge_hashed(ledger::Context& context, std::uint64_t bytes) {
  return charge_product(context, context.block().params.gas.per_kib_hashed, in_1024(bytes));
}

ledger::Outcome<void> charge_copied(ledger::Context& context, std::uint64_t bytes) {
  return charge_product(context, context.block().params.gas.per_kib_copied, in_1024(bytes));
}

ledger::Outcome<void> charge_stored(ledger::Context& context, std::uint64_t bytes) {
  return charge_product(context, context.block().params.gas.per_stored_byte, bytes);
}

ledger::Outcome<void> charge_judged(ledger::Context& context, std::uint64_t bytes) {
  return charge_product(context, context.block().params.gas.per_judged_byte, bytes);
}

}  // namespace aether::programs

#include "models.hpp"

#include "aether/programs/codes.hpp"
#include "aether/programs/instructions.hpp"
#include "gas.hpp"

namespace aether::programs {

Hash Models::id() const { return models_program_id(); }

ledger::Outcome<void> Models::execute(ledger::Context& context, ByteView bytes) const {
  AETHER_CHECK(charge_instruction(context, bytes.size()));
  const auto instruction = codec::decode<ModelsInstruction>(bytes);
  if (!instruction) return ledger::fail(ledger::Code::malformed_instruction);
  const ModelFacts& facts = std::get_if<RegisterModel>(&*instruction)->facts;
  if (const auto valid = infer::validate(facts.config); !valid) return fail(result_code(valid.error()));
  // The bounds look at a few elements of each head; each is about as dear as a KiB of multiply-adds.
  AETHER_CHECK(charge_multiply_adds(context, std::uint64_t{facts.config.heads} * 64 * 1024));
  if (!vcr::provable(facts.config)) return fail(result_code(ModelsCode::not_provable));

  const ObjectId id = model_object(model_id(facts));
  AETHER_TRY(const auto known, context.read(id));
  if (known) return fail(result_code(ModelsCode::model_exists));
  const Amount fee = context.block().params.jobs.model_fee;
  AETHER_CHECK(context.debit_sender(Asset::swr, fee));
  context.burn(Asset::swr, fee);
  return context.store(id, Model{1, facts, context.sender(), vcr::proof_bytes_max(facts.config)});
}

}  // namespace aether::programs

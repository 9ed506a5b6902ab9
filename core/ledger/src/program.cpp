#include "aether/ledger/programs.hpp"

#include "aether/crypto/sha256.hpp"

namespace aether::ledger {

Hash native_program_id(std::string_view name) { return crypto::tagged_hash("aether/program", as_bytes(name)); }

const Program* find_native(const Programs& programs, const Hash& id) {
  for (const Program* program : programs.native)
    if (program->id() == id) return program;
  return nullptr;
}

Outcome<bool> Context::observe(const ObjectId& id) {
  AETHER_TRY(const Presence found, presence(id));
  if (found == Presence::pruned) return fail(Code::object_pruned);
  return found == Presence::present;
}

bool is_dispute(const Programs& programs, const VerifiedTransaction& tx) {
  const auto& call = tx.body().call;
  const Program* program = call ? find_native(programs, call->program) : nullptr;
  return program != nullptr && program->is_dispute(call->data);
}

Outcome<void> run_call(Context& context, const Programs& programs, const Call& call) {
  if (const Program* native = find_native(programs, call.program)) return native->execute(context, call.data);
  if (programs.contracts == nullptr) return fail(Code::unknown_program);
  return programs.contracts->call(context, call.program, call.data);
}

Outcome<void> run_script(Context& context, const Programs& programs, const Hash& script, const Spend& spend) {
  if (find_native(programs, script) != nullptr) return fail(Code::native_script);
  if (programs.contracts == nullptr) return fail(Code::unknown_program);
  return programs.contracts->judge(context, script, spend);
}

}  // namespace aether::ledger

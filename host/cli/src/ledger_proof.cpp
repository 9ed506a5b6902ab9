// State proofs: made from a directory, and verified with nothing but a root.
#include "aether/env/thread_pool.hpp"
#include "local_chain.hpp"
#include "state_proof.hpp"

namespace aether::cli {

namespace json = boost::json;

CommandResult ledger_proof(const Arguments& arguments) {
  AETHER_TRY(const auto object, read_object(arguments.object));
  env::ThreadPool pool;
  AETHER_TRY(const auto chain, open_local_chain(arguments.data, pool));
  const auto proven = chain::Chain::prove(*chain->snapshot(), object);
  StateProof out{
      object, {}, codec::encode(proven.proof), proven.record.slot, proven.record.hash, proven.record.state_root};
  if (proven.value) out.value.emplace(*proven.value);
  AETHER_ASSERT(holds(out, out.state_root));
  return Output{"object      " + name_of(object) + "\nvalue       " +
                    (out.value ? to_hex0x(*out.value) : std::string("none")) + "\nproof       " + to_hex0x(out.proof) +
                    "\nslot        " + std::to_string(out.slot.raw()) + "\nblock       " + hex(out.block) +
                    "\nstate root  " + hex(out.state_root) + "\n",
                api::to_json(out)};
}

CommandResult ledger_verify_proof(const Arguments& arguments) {
  AETHER_TRY(const Hash root, read_id("state root", arguments.state_root));
  AETHER_TRY(const auto proof, read_state_proof(arguments.file));
  if (!holds(proof, root))
    return fail(Failure{kDiffers, "proof_differs",
                        "the proof does not show this " + std::string(proof.value ? "value" : "absence") + " of " +
                            name_of(proof.object) + " under " + hex(root),
                        "compare the root with the block's; fetch the proof again"});
  const bool exists = proof.value.has_value();
  return Output{"holds       " + name_of(proof.object) + (exists ? " has this value" : " does not exist") + " under " +
                    hex(root) + "\n",
                json::object{{"object", api::to_json(proof.object)}, {"exists", exists}, {"state_root", hex(root)}}};
}

}  // namespace aether::cli

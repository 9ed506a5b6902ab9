// State proofs: made from a directory, and verified with nothing but a root.
#include "aether/api/json_reader.hpp"
#include "aether/env/thread_pool.hpp"
#include "aether/snapshot/manifest.hpp"
#include "local_chain.hpp"
#include "support.hpp"

namespace aether::cli {
namespace {

namespace json = boost::json;

constexpr std::size_t kProofFileBytesMax = 8 * 1024 * 1024;

// What `ledger proof --output json` prints and `ledger verify-proof` reads.
struct StateProof {
  ObjectId object;
  std::optional<codec::Blob<snapshot::kValueBytesMax>> value;  // none: the object does not exist
  codec::Blob<16 * 1024> proof;                                // BCS of smt::Proof
  Slot slot;
  Hash block;
  Hash state_root;

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("object", self.object);
    visit("value", self.value);
    visit("proof", self.proof);
    visit("slot", self.slot);
    visit("block", self.block);
    visit("state_root", self.state_root);
  }
};

bool holds(const StateProof& of, const Hash& root) {
  const auto proof = codec::decode<smt::Proof>(of.proof);
  const auto value = of.value ? std::optional(value_hash(*of.value)) : std::nullopt;
  return proof && smt::verify(root, state_key(of.object), value, *proof);
}

std::string name_of(const ObjectId& id) {
  return std::string(codec::enum_names<Domain>[static_cast<std::size_t>(id.domain)]) + ":" + hex(id.key);
}

// DOMAIN:KEY, the key as 0x and 64 hex digits or, of an account, as its address.
Result<ObjectId, Failure> read_object(const std::string& text) {
  const std::size_t colon = text.find(':');
  const auto named = [&] {
    return std::ranges::find(codec::enum_names<Domain>, std::string_view(text).substr(0, colon));
  };
  if (colon == std::string::npos || named() == codec::enum_names<Domain>.end())
    return usage("bad_object",
                 "\"" + text + "\" is no object: wanted is DOMAIN:KEY, as account:aeth1... or utxo:0x...");
  const auto domain = static_cast<Domain>(named() - codec::enum_names<Domain>.begin());
  const std::string key = text.substr(colon + 1);
  if (domain == Domain::account && !key.starts_with("0x")) {
    const auto address = address_from_text(key);
    if (!address) return usage("bad_object", "\"" + key + "\": " + std::string(to_string(address.error())));
    return account_object(*address);
  }
  AETHER_TRY(const Hash id, read_id("key of an object", key));
  return ObjectId{domain, id};
}

}  // namespace

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
  AETHER_TRY(const Bytes text, read_input(arguments.file, kProofFileBytesMax));
  const auto proof = api::from_json_text<StateProof>(as_text(text), kProofFileBytesMax);
  if (!proof)
    return fail(Failure{kBadFile, "bad_proof_file", arguments.file + ": " + proof.error().text(),
                        "aetherctl ledger proof OBJECT --data DIR --output json prints one"});
  if (!holds(*proof, root))
    return fail(Failure{kDiffers, "proof_differs",
                        "the proof does not show this " + std::string(proof->value ? "value" : "absence") + " of " +
                            name_of(proof->object) + " under " + hex(root),
                        "compare the root with the block's; fetch the proof again"});
  const bool exists = proof->value.has_value();
  return Output{"holds       " + name_of(proof->object) + (exists ? " has this value" : " does not exist") + " under " +
                    hex(root) + "\n",
                json::object{{"object", api::to_json(proof->object)}, {"exists", exists}, {"state_root", hex(root)}}};
}

}  // namespace aether::cli

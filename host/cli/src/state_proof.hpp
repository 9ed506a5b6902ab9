// State proofs as files, and objects of the state as text.
#pragma once

#include "aether/api/json_reader.hpp"
#include "aether/snapshot/manifest.hpp"
#include "support.hpp"

namespace aether::cli {

// What `ledger proof --output json` and `rent keep` write, `ledger verify-proof` and `rent restore` read.
struct StateProof {
  ObjectId object;
  std::optional<codec::Blob<snapshot::kValueBytesMax>> value;  // none: the object does not exist
  codec::Blob<api::kProofBytesMax> proof;                      // BCS of smt::Proof
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

// A file, or stdin for "-".
[[nodiscard]] Result<StateProof, Failure> read_state_proof(const std::string& path);
[[nodiscard]] bool holds(const StateProof& of, const Hash& root);

// DOMAIN:KEY, the key as 0x and 64 hex digits; of an account also as its address, and of an entry of a contract's
// storage as 0xCONTRACT/0xKEY, the key as its contract has it.
[[nodiscard]] Result<ObjectId, Failure> read_object(const std::string& text);
// DOMAIN:0x…
[[nodiscard]] std::string name_of(const ObjectId& id);

}  // namespace aether::cli

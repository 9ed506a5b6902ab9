#include "aether/ledger/program.hpp"

#include "aether/crypto/sha256.hpp"

namespace aether::ledger {

Hash native_program_id(std::string_view name) { return crypto::tagged_hash("aether/program", as_bytes(name)); }

}  // namespace aether::ledger

#include "aether/types/genesis.hpp"

#include "aether/crypto/sha256.hpp"

namespace aether {

Hash genesis_hash(const Genesis& genesis) { return crypto::tagged_hash("aether/genesis", codec::encode(genesis)); }

}  // namespace aether

#include "aether/types/object.hpp"

#include "aether/crypto/sha256.hpp"

namespace aether {

Hash state_key(const ObjectId& id) { return crypto::tagged_hash("aether/state", codec::encode(id)); }

Hash value_hash(ByteView value) { return crypto::tagged_hash("aether/value", value); }

}  // namespace aether

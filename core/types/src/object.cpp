#include "aether/types/object.hpp"

namespace aether {

Hash StateHasher::key(const ObjectId& id) const {
  const auto domain = static_cast<std::uint8_t>(id.domain);
  static_assert(codec::enum_names<Domain>.size() < 0x80);  // so that its BCS is one byte
  return key_({&domain, 1}, id.key.view());
}

Hash state_key(const ObjectId& id) { return crypto::tagged_hash("aether/state", codec::encode(id)); }

Hash value_hash(ByteView value) { return crypto::tagged_hash("aether/value", value); }

}  // namespace aether

#include "aether/types/object.hpp"

#include <algorithm>

namespace aether {

Hash StateHasher::key(const ObjectId& id) const {
  const auto domain = static_cast<std::uint8_t>(id.domain);
  static_assert(codec::enum_names<Domain>.size() < 0x80);  // so that its BCS is one byte
  return key_({&domain, 1}, id.key.view());
}

void StateHasher::keys(std::span<const ObjectId> ids, std::span<Hash> out, const CpuFeatures& cpu) const {
  AETHER_ASSERT(ids.size() == out.size());
  std::array<std::array<std::uint8_t, 1 + Hash::kSize>, 32> encoded;
  std::array<ByteView, encoded.size()> messages;
  for (std::size_t at = 0; at < ids.size(); at += encoded.size()) {
    const std::size_t count = std::min(encoded.size(), ids.size() - at);
    for (std::size_t i = 0; i < count; ++i) {
      encoded[i][0] = static_cast<std::uint8_t>(ids[at + i].domain);
      std::copy_n(ids[at + i].key.bytes.begin(), Hash::kSize, encoded[i].begin() + 1);
      messages[i] = encoded[i];
    }
    crypto::tagged_many(key_, std::span(messages).first(count), out.subspan(at, count), cpu);
  }
}

Hash state_key(const ObjectId& id) { return crypto::tagged_hash("aether/state", codec::encode(id)); }

Hash value_hash(ByteView value) { return crypto::tagged_hash("aether/value", value); }

}  // namespace aether

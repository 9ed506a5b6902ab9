#include "batch.hpp"

#include <aether_native/native.h>

#include "aether/base/result.hpp"
#include "aether/crypto/sha256.hpp"

namespace aether::crypto {

Batch::Batch(std::string_view tag, std::span<const SignedId> items, std::span<const std::size_t> order) : tag_(tag) {
  const std::size_t n = order.size();
  keys_.reserve(n);
  signatures_.reserve(n);
  ids_.reserve(n);
  messages_.reserve(n);
  const std::size_t frame = signing_frame(tag, Hash{}).size();
  frames_.reserve(n * frame);
  lengths_.assign(n, frame);
  for (const std::size_t i : order) {
    keys_.push_back(items[i].key);
    signatures_.push_back(items[i].signature);
    ids_.push_back(items[i].id);
    messages_.push_back(frames_.data() + frames_.size());
    append_signing_frame(frames_, tag, items[i].id);
  }
}

Batch::Batch(std::span<const SignedMessage> items) {
  const std::size_t n = items.size();
  keys_.reserve(n);
  signatures_.reserve(n);
  ids_.reserve(n);
  messages_.reserve(n);
  lengths_.reserve(n);
  for (const SignedMessage& item : items) {
    keys_.push_back(item.key);
    signatures_.push_back(item.signature);
    ids_.push_back(sha256(item.message));
    messages_.push_back(item.message.data());
    lengths_.push_back(item.message.size());
  }
}

Batch::Batch(const Batch& other, std::span<const std::size_t> members) : tag_(other.tag_) {
  const std::size_t n = members.size();
  keys_.reserve(n);
  signatures_.reserve(n);
  ids_.reserve(n);
  messages_.reserve(n);
  lengths_.reserve(n);
  for (const std::size_t i : members) {
    keys_.push_back(other.keys_[i]);
    signatures_.push_back(other.signatures_[i]);
    ids_.push_back(other.ids_[i]);
    messages_.push_back(other.messages_[i]);
    lengths_.push_back(other.lengths_[i]);
  }
}

Hash Batch::seed(std::size_t first, std::size_t last) const {
  const std::size_t n = last - first;
  return Tag("aether/batch")
      .begin()
      .update({keys_[first].data(), n * sizeof(PublicKey)})
      .update({ids_[first].bytes.data(), n * Hash::kSize})
      .update({signatures_[first].data(), n * sizeof(Signature)})
      .finish();
}

bool Batch::holds(BatchEngine engine, std::size_t first, std::size_t last) const {
  AETHER_ASSERT(engine == BatchEngine::zebra || engine == BatchEngine::commonware);
  if (first == last) return true;
  const std::size_t n = last - first;
  const Hash coefficients = seed(first, last);
  const std::uint8_t* const keys = keys_[first].data();
  const std::uint8_t* const signatures = signatures_[first].data();
  if (engine == BatchEngine::commonware) {
    AETHER_ASSERT(!tag_.empty());
    return aether_native_ed25519_batch_commonware(keys, signatures, ids_[first].bytes.data(), n, as_bytes(tag_).data(),
                                                  tag_.size(), coefficients.bytes.data());
  }
  return aether_native_ed25519_batch_zebra(keys, signatures, &messages_[first], &lengths_[first], n,
                                           coefficients.bytes.data());
}

}  // namespace aether::crypto

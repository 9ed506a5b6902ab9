// A batch laid out as the engines read it: contiguous keys, signatures, ids and messages, groups together.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "aether/crypto/ed25519_batch.hpp"

namespace aether::crypto {

class Batch {
 public:
  // items[order[i]] becomes the batch's member i; the message is the tag's frame around the id.
  Batch(std::string_view tag, std::span<const SignedId> items, std::span<const std::size_t> order);
  // Raw messages, which must outlive the batch; an id is the message's SHA-256, for the coefficients alone.
  explicit Batch(std::span<const SignedMessage> items);
  // Some members of another batch, which must outlive this one.
  Batch(const Batch& other, std::span<const std::size_t> members);

  std::size_t size() const { return keys_.size(); }
  std::span<const PublicKey> keys() const { return keys_; }
  const PublicKey& key(std::size_t i) const { return keys_[i]; }
  const Signature& signature(std::size_t i) const { return signatures_[i]; }
  ByteView message(std::size_t i) const { return {messages_[i], lengths_[i]}; }
  Hash seed(std::size_t first, std::size_t last) const;  // of the coefficients

  // Whether the signatures [first, last) hold. Commonware's needs a tag. For our own engines, see
  // Equation.
  bool holds(BatchEngine engine, std::size_t first, std::size_t last) const;
  bool single(std::size_t i) const { return ed25519_verify(keys_[i], message(i), signatures_[i]); }

 private:
  std::string_view tag_;
  std::vector<PublicKey> keys_;
  std::vector<Signature> signatures_;
  std::vector<Hash> ids_;
  Bytes frames_;
  std::vector<const std::uint8_t*> messages_;
  std::vector<std::size_t> lengths_;
};

}  // namespace aether::crypto

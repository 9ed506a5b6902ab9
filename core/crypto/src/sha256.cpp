// OpenSSL's low-level interface: a node of a tree costs a third of a one-shot EVP call, and a midstate can be copied.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "aether/crypto/sha256.hpp"

#include <openssl/sha.h>

#include <algorithm>
#include <cstring>

namespace aether::crypto {
namespace {

// The context is a plain struct of words; it is moved in and out by memcpy, so no aliasing rule is touched.
template <class State>
SHA256_CTX load(const State& state) {
  SHA256_CTX out;
  static_assert(sizeof(State) == sizeof(SHA256_CTX));
  std::memcpy(&out, &state, sizeof out);
  return out;
}

}  // namespace

Hash sha256(ByteView message) { return Sha256().update(message).finish(); }

Sha256::Sha256() {
  SHA256_CTX context;
  SHA256_Init(&context);
  std::memcpy(&state_, &context, sizeof context);
}

Sha256& Sha256::update(ByteView bytes) {
  SHA256_CTX context = load(state_);
  SHA256_Update(&context, bytes.data(), bytes.size());
  std::memcpy(&state_, &context, sizeof context);
  return *this;
}

Hash Sha256::finish() {
  SHA256_CTX context = load(state_);
  Hash out;
  SHA256_Final(out.bytes.data(), &context);
  return out;
}

Tag::Tag(std::string_view text) {
  const Hash hash = sha256(as_bytes(text));
  midstate_.update(hash.bytes).update(hash.bytes);
}

Sha256 Tag::begin() const { return midstate_; }

std::array<std::uint32_t, 8> Tag::midstate() const {
  const SHA256_CTX context = load(midstate_.state_);
  std::array<std::uint32_t, 8> out;
  std::copy_n(context.h, out.size(), out.begin());
  return out;
}

Hash tagged_hash(std::string_view tag, ByteView message) { return Tag(tag)(message); }

}  // namespace aether::crypto

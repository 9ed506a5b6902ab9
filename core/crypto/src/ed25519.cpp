#include "aether/crypto/ed25519.hpp"

#include <aether_native/native.h>
#include <sodium/utils.h>

#include "aether/base/result.hpp"

namespace aether::crypto {
namespace {

// The native library leaves copies of the seed in stack frames that are over, less than 3 KiB below the caller's
// (measured on x86-64).
void wipe_dead_stack() { sodium_stackzero(8192); }

}  // namespace

PublicKey ed25519_public_key(const Seed& seed) {
  PublicKey out;
  aether_native_ed25519_public_key(seed.view().data(), out.data());
  wipe_dead_stack();
  return out;
}

Signature ed25519_sign(const Seed& seed, ByteView message) {
  Signature out;
  aether_native_ed25519_sign(seed.view().data(), message.data(), message.size(), out.data());
  wipe_dead_stack();
  return out;
}

bool ed25519_verify(const PublicKey& key, ByteView message, const Signature& signature) {
  return aether_native_ed25519_verify(key.data(), message.data(), message.size(), signature.data());
}

void append_signing_frame(Bytes& to, std::string_view tag, const Hash& id) {
  AETHER_ASSERT(!tag.empty() && tag.size() < 0x80);  // one ULEB128 byte
  to.push_back(static_cast<std::uint8_t>(tag.size()));
  append(to, as_bytes(tag));
  append(to, id.bytes);
}

Bytes signing_frame(std::string_view tag, const Hash& id) {
  Bytes out;
  out.reserve(1 + tag.size() + Hash::kSize);
  append_signing_frame(out, tag, id);
  return out;
}

Signature sign_id(const Seed& seed, std::string_view tag, const Hash& id) {
  return ed25519_sign(seed, signing_frame(tag, id));
}

bool verify_id(const PublicKey& key, std::string_view tag, const Hash& id, const Signature& signature) {
  return ed25519_verify(key, signing_frame(tag, id), signature);
}

}  // namespace aether::crypto

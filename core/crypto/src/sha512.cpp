// OpenSSL's low-level interface, for the same reason as in sha256.cpp.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "sha512.hpp"

#include <openssl/crypto.h>
#include <openssl/sha.h>

namespace aether::crypto {

void sha512(std::initializer_list<ByteView> parts, std::span<std::uint8_t, 64> to) {
  SHA512_CTX context;
  SHA512_Init(&context);
  for (const ByteView part : parts) SHA512_Update(&context, part.data(), part.size());
  SHA512_Final(to.data(), &context);
  OPENSSL_cleanse(&context, sizeof context);
}

}  // namespace aether::crypto

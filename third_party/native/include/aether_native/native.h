/* C interface of third_party/native: glue to Rust crates, no protocol logic. */
#pragma once
#include <stddef.h>
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#else
#include <stdbool.h>
#endif

/* ed25519 by the ZIP-215 rule (ed25519-zebra). public_key 32 bytes, signature 64 bytes. */
bool aether_native_ed25519_verify(const uint8_t* public_key, const uint8_t* message, size_t message_len,
                                  const uint8_t* signature);

/* The public key (32 bytes) of an RFC 8032 seed (32 bytes). */
void aether_native_ed25519_public_key(const uint8_t* seed, uint8_t* public_key);

/* Signs deterministically as RFC 8032 does; signature has room for 64 bytes. */
void aether_native_ed25519_sign(const uint8_t* seed, const uint8_t* message, size_t message_len, uint8_t* signature);

#ifdef __cplusplus
}
#endif

/* C interface of third_party/native: glue to Rust crates, no protocol logic. BLS12-381 and KZG are used through the
   headers of the crates blst and c-kzg themselves. */
#pragma once
#include <stddef.h>
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#else
#include <stdbool.h>
#endif

/* --- ed25519 by the ZIP-215 rule (ed25519-zebra). public_key 32 bytes, signature 64 bytes. ----------------------- */
bool aether_native_ed25519_verify(const uint8_t* public_key, const uint8_t* message, size_t message_len,
                                  const uint8_t* signature);

/* The public key (32 bytes) of an RFC 8032 seed (32 bytes). */
void aether_native_ed25519_public_key(const uint8_t* seed, uint8_t* public_key);

/* Signs deterministically as RFC 8032 does; signature has room for 64 bytes. */
void aether_native_ed25519_sign(const uint8_t* seed, const uint8_t* message, size_t message_len, uint8_t* signature);

/* Whether all n signatures hold, wrong with probability 2^-128 at most over the coefficients, which are a function of
   the 32-byte seed alone. keys 32 n, signatures 64 n bytes. True for n = 0. */
bool aether_native_ed25519_batch_zebra(const uint8_t* keys, const uint8_t* signatures, const uint8_t* const* messages,
                                       const size_t* lengths, size_t n, const uint8_t* seed);

/* The same by commonware-cryptography-curve25519, for messages ULEB128(tag_len) || tag || id; ids 32 n bytes.
   False for n = 0. */
bool aether_native_ed25519_batch_commonware(const uint8_t* keys, const uint8_t* signatures, const uint8_t* ids, size_t n,
                                            const uint8_t* tag, size_t tag_len, const uint8_t* seed);

/* --- The group of edwards25519 (curve25519-dalek) ------------------------------------------------------------------
   A point's bytes are the crate's own; scalars are 32 little-endian bytes, taken modulo the order of the base point.
   Outputs may be inputs. "vartime" functions are for public values only. */
typedef struct aether_native_point {
  uint64_t words[20];
} aether_native_point;

/* False when no curve point has this encoding; non-canonical encodings are accepted, as ZIP-215 does. */
bool aether_native_edwards_decompress(const uint8_t* from, aether_native_point* point);
/* n encodings of 32 bytes, for one field inversion. */
void aether_native_edwards_compress(const aether_native_point* points, size_t n, uint8_t* to);
void aether_native_edwards_add(const aether_native_point* a, const aether_native_point* b, aether_native_point* to);
void aether_native_edwards_sub(const aether_native_point* a, const aether_native_point* b, aether_native_point* to);
void aether_native_edwards_mul_by_cofactor(const aether_native_point* a, aether_native_point* to);
bool aether_native_edwards_is_identity(const aether_native_point* a);
void aether_native_edwards_mul(const uint8_t* scalar, const aether_native_point* a, aether_native_point* to);
void aether_native_edwards_mul_base(const uint8_t* scalar, aether_native_point* to);
/* a·point + b·B */
void aether_native_edwards_vartime_double_mul_base(const uint8_t* a, const aether_native_point* point, const uint8_t* b,
                                                   aether_native_point* to);
/* The sum of scalar[i]·point[i]; scalars 32 n bytes, n ≥ 1. */
void aether_native_edwards_vartime_msm(const uint8_t* scalars, const aether_native_point* points, size_t n,
                                       aether_native_point* to);
/* RFC 9380 edwards25519_XMD:SHA-512_ELL2_NU_, dst 1 to 255 bytes. */
void aether_native_edwards_encode_to_curve(const uint8_t* message, size_t message_len, const uint8_t* dst, size_t dst_len,
                                           aether_native_point* to);

void aether_native_scalar_reduce_wide(const uint8_t* wide, uint8_t* to); /* 64 bytes modulo the order */
bool aether_native_scalar_is_canonical(const uint8_t* scalar);
void aether_native_scalar_mul_add(const uint8_t* a, const uint8_t* b, const uint8_t* c, uint8_t* to); /* a·b + c */
void aether_native_scalar_negate(const uint8_t* a, uint8_t* to);

#ifdef __cplusplus
}
#endif

/* C interface of bench/peers: the libraries that `./aether bench crypto` runs beside our own. Of n things of one size,
   all bytes lie one after another. Signatures and proofs of wrong form are false like wrong ones. */
#pragma once
#include <stddef.h>
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#else
#include <stdbool.h>
#endif

/* --- ed25519, ZIP-215. keys 32, signatures 64, messages `length` bytes each. -------------------------------------- */
bool aether_peers_zebra_verify(const uint8_t* key, const uint8_t* message, size_t length, const uint8_t* signature);
bool aether_peers_zebra_batch(const uint8_t* keys, const uint8_t* signatures, const uint8_t* messages, size_t length,
                              size_t n);
bool aether_peers_consensus_batch(const uint8_t* keys, const uint8_t* signatures, const uint8_t* messages,
                                  size_t length, size_t n);
/* Of messages ULEB128(tag_length) || tag || id; ids 32 bytes each. */
bool aether_peers_commonware_batch(const uint8_t* keys, const uint8_t* signatures, const uint8_t* ids, size_t n,
                                   const uint8_t* tag, size_t tag_length);

/* --- BLS12-381 over blst, keys in G1, the proof-of-possession suite. ----------------------------------------------- */
typedef struct aether_peers_keys aether_peers_keys;
/* n decoded and checked keys (48 bytes each), to be freed; null if one is not a key. */
aether_peers_keys* aether_peers_bls_keys(const uint8_t* keys, size_t n);
void aether_peers_bls_keys_free(aether_peers_keys* keys);
/* Whether a signature (96 bytes) is a point of the subgroup, not infinity. */
bool aether_peers_bls_decodes(const uint8_t* signature);
/* verdicts[i]: whether signature i (96 bytes) is that of key signers[i]; each decoded, checked and verified by itself. */
void aether_peers_bls_votes(const aether_peers_keys* keys, const uint32_t* signers, const uint8_t* signatures, size_t n,
                            const uint8_t* message, size_t length, uint8_t* verdicts);
/* Fast aggregate verification for the keys whose bits are set, the lowest bit of a byte first. */
bool aether_peers_bls_certificate(const aether_peers_keys* keys, const uint8_t* bitmap, const uint8_t* signature,
                                  const uint8_t* message, size_t length);

/* --- KZG by c-kzg, byte formats of EIP-4844. Blobs 131072, points 48, scalars 32 bytes. False: refused or not true. --
   The first call loads the ceremony. */
bool aether_peers_kzg_commit(const uint8_t* blob, uint8_t* commitment);
bool aether_peers_kzg_open(const uint8_t* blob, const uint8_t* z, uint8_t* proof, uint8_t* y);
bool aether_peers_kzg_verify(const uint8_t* commitment, const uint8_t* z, const uint8_t* y, const uint8_t* proof);

/* --- ECVRF by amaru-vrf-dalek: seeds and keys 32, outputs 64, proofs 80 bytes, longer ones 128. --------------------
   Draft 03 is Cardano's, with Elligator. Draft 10 here tries and increments; its outputs are RFC 9381's for TAI. */
void aether_peers_vrf03_prove(const uint8_t* seed, const uint8_t* alpha, size_t length, uint8_t* proof);
bool aether_peers_vrf03_verify(const uint8_t* key, const uint8_t* alpha, size_t length, const uint8_t* proof,
                               uint8_t* output);
void aether_peers_vrf10_prove(const uint8_t* seed, const uint8_t* alpha, size_t length, uint8_t* proof);
bool aether_peers_vrf10_verify(const uint8_t* key, const uint8_t* alpha, size_t length, const uint8_t* proof,
                               uint8_t* output);
/* A proof of 128 bytes, which holds what a batch needs, and its output. */
void aether_peers_vrf10_prove_long(const uint8_t* seed, const uint8_t* alpha, size_t length, uint8_t* proof,
                                   uint8_t* output);
/* Whether all n proofs of 128 bytes have these outputs. */
bool aether_peers_vrf10_batch(const uint8_t* keys, const uint8_t* alphas, size_t length, const uint8_t* proofs,
                              const uint8_t* outputs, size_t n);

#ifdef __cplusplus
}
#endif

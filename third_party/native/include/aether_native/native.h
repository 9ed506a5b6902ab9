/* C interface of third_party/native: glue to Rust crates, no protocol logic. BLS12-381, KZG and Wasmtime are
   used through the headers of the crates blst, c-kzg and wasmtime-c-api-impl themselves. */
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

/* --- WebAssembly (wasmparser, Wasmtime) ----------------------------------------------------------------------------
   Accepted is WebAssembly 2.0 without SIMD and externref. */
enum {
  AETHER_NATIVE_WASM_VALID = 0,
  AETHER_NATIVE_WASM_VALID_WITH_FLOATS = 1, /* valid only where floating point is allowed */
  AETHER_NATIVE_WASM_MALFORMED = 2,
  AETHER_NATIVE_WASM_STOPPED = 3 /* by the sink */
};

/* In the order of a module. A count stands before its items, and before they are validated. */
enum {
  AETHER_NATIVE_WASM_TYPES = 0,    /* a: how many */
  AETHER_NATIVE_WASM_TYPE = 1,     /* a: parameters, b: results */
  AETHER_NATIVE_WASM_IMPORTS = 2,  /* a: how many */
  AETHER_NATIVE_WASM_IMPORT = 3,   /* module, name; signature of a function, empty for what is none */
  AETHER_NATIVE_WASM_FUNCTIONS = 4, /* a: how many */
  AETHER_NATIVE_WASM_TABLE = 5,    /* a: entries at the start, b: at most, UINT64_MAX without a declared maximum */
  AETHER_NATIVE_WASM_MEMORY = 6,   /* a: pages at the start, b: at most, UINT64_MAX without a declared maximum */
  AETHER_NATIVE_WASM_GLOBALS = 7,  /* a: how many */
  AETHER_NATIVE_WASM_EXPORTS = 8,  /* a: how many */
  AETHER_NATIVE_WASM_EXPORT = 9,   /* name, a: 0 function (with signature), 1 memory, 2 other */
  AETHER_NATIVE_WASM_START = 10,
  AETHER_NATIVE_WASM_ELEMENTS = 11, /* a: how many segments */
  AETHER_NATIVE_WASM_ELEMENT = 12, /* a: entries of a segment */
  AETHER_NATIVE_WASM_DATA = 13,    /* a: how many segments */
  AETHER_NATIVE_WASM_BODY = 14     /* a: bytes of a function's body, b: its locals without parameters */
};

typedef struct aether_native_wasm_item {
  uint32_t kind;
  uint64_t a;
  uint64_t b;
  const uint8_t* module;
  size_t module_len;
  const uint8_t* name;
  size_t name_len;
  const uint8_t* signature; /* parameters ':' results, i = i32, l = i64, f = f32, d = f64, v = v128, r = reference */
  size_t signature_len;
} aether_native_wasm_item;

/* Validates a module and tells its items to the sink, until that returns false. */
uint32_t aether_native_wasm_scan(const uint8_t* module, size_t module_len,
                                 bool (*sink)(void* context, const aether_native_wasm_item* item), void* context);

/* Fuel of instructions that cost more than one unit; bulk operations cost one more for each byte or entry. */
typedef struct aether_native_wasm_costs {
  uint8_t divide_32;
  uint8_t divide_64;
  uint8_t call_indirect;
  uint8_t bulk; /* memory.copy, .fill, .init; table.copy, .fill, .init */
  uint8_t grow; /* memory.grow, table.grow */
} aether_native_wasm_costs;

/* Sets these costs, and that a trap records no frames. */
struct wasm_config_t;
void aether_native_wasm_configure(struct wasm_config_t* config, const aether_native_wasm_costs* costs);

#ifdef __cplusplus
}
#endif

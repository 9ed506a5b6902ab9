// nomt and jmt for `./aether bench state`. Keys are n times 32 bytes, strictly increasing; values n times value_size
// bytes; root is 32 bytes to write. A failure ends the program.
#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// nomt with SHA-256. `buckets`: room for so many pages; cache_mib each for pages and for leaves.
void* aether_nomt_open(const uint8_t* path, size_t path_length, size_t threads, uint32_t buckets, size_t cache_mib);
void aether_nomt_close(void* nomt);
// Durable when it returns.
void aether_nomt_commit(void* nomt, size_t n, const uint8_t* keys, const uint8_t* values, size_t value_size,
                        uint8_t* root);
bool aether_nomt_get(void* nomt, const uint8_t* key, uint8_t* value, size_t value_size);

// What jmt is stored in.
typedef void (*aether_got)(void* out, const uint8_t* bytes, size_t size);
typedef struct {
  void* context;
  void (*get)(void* context, const uint8_t* key, size_t key_size, aether_got got, void* out);
  void (*put)(void* context, const uint8_t* key, size_t key_size, const uint8_t* value, size_t value_size);
} aether_jmt_database;
// jmt with SHA-256: gives the nodes and values of version `version` to put; the newest value of a key stands at "value" ‖
// key. The caller commits. Stale nodes stay, which is less work than ours, which prunes.
void aether_jmt_update(const aether_jmt_database* database, uint64_t version, size_t n, const uint8_t* keys,
                       const uint8_t* values, size_t value_size, uint8_t* root);

#ifdef __cplusplus
}
#endif

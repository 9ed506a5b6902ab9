/* What `./aether bench consensus` runs beside, as a C library: commonware-consensus's simplex in its own simulated network. */
#pragma once

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
  uint64_t blocks;    /* final at every validator, after the first */
  double cpu_s;       /* that they took */
  double simulated_s; /* the same in virtual time */
} aether_simplex_run;

/* `validators` (at least 2) in one thread and in virtual time: what `blocks` blocks or a few more take, after `warm_up`
 * blocks are final at all. Leaders take turns. One-way delays are latency_ms, with a normal deviation of jitter_ms.
 * `real`: BLS multi-signatures with keys in G1; else the crate's mock signatures. `cpu_s` reads the clock that times it. */
aether_simplex_run aether_simplex(uint32_t validators, uint64_t warm_up, uint64_t blocks, uint64_t latency_ms,
                                  uint64_t jitter_ms, int real, double (*cpu_s)(void));

#ifdef __cplusplus
}
#endif

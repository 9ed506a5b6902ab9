// The rows of the table; each compares results before it measures.
#pragma once

#include "harness.hpp"

namespace aether::bench {

void ed25519_batches(const Harness& harness);
void ed25519_groups(const Harness& harness);
void bls_votes(const Harness& harness);
void bls_certificates(const Harness& harness);
void vrf_batches(const Harness& harness);
void kzg(const Harness& harness);
void reed_solomon(const Harness& harness);
void losses(const Harness& harness);
void sha256_of_many(const Harness& harness);

}  // namespace aether::bench

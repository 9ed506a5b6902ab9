// Many ed25519 signatures at once. The verdict on each is verify_id's (ed25519_verify's), by the ZIP-215 rule; the cost
// is far lower, since a batch is one equation: the sum of zᵢ·(sᵢ·B − kᵢ·Aᵢ − Rᵢ), times 8, is zero. The coefficients zᵢ
// are drawn from H("aether/batch", all keys, ids, signatures), so a batch with a forgery passes with probability
// 2^-128. Our own engines also name the only forgery of a part of up to 64 signatures, from the same equation with
// weights; what stands beside it is then good but for a chance of 2^-122.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "aether/base/cpu.hpp"
#include "aether/base/task_pool.hpp"
#include "aether/crypto/ed25519.hpp"

namespace aether::crypto {

struct SignedId {
  PublicKey key{};
  Hash id;
  Signature signature{};
};

struct SignedMessage {
  PublicKey key{};
  ByteView message;
  Signature signature{};
};

// verdict[i] == verify_id(items[i].key, tag, items[i].id, items[i].signature). groups[i] says who brought item i
// (empty: one group): a batch that fails is cut between groups and then within, so the group with forgeries bears the
// cost.
[[nodiscard]] std::vector<bool> verify_ids(std::string_view tag, std::span<const SignedId> items,
                                           std::span<const std::uint32_t> groups, const CpuFeatures& cpu,
                                           TaskPool& pool);

// verdict[i] == ed25519_verify(items[i].key, items[i].message, items[i].signature).
[[nodiscard]] std::vector<bool> ed25519_verify_batch(std::span<const SignedMessage> items, const CpuFeatures& cpu,
                                                     TaskPool& pool);

// What can check a batch. `avx2` and `ifma`, our own, need CpuFeatures::avx2 and CpuFeatures::avx512_ifma; `commonware`
// runs everywhere and is fast with AVX-512 IFMA. `ifma_and_commonware` says yes where both do, each by itself: two
// implementations that share no code.
enum class BatchEngine : std::uint8_t { zebra, commonware, avx2, ifma, ifma_and_commonware };

// The engine whose word accepts a batch of ids in this build: with CpuFeatures::avx512_ifma both of
// `ifma_and_commonware`, otherwise zebra, unless one of ours was compared on 10^9 signatures or
// AETHER_ED25519_FAST_ACCEPTS was set (core/crypto/CMakeLists.txt). Where it is no engine of ours alone, those find the
// forgeries of a batch that does not hold, and what accepts judges the rest again, together.
[[nodiscard]] BatchEngine batch_engine(const CpuFeatures& cpu);

// Whether all signatures hold, by this engine alone; true for none.
[[nodiscard]] bool ed25519_batch_holds(BatchEngine engine, std::string_view tag, std::span<const SignedId> items);

// The verdicts of verify_ids and ed25519_verify_batch with this engine's word as acceptance; what it rejects is settled
// by single verdicts. Commonware reads no raw messages; zebra does it instead, also where both were to agree.
[[nodiscard]] std::vector<bool> verify_ids_by(BatchEngine engine, std::string_view tag, std::span<const SignedId> items,
                                              std::span<const std::uint32_t> groups, TaskPool& pool);
[[nodiscard]] std::vector<bool> ed25519_verify_batch_by(BatchEngine engine, std::span<const SignedMessage> items,
                                                        TaskPool& pool);

}  // namespace aether::crypto

// How a chain lies in the families of a Kv.
//
//   meta          schema, genesis (hash), tip (the newest block's record), certificate (Snapshot::certificate),
//                 kept_from (slot: what is below was pruned); of a restore that is under way its plan, and a key for
//                 each chunk that is here (partial_state.hpp)
//   state         state key -> BCS of the object's id, then its value: the order of the tree, and of snapshots
//   recent        slot -> the state that its block changed, until `state` holds it (recent_changes.hpp)
//   index         BCS of an object's id -> nothing, of listed domains
//   log           slot -> what the leaves that its block changed were before
//   records, blocks, receipts   slot -> BCS
//   transactions  id -> place        hashes   block hash -> slot
#pragma once

#include "aether/storage/store.hpp"
#include "broken.hpp"
#include "recent_changes.hpp"

namespace aether::storage {

using ReceiptList = codec::List<Receipt, limits::kBlockTransactionsMax>;
using BeforeList = codec::List<smt::Change, std::size_t{1} << 26>;

inline constexpr std::uint32_t kSchema = 4;
inline constexpr std::string_view kSchemaKey = "schema";
inline constexpr std::string_view kGenesisKey = "genesis";
inline constexpr std::string_view kTipKey = "tip";
inline constexpr std::string_view kCertificateKey = "certificate";
inline constexpr std::string_view kKeptFromKey = "kept_from";
inline constexpr std::string_view kPlanKey = "plan";
inline constexpr std::string_view kChunkPrefix = "chunk-";

// Keys sort as their numbers do.
inline std::array<std::uint8_t, 8> slot_key(std::uint64_t slot) {
  std::array<std::uint8_t, 8> out;
  for (std::size_t i = 0; i < 8; ++i) out[i] = static_cast<std::uint8_t>(slot >> (8 * (7 - i)));
  return out;
}
inline std::array<std::uint8_t, 8> slot_key(Slot slot) { return slot_key(slot.raw()); }
inline std::optional<std::uint64_t> slot_of_key(ByteView key) {
  if (key.size() != 8) return std::nullopt;
  std::uint64_t out = 0;
  for (const std::uint8_t byte : key) out = out << 8 | byte;
  return out;
}

// BCS of the id: the domain's tag is one byte, so keys sort by domain, then key.
inline constexpr std::size_t kIdSize = 1 + Hash::kSize;
inline std::array<std::uint8_t, kIdSize> id_bytes(const ObjectId& id) {
  std::array<std::uint8_t, kIdSize> out;
  out[0] = static_cast<std::uint8_t>(id.domain);
  static_assert(codec::enum_names<Domain>.size() < 0x80);
  std::copy(id.key.bytes.begin(), id.key.bytes.end(), out.begin() + 1);
  return out;
}

inline bool is_listed(Domain domain) { return std::ranges::find(kListedDomains, domain) != kListedDomains.end(); }

template <class T>
T decode_own(ByteView bytes, std::string_view what) {
  auto value = codec::decode<T>(bytes);
  if (!value) broken(what);
  return std::move(*value);
}

template <class T>
std::optional<T> load(const KvSnapshot& kv, Family family, ByteView key, std::string_view what) {
  const auto bytes = kv.get(family, key);
  if (!bytes) return std::nullopt;
  return decode_own<T>(*bytes, what);
}

inline void put_identity(Batch& batch, const Hash& genesis) {
  batch.put(Family::meta, as_bytes(kSchemaKey), codec::encode(kSchema));
  batch.put(Family::meta, as_bytes(kGenesisKey), genesis.view());
}
inline void put_kept_from(Batch& batch, Slot slot) {
  batch.put(Family::meta, as_bytes(kKeptFromKey), codec::encode(slot));
}
inline void put_tip(Batch& batch, const BlockRecord& tip) {
  const Bytes record = codec::encode(tip);
  batch.put(Family::hashes, tip.hash.view(), codec::encode(tip.slot));
  batch.put(Family::records, slot_key(tip.slot), record);
  batch.put(Family::meta, as_bytes(kTipKey), record);
}

// The tree over the family `state` and what changed since; none when one of its records is malformed. Whether the rest
// is sound its root says.
[[nodiscard]] std::optional<smt::Tree> tree_of_state(const KvSnapshot& kv, const RecentChanges& recent, TaskPool& pool,
                                                     const CpuFeatures& cpu);

}  // namespace aether::storage

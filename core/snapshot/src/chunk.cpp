#include "aether/snapshot/chunk.hpp"

#include <zstd.h>

namespace aether::snapshot {
namespace {

constexpr int kLevel = 1;  // what a state holds is hashes and short numbers: higher ones gain a few percent
constexpr std::size_t kHeadBytes = 1 + Hash::kSize + 4;

using Steps = codec::List<smt::RangeStep, smt::kRangeStepsMax>;

// Objects whose keys and values are hashed together.
constexpr std::size_t kHashedAtOnce = 128;
struct Batch {
  std::array<ObjectId, kHashedAtOnce> ids;
  std::array<ByteView, kHashedAtOnce> values;
  std::array<Hash, kHashedAtOnce> hashes;
};

// Exactly one frame, which unpacks to exactly `bytes`.
Result<Bytes, Error> unpack(ByteView stored, std::size_t bytes) {
  if (ZSTD_getFrameContentSize(stored.data(), stored.size()) != bytes ||
      ZSTD_findFrameCompressedSize(stored.data(), stored.size()) != stored.size())
    return fail(Error::compression);
  Bytes out(bytes);
  if (ZSTD_decompress(out.data(), out.size(), stored.data(), stored.size()) != bytes) return fail(Error::compression);
  return out;
}

}  // namespace

Hash stored_digest(ByteView stored) { return crypto::tagged_hash("aether/snapshot/chunk", stored); }

std::size_t stored_bytes_max(std::size_t bytes) { return ZSTD_compressBound(bytes); }

bool ChunkBuilder::takes(ByteView value) const {
  if (heads_.empty()) return true;
  return heads_.size() < kChunkObjectsMax &&
         values_.size() + value.size() + (heads_.size() + 1) * kHeadBytes <= kChunkBytesWanted;
}

void ChunkBuilder::add(const ObjectId& id, ByteView value) {
  AETHER_ASSERT(takes(value) && value.size() <= kValueBytesMax);
  heads_.push_back({id, static_cast<std::uint32_t>(value.size())});
  append(values_, value);
}

Bytes ChunkBuilder::plain(std::span<const smt::RangeStep> steps) const {
  codec::Writer writer;
  writer.put(Steps(steps.begin(), steps.end()));
  writer.put(heads_);
  writer.raw(values_);
  return writer.take();
}

Packed pack(ByteView plain, std::uint32_t objects, const Hash& last) {
  AETHER_ASSERT(plain.size() <= kChunkBytesMax);
  Packed out;
  out.stored.resize(ZSTD_compressBound(plain.size()));
  const std::size_t size = ZSTD_compress(out.stored.data(), out.stored.size(), plain.data(), plain.size(), kLevel);
  AETHER_ASSERT(!ZSTD_isError(size));
  out.stored.resize(size);
  out.info = {last, objects, static_cast<std::uint32_t>(plain.size()), static_cast<std::uint32_t>(size),
              stored_digest(out.stored)};
  return out;
}

Result<Chunk, Error> Chunk::open(ByteView stored, const ChunkInfo& info, const Hash& first, const Hash& state_root,
                                 const CpuFeatures& cpu) {
  if (stored.size() != info.stored) return fail(Error::stored_size);
  if (stored_digest(stored) != info.digest) return fail(Error::stored_digest);
  Chunk out;
  AETHER_TRY(out.plain_, unpack(stored, info.bytes));
  codec::Reader reader(out.plain_);
  Steps steps;
  reader.get(steps);
  reader.get(out.heads_);
  if (reader.error()) return fail(Error::chunk_form);
  if (out.heads_.size() != info.objects) return fail(Error::object_count);
  out.values_from_ = out.plain_.size() - reader.rest().size();
  const StateHasher hasher;
  ByteView values = reader.rest();
  out.leaves_.resize(out.heads_.size());
  Batch batch;
  for (std::size_t at = 0; at < out.heads_.size(); at += kHashedAtOnce) {
    const std::size_t count = std::min(kHashedAtOnce, out.heads_.size() - at);
    for (std::size_t i = 0; i < count; ++i) {
      const auto& head = out.heads_[at + i];
      if (head.size > values.size()) return fail(Error::chunk_form);
      batch.ids[i] = head.id;
      batch.values[i] = values.first(head.size);
      values = values.subspan(head.size);
    }
    const auto hashes = std::span(batch.hashes).first(count);
    hasher.keys(std::span(batch.ids).first(count), hashes, cpu);
    for (std::size_t i = 0; i < count; ++i) out.leaves_[at + i].key = hashes[i];
    hasher.values(std::span(batch.values).first(count), hashes, cpu);
    for (std::size_t i = 0; i < count; ++i) out.leaves_[at + i].value = hashes[i];
  }
  if (!values.empty()) return fail(Error::chunk_form);
  smt::RangeProof proof{std::move(out.leaves_), std::move(steps)};
  if (!smt::verify_range(state_root, first, info.last, proof, cpu)) return fail(Error::proof);
  out.leaves_ = std::move(proof.leaves);
  return out;
}

}  // namespace aether::snapshot

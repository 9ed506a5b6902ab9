#include "aether/snapshot/manifest.hpp"

#include "aether/snapshot/chunk.hpp"

namespace aether::snapshot {
namespace {

Result<void, Error> check_block(const Manifest& manifest) {
  const Hash genesis = genesis_hash(manifest.genesis);
  const bool is_genesis = manifest.slot == Slot{0};
  if (is_genesis != !manifest.header.has_value()) return fail(Error::block);
  if (is_genesis) {
    if (manifest.hash != genesis || manifest.time_ms != manifest.genesis.time_ms || manifest.gas_used != Gas{})
      return fail(Error::block);
    return {};
  }
  const HeaderBody& header = manifest.header->body;
  if (header.slot != manifest.slot || header.time_ms != manifest.time_ms || block_hash(header) != manifest.hash ||
      header.chain_id != manifest.genesis.chain_id)
    return fail(Error::block);
  if (manifest.slot == Slot{1} && header.parent_hash != genesis) return fail(Error::block);
  return {};
}

}  // namespace

Result<void, Error> check(const Manifest& manifest) {
  if (manifest.version != Manifest{}.version) return fail(Error::manifest_form);
  AETHER_CHECK(check_block(manifest));
  for (std::size_t i = 0; i < manifest.chunks.size(); ++i) {
    const ChunkInfo& chunk = manifest.chunks[i];
    if (i > 0 && !(manifest.chunks[i - 1].last < chunk.last)) return fail(Error::chunk_order);
    if (chunk.objects > kChunkObjectsMax || chunk.bytes > kChunkBytesMax ||
        chunk.stored > stored_bytes_max(chunk.bytes))
      return fail(Error::chunk_sizes);
  }
  if (manifest.chunks.empty() || manifest.chunks.back().last != highest_key()) return fail(Error::chunk_end);
  return {};
}

Totals totals(const Manifest& manifest) {
  Totals out;
  for (const ChunkInfo& chunk : manifest.chunks) {
    out.objects += chunk.objects;
    out.bytes += chunk.bytes;
    out.stored += chunk.stored;
  }
  return out;
}

Hash first_key(const Manifest& manifest, std::size_t i) {
  return i == 0 ? Hash{} : key_after(manifest.chunks[i - 1].last);
}

Hash key_after(Hash key) {
  AETHER_ASSERT(key != highest_key());
  for (std::size_t i = Hash::kSize; i-- > 0 && ++key.bytes[i] == 0;) {
  }
  return key;
}

Hash highest_key() {
  Hash key;
  key.bytes.fill(0xff);
  return key;
}

Trailer trailer_of(ByteView manifest) {
  AETHER_ASSERT(manifest.size() <= kManifestBytesMax);
  return {static_cast<std::uint32_t>(manifest.size()), crypto::tagged_hash("aether/snapshot", manifest)};
}

Result<Trailer, Error> read_trailer(ByteView bytes, std::uint64_t file_bytes) {
  const auto trailer = codec::decode<Trailer>(bytes);
  if (!trailer || trailer->manifest_bytes > kManifestBytesMax ||
      std::uint64_t{trailer->manifest_bytes} + kMagic.size() + kTrailerBytes > file_bytes)
    return fail(Error::trailer);
  return *trailer;
}

Result<Manifest, Error> read_manifest(ByteView bytes, const Trailer& trailer, std::uint64_t file_bytes) {
  if (trailer_of(bytes).digest != trailer.digest) return fail(Error::manifest_digest);
  auto manifest = codec::decode<Manifest>(bytes);
  if (!manifest) return fail(Error::manifest_form);
  AETHER_CHECK(check(*manifest));
  if (kMagic.size() + totals(*manifest).stored + bytes.size() + kTrailerBytes != file_bytes) return fail(Error::size);
  return std::move(*manifest);
}

}  // namespace aether::snapshot

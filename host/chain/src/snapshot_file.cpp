#include "aether/chain/snapshot_file.hpp"

#include "snapshot_work.hpp"

namespace aether::chain {
namespace {

std::unexpected<SnapshotError> damaged(const env::Path& path, snapshot::Error why, const std::string& where = {}) {
  return fail(SnapshotError{SnapshotErrorKind::damaged,
                            path.string() + where + ": " + std::string(snapshot::to_string(why)), why});
}

SnapshotOutcome<Bytes> read(const env::FileReader& file, std::uint64_t offset, std::size_t size) {
  Bytes out(size);
  if (const auto done = file.read(offset, out); !done)
    return fail(snapshot_error(done.error(), SnapshotErrorKind::unreadable));
  return out;
}

SnapshotOutcome<void> expect(const env::Path& path, const char* what, const Hash& found,
                             const std::optional<Hash>& wanted) {
  if (!wanted || *wanted == found) return {};
  return fail(SnapshotError{
      SnapshotErrorKind::unexpected,
      path.string() + ": its " + what + " is " + to_hex0x(found.bytes) + ", not " + to_hex0x(wanted->bytes)});
}

}  // namespace

storage::BlockRecord record_of(const snapshot::Manifest& manifest) {
  return {manifest.slot,          manifest.hash,     manifest.time_ms, manifest.state_root,
          manifest.receipts_root, manifest.gas_used, manifest.header};
}

SnapshotError snapshot_error(const env::Error& error, SnapshotErrorKind otherwise) {
  if (error.kind == env::ErrorKind::exists) return {SnapshotErrorKind::exists, error.message};
  if (error.kind == env::ErrorKind::locked) return {SnapshotErrorKind::locked, error.message};
  return {otherwise, error.message};
}

SnapshotOutcome<SnapshotFile> SnapshotFile::open(const env::Path& path) {
  auto file = env::FileReader::open(path);
  if (!file) return fail(snapshot_error(file.error(), SnapshotErrorKind::unreadable));
  const std::uint64_t size = file->size();
  if (size < snapshot::kMagic.size()) return damaged(path, snapshot::Error::magic);
  AETHER_TRY(const Bytes magic, read(*file, 0, snapshot::kMagic.size()));
  if (as_text(magic) != snapshot::kMagic) return damaged(path, snapshot::Error::magic);
  if (size < snapshot::kMagic.size() + snapshot::kTrailerBytes) return damaged(path, snapshot::Error::trailer);
  AETHER_TRY(const Bytes end, read(*file, size - snapshot::kTrailerBytes, snapshot::kTrailerBytes));
  const auto trailer = snapshot::read_trailer(end, size);
  if (!trailer) return damaged(path, trailer.error());
  AETHER_TRY(const Bytes bytes,
             read(*file, size - snapshot::kTrailerBytes - trailer->manifest_bytes, trailer->manifest_bytes));
  auto manifest = snapshot::read_manifest(bytes, *trailer, size);
  if (!manifest) return damaged(path, manifest.error());
  return SnapshotFile(path, std::move(*file), trailer->manifest_bytes, {std::move(*manifest), trailer->digest, size});
}

SnapshotFile::SnapshotFile(env::Path path, env::FileReader file, std::uint32_t manifest_bytes, SnapshotFacts facts)
    : path_(std::move(path)), file_(std::move(file)), manifest_bytes_(manifest_bytes), facts_(std::move(facts)) {
  std::uint64_t at = snapshot::kMagic.size();
  for (const auto& chunk : manifest().chunks) {
    offsets_.push_back(at);
    at += chunk.stored;
  }
}

SnapshotOutcome<void> SnapshotFile::check(const Expected& expected) const {
  AETHER_CHECK(expect(path_, "genesis hash", genesis_hash(manifest().genesis), expected.genesis));
  AETHER_CHECK(expect(path_, "block", manifest().hash, expected.block));
  return expect(path_, "state root", manifest().state_root, expected.state_root);
}

SnapshotOutcome<snapshot::Chunk> SnapshotFile::chunk(std::size_t i) const {
  const snapshot::ChunkInfo& info = manifest().chunks[i];
  AETHER_TRY(const Bytes stored, read(file_, offsets_[i], info.stored));
  auto chunk = snapshot::Chunk::open(stored, info, snapshot::first_key(manifest(), i), manifest().state_root, cpu_);
  if (!chunk) return damaged(path_, chunk.error(), " at byte " + std::to_string(offsets_[i]));
  return std::move(*chunk);
}

SnapshotOutcome<Bytes> SnapshotFile::stored_chunk(std::size_t i) const {
  AETHER_ASSERT(i < offsets_.size());
  const snapshot::ChunkInfo& info = manifest().chunks[i];
  AETHER_TRY(Bytes stored, read(file_, offsets_[i], info.stored));
  if (snapshot::stored_digest(stored) != info.digest)
    return damaged(path_, snapshot::Error::stored_digest, " at byte " + std::to_string(offsets_[i]));
  return stored;
}

SnapshotOutcome<Bytes> SnapshotFile::manifest_piece(std::size_t offset, std::size_t size) const {
  if (offset >= manifest_bytes_) return Bytes{};
  const std::uint64_t begin = facts_.file_bytes - snapshot::kTrailerBytes - manifest_bytes_;
  return read(file_, begin + offset, std::min<std::size_t>(size, manifest_bytes_ - offset));
}

SnapshotOutcome<SnapshotFacts> read_snapshot(const env::Path& file) {
  AETHER_TRY(const auto snapshot, SnapshotFile::open(file));
  return snapshot.facts();
}

SnapshotOutcome<SnapshotFacts> verify_snapshot(const env::Path& file, const Expected& expected, const Work& work) {
  AETHER_TRY(const auto snapshot, SnapshotFile::open(file));
  AETHER_CHECK(snapshot.check(expected));
  Counter counter(work.progress, snapshot::totals(snapshot.manifest()).objects);
  FirstError error;
  work.pool.run(snapshot.manifest().chunks.size(), [&](std::size_t i) {
    if (error.is_set()) return;
    const auto chunk = snapshot.chunk(i);
    if (!chunk) return error.set(chunk.error());
    counter.add(chunk->size());
  });
  AETHER_CHECK(error.outcome());
  return snapshot.facts();
}

}  // namespace aether::chain

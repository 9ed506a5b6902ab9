// A snapshot's file, its parts read by any thread.
#pragma once

#include "aether/chain/snapshot.hpp"
#include "aether/env/cpu.hpp"
#include "aether/env/file_stream.hpp"
#include "aether/snapshot/chunk.hpp"

namespace aether::chain {

class SnapshotFile {
 public:
  [[nodiscard]] static SnapshotOutcome<SnapshotFile> open(const env::Path& path);

  [[nodiscard]] const SnapshotFacts& facts() const { return facts_; }
  [[nodiscard]] const snapshot::Manifest& manifest() const { return facts_.manifest; }
  [[nodiscard]] SnapshotOutcome<void> check(const Expected& expected) const;
  [[nodiscard]] SnapshotOutcome<snapshot::Chunk> chunk(std::size_t i) const;

  // For others, as they are stored. A chunk that is not what the manifest names is damaged.
  [[nodiscard]] SnapshotOutcome<Bytes> stored_chunk(std::size_t i) const;
  [[nodiscard]] std::uint32_t manifest_bytes() const { return manifest_bytes_; }
  // What there is of so many bytes from `offset` on.
  [[nodiscard]] SnapshotOutcome<Bytes> manifest_piece(std::size_t offset, std::size_t size) const;

 private:
  SnapshotFile(env::Path path, env::FileReader file, std::uint32_t manifest_bytes, SnapshotFacts facts);

  env::Path path_;
  env::FileReader file_;
  const CpuFeatures cpu_ = env::cpu_features();
  std::uint32_t manifest_bytes_;
  SnapshotFacts facts_;
  std::vector<std::uint64_t> offsets_;  // of chunks
};

}  // namespace aether::chain

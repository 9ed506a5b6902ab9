// What a snapshot is of, and what it consists of. The form is spec/snapshot.md's.
//
// Chunk i is the range of state keys behind chunk i − 1's last one up to its own; the last chunk's is the highest key.
// So no manifest that passes check() leaves a key out, and a chunk that passes verify() leaves out no object.
#pragma once

#include "aether/smt/proof.hpp"
#include "aether/snapshot/error.hpp"
#include "aether/types/genesis.hpp"

namespace aether::snapshot {

// An object's value: the largest are a contract's code and a validator set.
inline constexpr std::size_t kValueBytesMax = 2 * 1024 * 1024;
static_assert(limits::kStateValueBytesMax < kValueBytesMax && limits::kValidatorListBytesMax < kValueBytesMax);
// A chunk is closed before the object that would make it larger, unless it is its only one.
inline constexpr std::size_t kChunkBytesWanted = 1024 * 1024;
inline constexpr std::size_t kChunkObjectsMax = smt::kRangeLeavesMax;
// Before compression; an object's own size, id and length, and the steps of a proof with their frames.
inline constexpr std::size_t kChunkBytesMax = kValueBytesMax + 128 + smt::kRangeStepsMax * 65;
// After it: what zstd makes of so many bytes at most.
inline constexpr std::size_t kStoredBytesMax = kChunkBytesMax + kChunkBytesMax / 256;
inline constexpr std::size_t kChunksMax = std::size_t{1} << 20;
inline constexpr std::size_t kManifestBytesMax = 160 * 1024 * 1024;

struct ChunkInfo {
  Hash last;                  // the highest state key of its range
  std::uint32_t objects = 0;  // at most kChunkObjectsMax
  std::uint32_t bytes = 0;    // before compression
  std::uint32_t stored = 0;   // after it
  Hash digest;                // H("aether/snapshot/chunk", the stored bytes)

  bool operator==(const ChunkInfo&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("last", self.last);
    visit("objects", self.objects);
    visit("bytes", self.bytes);
    visit("stored", self.stored);
    visit("digest", self.digest);
  }
};

struct Manifest {
  std::uint8_t version = 1;
  Genesis genesis;
  // The block whose post-state it is. `state_root`, `receipts_root` and `gas_used` are what its child's header says.
  Slot slot;
  Hash hash;
  std::uint64_t time_ms = 0;
  Hash state_root;
  Hash receipts_root;
  Gas gas_used;
  std::optional<Header> header;  // none of block 0
  codec::List<ChunkInfo, kChunksMax> chunks;

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("version", self.version);
    visit("genesis", self.genesis);
    visit("slot", self.slot);
    visit("hash", self.hash);
    visit("time_ms", self.time_ms);
    visit("state_root", self.state_root);
    visit("receipts_root", self.receipts_root);
    visit("gas_used", self.gas_used);
    visit("header", self.header);
    visit("chunks", self.chunks);
  }
};

[[nodiscard]] Result<void, Error> check(const Manifest& manifest);

struct Totals {
  std::uint64_t objects = 0;
  std::uint64_t bytes = 0;   // of all chunks before compression
  std::uint64_t stored = 0;  // after it
};
[[nodiscard]] Totals totals(const Manifest& manifest);

// The lowest key of chunk i's range.
[[nodiscard]] Hash first_key(const Manifest& manifest, std::size_t i);
[[nodiscard]] Hash key_after(Hash key);  // of one that is not the highest
[[nodiscard]] Hash highest_key();

// --- The file: magic, the stored chunks one after another, the manifest, the trailer --------------------------------

inline constexpr std::string_view kMagic = "aether snapshot\n";

struct Trailer {
  std::uint32_t manifest_bytes = 0;
  Hash digest;  // H("aether/snapshot", the manifest's bytes): the name of the snapshot

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("manifest_bytes", self.manifest_bytes);
    visit("digest", self.digest);
  }
};
inline constexpr std::size_t kTrailerBytes = 4 + Hash::kSize;

[[nodiscard]] Trailer trailer_of(ByteView manifest);
// The last kTrailerBytes of a file of `file_bytes`.
[[nodiscard]] Result<Trailer, Error> read_trailer(ByteView bytes, std::uint64_t file_bytes);
// The bytes before the trailer; the manifest passes check().
[[nodiscard]] Result<Manifest, Error> read_manifest(ByteView bytes, const Trailer& trailer, std::uint64_t file_bytes);

}  // namespace aether::snapshot

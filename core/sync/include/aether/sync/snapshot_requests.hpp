// What a node asks of others to begin at a snapshot, and the answers. Each answer carries the number of its request,
// and shows by itself, or together with what was verified before, whether it is what was asked for.
#pragma once

#include "aether/light/light_client.hpp"
#include "aether/snapshot/manifest.hpp"
#include "aether/sync/requests.hpp"

namespace aether::sync {

inline constexpr std::size_t kProofHeadersMax = 4;
inline constexpr std::size_t kOffersMax = 2;  // of one peer
inline constexpr std::size_t kEpochsMax = 8;  // of an answer
inline constexpr std::size_t kManifestPieceBytes = 1024 * 1024;
inline constexpr std::size_t kPieceBytesMax = snapshot::kStoredBytesMax;

// Why a block is final, and which state it left: its header and those after it, each on the one before, and C2 of the
// last. The second says what executing the first left.
struct SnapshotProof {
  codec::List<Header, kProofHeadersMax> headers;  // at least two
  PrecommitCertificate certificate;

  bool operator==(const SnapshotProof&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("headers", self.headers);
    visit("certificate", self.certificate);
  }
};

// A snapshot that a peer serves. An honest one offers only what it made or verified itself.
struct Offer {
  Hash name;  // the digest of its manifest
  std::uint32_t manifest_bytes = 0;
  SnapshotProof proof;

  bool operator==(const Offer&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("name", self.name);
    visit("manifest_bytes", self.manifest_bytes);
    visit("proof", self.proof);
  }
};

// Which snapshots of blocks in slots above `above` do you serve? The newest ones.
struct OffersRequest {
  RequestId id = 0;
  Slot above;

  bool operator==(const OffersRequest&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("id", self.id);
    visit("above", self.above);
  }
};
struct Offers {
  RequestId id = 0;
  codec::List<Offer, kOffersMax> offers;

  bool operator==(const Offers&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("id", self.id);
    visit("offers", self.offers);
  }
};

// A final header of that epoch which shows the validators of the next, and such ones of the epochs that follow it,
// without a gap, as far as they are known or fit.
struct EpochsRequest {
  RequestId id = 0;
  std::uint64_t epoch = 0;

  bool operator==(const EpochsRequest&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("id", self.id);
    visit("epoch", self.epoch);
  }
};
struct Epochs {
  RequestId id = 0;
  codec::List<light::FinalHeader, kEpochsMax> headers;

  bool operator==(const Epochs&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("id", self.id);
    visit("headers", self.headers);
  }
};

// Bytes of a manifest: the piece of this number, each of kManifestPieceBytes but the last.
struct ManifestRequest {
  RequestId id = 0;
  Hash name;
  std::uint32_t piece = 0;

  bool operator==(const ManifestRequest&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("id", self.id);
    visit("name", self.name);
    visit("piece", self.piece);
  }
};
// A chunk as it is stored.
struct ChunkRequest {
  RequestId id = 0;
  Hash name;
  std::uint32_t chunk = 0;

  bool operator==(const ChunkRequest&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("id", self.id);
    visit("name", self.name);
    visit("chunk", self.chunk);
  }
};
// The answer to both; empty where the snapshot is not served any more.
struct Piece {
  RequestId id = 0;
  codec::Blob<kPieceBytesMax> bytes;

  bool operator==(const Piece&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("id", self.id);
    visit("bytes", self.bytes);
  }
};

using SnapshotRequest = std::variant<OffersRequest, EpochsRequest, ManifestRequest, ChunkRequest>;

// Whether a Piece is the answer.
[[nodiscard]] bool is_piece(const SnapshotRequest& request);

// Whether the headers stand on each other and the certificate is of the last; says nothing of whether it holds.
[[nodiscard]] bool is_chained(const SnapshotProof& proof);

// A snapshot whose manifest is bound to a final header: everything that its chunks must show.
struct Target {
  Hash name;
  snapshot::Manifest manifest;
  SnapshotProof proof;

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("name", self.name);
    visit("manifest", self.manifest);
    visit("proof", self.proof);
  }
};
using TargetPointer = std::shared_ptr<const Target>;

// Whether the manifest is of the block that the proof shows, and of the state that this block left.
[[nodiscard]] bool is_of(const snapshot::Manifest& manifest, const SnapshotProof& proof);

}  // namespace aether::sync

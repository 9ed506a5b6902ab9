#include "snapshot_work.hpp"

namespace aether::chain {
namespace {

// A chunk before it is proved and packed.
struct Piece {
  snapshot::ChunkBuilder objects;
  Hash first, last;
};

// Cuts the state into pieces, some at a time.
class Cutter {
 public:
  explicit Cutter(const storage::Snapshot& state) : state_(state) {}

  // The next `count` pieces, or those that are left: then is_done().
  std::vector<Piece> next(std::size_t count) {
    std::vector<Piece> out;
    Piece piece{{}, first_, {}};
    bool full = false;
    state_.visit_objects(first_, [&](const Hash& key, const ObjectId& id, ByteView value) {
      if (!piece.objects.takes(value)) {
        first_ = snapshot::key_after(piece.last);
        out.push_back(std::move(piece));
        full = out.size() == count;
        if (full) return false;
        piece = {{}, first_, {}};
      }
      piece.objects.add(id, value);
      piece.last = key;
      return true;
    });
    if (full) return out;
    piece.last = snapshot::highest_key();
    out.push_back(std::move(piece));
    is_done_ = true;
    return out;
  }
  [[nodiscard]] bool is_done() const { return is_done_; }

 private:
  const storage::Snapshot& state_;
  Hash first_;
  bool is_done_ = false;
};

snapshot::Packed packed(const Piece& piece, const smt::Tree& tree) {
  Hash last = piece.last;
  const smt::RangeProof proof = tree.prove_range(piece.first, last);
  AETHER_ASSERT(last == piece.last && proof.leaves.size() == piece.objects.objects());
  return snapshot::pack(piece.objects.plain(proof.steps), piece.objects.objects(), piece.last);
}

snapshot::Manifest manifest_of(const storage::BlockRecord& tip, const Genesis& genesis) {
  snapshot::Manifest out;
  out.genesis = genesis;
  out.slot = tip.slot;
  out.hash = tip.hash;
  out.time_ms = tip.time_ms;
  out.state_root = tip.state_root;
  out.receipts_root = tip.receipts_root;
  out.gas_used = tip.gas_used;
  out.header = tip.header;
  return out;
}

SnapshotOutcome<void> append(env::FileWriter& file, ByteView bytes) {
  if (auto done = file.append(bytes); !done) return fail(snapshot_error(done.error(), SnapshotErrorKind::environment));
  return {};
}

constexpr std::size_t kPiecesPerThread = 4;

}  // namespace

SnapshotOutcome<SnapshotFacts> create_snapshot(const storage::Snapshot& of, const Genesis& genesis,
                                               const SnapshotTarget& target, const Work& work) {
  AETHER_ASSERT(of.tip().has_value());
  auto file = env::FileWriter::create(target.file, target.replace);
  if (!file) return fail(snapshot_error(file.error(), SnapshotErrorKind::environment));
  AETHER_CHECK(append(*file, as_bytes(snapshot::kMagic)));
  SnapshotFacts facts{manifest_of(*of.tip(), genesis), {}, 0};
  Counter counter(work.progress, of.tree().size());
  const std::size_t at_once = kPiecesPerThread * work.pool.width();
  Cutter cutter(of);
  for (std::vector<Piece> pieces = cutter.next(at_once); !pieces.empty();) {
    if (work.stop.stop_requested())
      return fail(SnapshotError{SnapshotErrorKind::stopped, target.file.string() + ": its making was stopped"});
    // The next pieces are read while these are packed.
    std::vector<Piece> following;
    std::vector<snapshot::Packed> chunks(pieces.size());
    work.pool.run(pieces.size() + 1, [&](std::size_t task) {
      if (task > 0) {
        chunks[task - 1] = packed(pieces[task - 1], of.tree());
      } else if (!cutter.is_done()) {
        following = cutter.next(at_once);
      }
    });
    for (snapshot::Packed& chunk : chunks) {
      AETHER_CHECK(append(*file, chunk.stored));
      counter.add(chunk.info.objects);
      facts.manifest.chunks.push_back(chunk.info);
    }
    pieces = std::move(following);
  }
  const Bytes manifest = codec::encode(facts.manifest);
  const snapshot::Trailer trailer = snapshot::trailer_of(manifest);
  AETHER_CHECK(append(*file, manifest));
  AETHER_CHECK(append(*file, codec::encode(trailer)));
  facts.digest = trailer.digest;
  facts.file_bytes = file->size();
  if (auto done = file->commit(); !done) return fail(snapshot_error(done.error(), SnapshotErrorKind::environment));
  return facts;
}

}  // namespace aether::chain

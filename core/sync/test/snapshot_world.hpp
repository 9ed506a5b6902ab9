// A chain of validators with a snapshot in each epoch, and peers that serve it, or what is none.
#pragma once

#include "../../snapshot/test/support.hpp"
#include "../../types/test/validators.hpp"
#include "aether/sync/snapshot_sync.hpp"

namespace aether::sync {

using aether::testing::kChain;
using aether::testing::range;
using aether::testing::Validators;

inline constexpr std::uint64_t kEpochSlots = 10;
inline constexpr std::uint64_t kEpochs = 6;
inline constexpr std::uint64_t kStartMs = 1'700'000'000'000;

struct Served {
  Offer offer;
  snapshot::Manifest manifest;
  Bytes manifest_bytes;
  std::vector<Bytes> chunks;
};

class World {
 public:
  World() {
    for (std::uint64_t epoch = 0; epoch <= kEpochs; ++epoch)
      sets_.emplace_back(std::vector<u128>{3, 3, 3, 3 + epoch}, epoch);
    genesis_.chain_id = kChain;
    for (std::uint64_t epoch = 0; epoch < kEpochs; ++epoch) {
      epochs_.push_back(make_epoch(epoch));
      snapshots_.push_back(make_snapshot(epoch));
    }
  }

  [[nodiscard]] SnapshotParams params() const {
    return {.genesis = genesis_hash(genesis_), .light = {kChain, kEpochSlots, 1'000'000'000}};
  }
  // Of a node that stopped in epoch 0.
  [[nodiscard]] light::Checkpoint checkpoint() const {
    return {snapshot::number(1), Slot{4}, kStartMs, sets_[0].set().list(), sets_[1].set().list()};
  }
  [[nodiscard]] const light::FinalHeader& epoch(std::uint64_t number) const { return epochs_[number]; }
  [[nodiscard]] const Served& snapshot(std::uint64_t epoch) const { return snapshots_[epoch]; }
  [[nodiscard]] PrecommitCertificate certify(const Header& header, ValidatorIndex signers) const {
    return sets_[header.body.epoch].certificate<PrecommitCertificate>(range(0, signers), header.body.slot,
                                                                      block_hash(header.body));
  }
  [[nodiscard]] static Header header(Slot slot) {
    Header out;
    out.body.chain_id = kChain;
    out.body.epoch = slot.raw() / kEpochSlots;
    out.body.slot = slot;
    out.body.time_ms = kStartMs + slot.raw() * 500;
    out.body.parent_hash = snapshot::number(slot.raw());
    out.body.sealer = BftSealer{};
    out.signature = crypto::KesSignature{};
    return out;
  }
  // The name and offer of another manifest for the same block.
  [[nodiscard]] static Served with_manifest(Served served) {
    served.manifest_bytes = codec::encode(served.manifest);
    served.offer.name = snapshot::trailer_of(served.manifest_bytes).digest;
    served.offer.manifest_bytes = static_cast<std::uint32_t>(served.manifest_bytes.size());
    return served;
  }

 private:
  [[nodiscard]] light::FinalHeader make_epoch(std::uint64_t epoch) const {
    const Bytes list = codec::encode(sets_[epoch + 1].set().list());
    const smt::Change change{state_key(validators_object(epoch + 1)), value_hash(list)};
    SerialPool pool;
    const smt::Tree tree = smt::Tree().updated({&change, 1}, pool, {}).tree;
    light::FinalHeader out;
    out.header = header(Slot{epoch * kEpochSlots + 2});
    out.header.body.parent_state_root = tree.root();
    out.certificate = certify(out.header, 4);
    out.next = light::NextValidators{sets_[epoch + 1].set().list(), tree.prove(change.key)};
    return out;
  }
  // Of the block in the epoch's slot 7, whose child has C2 only through a grandchild in odd epochs.
  [[nodiscard]] Served make_snapshot(std::uint64_t epoch) const {
    auto made = snapshot::snapshot_of(snapshot::some_state(40 + epoch), 5);
    Served out{{}, std::move(made.manifest), {}, std::move(made.chunks)};
    const std::size_t length = epoch % 2 == 0 ? 2 : 3;
    for (std::size_t i = 0; i < length; ++i) {
      Header next = header(Slot{epoch * kEpochSlots + 7 + i});
      if (i > 0) next.body.parent_hash = block_hash(out.offer.proof.headers.back().body);
      if (i == 1) next.body.parent_state_root = out.manifest.state_root;
      if (i == 1) next.body.parent_gas_used = Gas{epoch};
      out.offer.proof.headers.push_back(next);
    }
    const Header& block = out.offer.proof.headers[0];
    out.offer.proof.certificate = certify(out.offer.proof.headers.back(), 4);
    out.manifest.genesis = genesis_;
    out.manifest.slot = block.body.slot;
    out.manifest.hash = block_hash(block.body);
    out.manifest.time_ms = block.body.time_ms;
    out.manifest.gas_used = Gas{epoch};
    out.manifest.header = block;
    return with_manifest(std::move(out));
  }

  Genesis genesis_;
  std::vector<Validators> sets_;
  std::vector<light::FinalHeader> epochs_;
  std::vector<Served> snapshots_;
};

inline const World& world() {
  static const World made;
  return made;
}

enum class Kind : std::uint8_t {
  honest,
  slow,              // its answers come after all patience
  silent,            // answers nothing
  stale,             // serves an older snapshot, truly
  unshown,           // offers a block of a far epoch, and shows no way there
  uncertified,       // its block has no quorum
  forked,            // another child of the block, without a quorum, that names another state
  unchained,         // its headers do not follow each other
  bad_epochs,        // shows validators that no state holds
  other_manifest,    // not the bytes that it named
  foreign_manifest,  // of another state
  chopped_manifest,  // a short piece
  bad_digests,       // a manifest that names other bytes than the state's chunks
  bad_chunks,        // the honest manifest, other chunks
  empty_handed,      // the honest offer, and nothing of it
  chunks_of_lies,    // chunks that its own manifest names, but that the state root does not hold
};
inline constexpr bool is_liar(Kind kind) {
  return kind != Kind::honest && kind != Kind::slow && kind != Kind::silent && kind != Kind::stale &&
         kind != Kind::unshown && kind != Kind::empty_handed;
}

using Answer = std::variant<Offers, Epochs, Piece>;

class ServingPeer {
 public:
  explicit ServingPeer(Kind kind) : kind_(kind), served_(world().snapshot(kind == Kind::stale ? 1 : kEpochs - 1)) {
    if (kind == Kind::unshown) {
      for (Header& header : served_.offer.proof.headers) header.body.slot = Slot{header.body.slot.raw() + 10'000};
      served_.offer.proof.headers[1].body.parent_hash = block_hash(served_.offer.proof.headers[0].body);
      served_.offer.proof.headers.resize(2);
      served_.offer.proof.certificate.slot = served_.offer.proof.headers[1].body.slot;
      served_.offer.proof.certificate.block = block_hash(served_.offer.proof.headers[1].body);
    }
    if (kind == Kind::uncertified)
      served_.offer.proof.certificate = world().certify(served_.offer.proof.headers.back(), 2);
    if (kind == Kind::forked) {
      auto& headers = served_.offer.proof.headers;
      headers.resize(2);
      headers[1].body.parent_state_root = snapshot::number(5);
      served_.offer.proof.certificate.slot = headers[1].body.slot;
      served_.offer.proof.certificate.block = block_hash(headers[1].body);
    }
    if (kind == Kind::unchained) served_.offer.proof.headers[1].body.parent_hash = snapshot::number(3);
    if (kind == Kind::foreign_manifest) {
      const Served& other = world().snapshot(0);
      served_.manifest.state_root = other.manifest.state_root;
      served_.manifest.chunks = other.manifest.chunks;
      served_ = World::with_manifest(std::move(served_));
    }
    if (kind == Kind::bad_digests) {
      served_.manifest.chunks[3].digest = snapshot::number(9);
      served_ = World::with_manifest(std::move(served_));
    }
    if (kind == Kind::chunks_of_lies) {
      const Served& other = world().snapshot(0);
      served_.manifest.chunks = other.manifest.chunks;
      served_.chunks = other.chunks;
      served_ = World::with_manifest(std::move(served_));
    }
  }

  [[nodiscard]] Kind kind() const { return kind_; }
  [[nodiscard]] const Served& served() const { return served_; }
  [[nodiscard]] std::optional<Answer> answer(const SnapshotRequest& request) const {
    if (kind_ == Kind::silent) return std::nullopt;
    return std::visit([&](const auto& kind) -> Answer { return serve(kind); }, request);
  }

 private:
  [[nodiscard]] Answer serve(const OffersRequest& request) const {
    Offers out{request.id, {}};
    if (served_.offer.proof.headers[0].body.slot > request.above) out.offers.push_back(served_.offer);
    return out;
  }
  [[nodiscard]] Answer serve(const EpochsRequest& request) const {
    Epochs out{request.id, {}};
    if (kind_ == Kind::unshown) return out;
    for (std::uint64_t epoch = request.epoch; epoch < kEpochs && out.headers.size() < 2; ++epoch)
      out.headers.push_back(world().epoch(epoch));
    if (kind_ == Kind::bad_epochs && !out.headers.empty()) out.headers.back().next->list = ValidatorList{};
    return out;
  }
  [[nodiscard]] Answer serve(const ManifestRequest& request) const {
    Piece out{request.id, {}};
    if (request.name != served_.offer.name || kind_ == Kind::empty_handed) return out;
    const std::size_t from = request.piece * kManifestPieceBytes;
    const std::size_t size = std::min(kManifestPieceBytes, served_.manifest_bytes.size() - from);
    out.bytes.assign(served_.manifest_bytes.begin() + static_cast<std::ptrdiff_t>(from),
                     served_.manifest_bytes.begin() + static_cast<std::ptrdiff_t>(from + size));
    if (kind_ == Kind::other_manifest) out.bytes[7] ^= 1;
    if (kind_ == Kind::chopped_manifest) out.bytes.pop_back();
    return out;
  }
  [[nodiscard]] Answer serve(const ChunkRequest& request) const {
    Piece out{request.id, {}};
    if (request.name != served_.offer.name || kind_ == Kind::empty_handed) return out;
    out.bytes = served_.chunks[request.chunk];
    if (kind_ == Kind::bad_chunks) out.bytes[out.bytes.size() / 2] ^= 1;
    return out;
  }

  Kind kind_;
  Served served_;
};

}  // namespace aether::sync

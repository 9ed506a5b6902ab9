// Any sequence of answers, losses and times, true answers and turned ones among them: bounds hold, a chunk is stored
// once and only of a snapshot that was begun, and what is restored is the state.
#include <set>

#include "aether/smt/tree.hpp"
#include "aether/sync/snapshot_sync.hpp"

namespace {

using namespace aether;
using namespace aether::sync;

constexpr ChainId kChain{7};
constexpr std::uint64_t kEpochSlots = 10;
constexpr PeerId kPeers = 3;

Secret<32> secret(std::uint8_t number) { return Secret<32>(std::array<std::uint8_t, 32>{number}); }
crypto::BlsSecretKey bls_key() { return crypto::bls_key_gen(secret(2)); }

Header header_of(Slot slot, const Hash& parent) {
  Header out;
  out.body.chain_id = kChain;
  out.body.epoch = slot.raw() / kEpochSlots;
  out.body.slot = slot;
  out.body.time_ms = 1'000 + slot.raw();
  out.body.parent_hash = parent;
  out.body.sealer = BftSealer{};
  out.signature = crypto::KesSignature{};
  return out;
}

// One validator, epochs 0 to 3, a snapshot in epoch 2 whose way leads over the header of epoch 1.
struct Chain {
  std::vector<ValidatorList> lists;
  light::FinalHeader epoch_1;
  Genesis genesis;
  Offer offer;
  Bytes manifest;
  snapshot::Manifest content;
  std::vector<Bytes> chunks;
  std::map<Hash, Hash> leaves;

  Chain() {
    const ValidatorSecrets secrets{secret(1), bls_key(), secret(3), crypto::KesSecretKey(secret(4))};
    const auto registration = verify_registration(make_registration(kChain, Address{Hash{{1}}}, secrets), kChain);
    for (std::uint64_t epoch = 0; epoch < 4; ++epoch) {
      const Bonded bonded[] = {{*registration, u128{5}, 0}};
      lists.push_back(ValidatorSet::make(epoch, bonded)->list());
    }
    SerialPool pool;
    const smt::Change set{state_key(validators_object(2)), value_hash(codec::encode(lists[2]))};
    const smt::Tree tree = smt::Tree().updated({&set, 1}, pool, {}).tree;
    epoch_1.header = header_of(Slot{12}, {});
    epoch_1.header.body.parent_state_root = tree.root();
    epoch_1.certificate = certify(epoch_1.header);
    epoch_1.next = light::NextValidators{lists[2], tree.prove(set.key)};
    genesis.chain_id = kChain;
    make_snapshot();
  }
  PrecommitCertificate certify(const Header& header) const {
    PrecommitCertificate out{header.body.slot, block_hash(header.body), Signers(Bytes{1}), {}};
    const VoteBody body{kChain, VoteKind::precommit, out.slot, out.block};
    out.aggregate = crypto::bls_sign_id(bls_key(), vote_tag(body.kind), vote_id(body)).encode();
    return out;
  }
  void make_snapshot() {
    std::map<Hash, std::pair<ObjectId, Bytes>> objects;
    for (std::uint8_t i = 0; i < 12; ++i) {
      const ObjectId id{Domain::account, Hash{{i}}};
      objects.emplace(state_key(id), std::pair(id, Bytes(i, i)));
    }
    std::vector<smt::Change> changes;
    for (const auto& [key_of, object] : objects) {
      leaves[key_of] = value_hash(object.second);
      changes.push_back({key_of, leaves[key_of]});
    }
    SerialPool pool;
    const smt::Tree tree = smt::Tree().updated(changes, pool, {}).tree;
    Hash first;
    for (auto object = objects.begin(); object != objects.end();) {
      snapshot::ChunkBuilder builder;
      Hash last;
      for (int i = 0; i < 3 && object != objects.end(); ++i, ++object) {
        builder.add(object->second.first, object->second.second);
        last = object->first;
      }
      if (object == objects.end()) last = snapshot::highest_key();
      auto packed = snapshot::pack(builder.plain(tree.prove_range(first, last).steps), builder.objects(), last);
      content.chunks.push_back(packed.info);
      chunks.push_back(std::move(packed.stored));
      if (object != objects.end()) first = snapshot::key_after(last);
    }
    const Header block = header_of(Slot{25}, {});
    Header child = header_of(Slot{26}, block_hash(block.body));
    child.body.parent_state_root = tree.root();
    offer.proof = {{block, child}, certify(child)};
    content.genesis = genesis;
    content.slot = block.body.slot;
    content.hash = block_hash(block.body);
    content.time_ms = block.body.time_ms;
    content.state_root = tree.root();
    content.header = block;
    manifest = codec::encode(content);
    offer.name = snapshot::trailer_of(manifest).digest;
    offer.manifest_bytes = static_cast<std::uint32_t>(manifest.size());
  }
};

const Chain& chain() {
  static const Chain made;
  return made;
}

struct Input {
  ByteView rest;
  std::uint8_t byte() {
    if (rest.empty()) return 0;
    const std::uint8_t out = rest.front();
    rest = rest.subspan(1);
    return out;
  }
};

class Node {
 public:
  explicit Node(Input input) : input_(input) {
    for (PeerId peer = 0; peer < kPeers; ++peer) machine_.connected(peer);
  }
  void run() {
    take(machine_.seek({Hash{{1}}, Slot{3}, 1'000, chain().lists[0], chain().lists[1]}, Slot{3}, now_));
    while (!input_.rest.empty()) act(input_.byte());
  }

 private:
  void act(std::uint8_t what) {
    if (what < 160) return answer(what);
    now_.steady_us += std::uint64_t{input_.byte()} * 20'000;
    const PeerId peer = what % kPeers;
    if (what < 200) {
      take(machine_.on_timer(now_));
    } else if (what < 210) {
      machine_.gone(peer);
      std::erase_if(open_, [&](const AskSnapshot& ask) { return ask.to == peer; });
      machine_.connected(peer);
    } else if (what < 240) {
      if (storing_.empty()) return;
      const std::uint32_t chunk = *storing_.begin();
      storing_.erase(storing_.begin());
      take(machine_.stored(target_->name, chunk, now_));
    } else if (what < 250) {
      take(machine_.reached(Slot{what % 10u + 3}, now_));
    } else {
      machine_.stop();
      take(machine_.seek({Hash{{1}}, Slot{3}, 1'000, chain().lists[0], chain().lists[1]}, Slot{3}, now_));
    }
  }
  // The true answer to one of the open questions, or with one byte of it turned, or to another peer's.
  void answer(std::uint8_t what) {
    if (open_.empty()) return;
    const std::size_t which = input_.byte() % open_.size();
    const AskSnapshot ask = open_[which];
    open_.erase(open_.begin() + static_cast<std::ptrdiff_t>(which));
    const PeerId from = what >= 150 ? (ask.to + 1) % kPeers : ask.to;
    const auto send = [&](auto reply) {
      Bytes bytes = codec::encode(reply);
      if (what >= 60 && bytes.size() > 4) bytes[4 + (input_.byte() | input_.byte() << 8) % (bytes.size() - 4)] ^= what;
      if (auto turned = codec::decode<decltype(reply)>(bytes)) take(machine_.on_reply(from, std::move(*turned), now_));
    };
    const RequestId id = std::visit([](const auto& request) { return request.id; }, ask.request);
    if (std::holds_alternative<OffersRequest>(ask.request)) return send(Offers{id, {chain().offer}});
    if (std::holds_alternative<EpochsRequest>(ask.request)) return send(Epochs{id, {chain().epoch_1}});
    if (std::holds_alternative<ManifestRequest>(ask.request)) return send(Piece{id, chain().manifest});
    send(Piece{id, chain().chunks[std::get<ChunkRequest>(ask.request).chunk]});
  }

  void take(std::vector<SnapshotEffect> effects) {
    for (SnapshotEffect& effect : effects) std::visit([&](auto& one) { on(one); }, effect);
    AETHER_ASSERT(machine_.asked() <= kChunksAtOnce + 2 * kPeers + 1);
  }
  void on(const AskSnapshot& ask) {
    open_.push_back(ask);
    if (open_.size() > 64) open_.erase(open_.begin());
  }
  void on(const KeepEpoch& keep) { AETHER_ASSERT(keep.header->next == chain().epoch_1.next); }
  void on(const BeginRestore& begin) {
    AETHER_ASSERT(!target_ && begin.target->manifest.state_root == chain().content.state_root);
    target_ = begin.target;
  }
  void on(const StoreChunk& store) {
    AETHER_ASSERT(target_ && store.snapshot == target_->name && stored_.insert(store.index).second);
    storing_.insert(store.index);
    store.chunk->visit([&](const snapshot::Chunk::Object& object) {
      AETHER_ASSERT(chain().leaves.at(object.state_key) == value_hash(object.value));
      ++objects_;
    });
  }
  void on(const AbandonRestore& abandon) {
    AETHER_ASSERT(target_ && abandon.snapshot == target_->name);
    target_ = nullptr;
    stored_.clear();
    storing_.clear();
    objects_ = 0;
  }
  void on(const Restored& restored) {
    AETHER_ASSERT(restored.target == target_ && storing_.empty() && objects_ == chain().leaves.size());
  }
  void on(const CheckpointNeeded&) {}
  void on(const BlamePeer&) {}

  Input input_;
  SnapshotSync machine_{{.genesis = genesis_hash(chain().genesis), .light = {kChain, kEpochSlots, 1'000'000}}};
  Now now_{0, 2'000};
  std::vector<AskSnapshot> open_;
  TargetPointer target_;
  std::set<std::uint32_t> stored_, storing_;
  std::size_t objects_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Node(Input{ByteView(data, size)}).run();
  return 0;
}

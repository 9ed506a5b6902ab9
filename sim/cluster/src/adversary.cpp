#include "aether/cluster/adversary.hpp"

namespace aether::sim {

namespace {

bool is_own(const Node& node, Slot slot, ValidatorIndex index) {
  const consensus::Epoch* epoch = node.epoch_of(slot);
  return epoch != nullptr && index < epoch->validators->size() &&
         epoch->validators->at(index).address == node.address();
}

std::optional<ValidatorIndex> own_index(const Node& node, Slot slot) {
  const consensus::Epoch* epoch = node.epoch_of(slot);
  if (epoch == nullptr) return std::nullopt;
  return epoch->validators->index_of(node.address());
}

Hash random_hash(Random& random) {
  Hash hash;
  for (std::uint8_t& byte : hash.bytes) byte = static_cast<std::uint8_t>(random.next());
  return hash;
}

}  // namespace

template <class T>
void Adversary::to_all(const Node& node, Surroundings& world, const SendAt& send, Micros at, const T& packet) {
  for (NodeIndex to = 0; to < world.size(); ++to)
    if (to != node.index()) send(to, at, packet);
}

NodeIndex Adversary::peer(const Node& node, const Surroundings& world) {
  const NodeIndex drawn = random_.below(world.size() - 1);
  return drawn < node.index() ? drawn : drawn + 1;
}

void Adversary::speak(Node& node, const PacketPointer& packet, Surroundings& world, const SendAt& send) {
  const Micros now = world.now();
  const auto withhold = [&](FaultKind way, std::optional<NodeIndex> but_for = {}) {
    counts_.count(way, false);
    for (NodeIndex to = 0; to < world.size(); ++to)
      if (to != node.index() && to != but_for) world.withheld(way, to, *packet);
  };
  if (ways_.has(FaultKind::silent)) return withhold(FaultKind::silent);
  if (const auto* header = message_in<Header>(*packet);
      header != nullptr && is_own(node, header->body.slot, std::get<BftSealer>(header->body.sealer).proposer))
    return speak_header(node, *header, packet, world, send);

  if (const auto* own = message_in<Vote>(*packet)) {
    if (ways_.has(FaultKind::withhold_votes) && random_.below(2) == 0) return withhold(FaultKind::withhold_votes);
    if (ways_.has(FaultKind::vote_to_one) && random_.below(2) == 0) {
      const NodeIndex one = peer(node, world);
      withhold(FaultKind::vote_to_one, one);
      return send(one, now, packet);
    }
    if (ways_.has(FaultKind::bad_signatures) && random_.below(2) == 0) {
      Vote bad = *own;
      bad.signature[random_.below(16)] ^= static_cast<std::uint8_t>(1 + random_.below(255));
      counts_.count(FaultKind::bad_signatures, false);
      return to_all(node, world, send, now, packet_of(bad));
    }
  }
  if (message_in<Claim>(*packet) != nullptr) {
    if (ways_.has(FaultKind::late_claims)) {
      counts_.count(FaultKind::late_claims, false);
      return to_all(node, world, send, now + random_.between(100'000, 1'200'000), packet);
    }
    if (ways_.has(FaultKind::claims_to_half)) {
      counts_.count(FaultKind::claims_to_half, false);
      for (NodeIndex to = 0; to < world.size(); ++to) {
        const bool gets_it = random_.below(2) == 0;
        if (to != node.index() && gets_it) send(to, now, packet);
      }
      return;
    }
    if (ways_.has(FaultKind::drip_claims)) {
      counts_.count(FaultKind::drip_claims, false);
      Micros at = now;
      for (NodeIndex to = 0; to < world.size(); ++to) {
        at += random_.between(10'000, 150'000);
        if (to != node.index()) send(to, at, packet);
      }
      return;
    }
  }
  if (std::holds_alternative<Blocks>(packet->body) && ways_.has(FaultKind::withhold_data)) {
    const bool to_one = random_.below(2) == 0;
    const auto one = to_one ? std::optional(peer(node, world)) : std::nullopt;
    withhold(FaultKind::withhold_data, one);
    if (one) send(*one, now, packet);
    return;
  }
  to_all(node, world, send, now, packet);
}

void Adversary::speak_header(Node& node, const Header& header, const PacketPointer& packet, Surroundings& world,
                             const SendAt& send) {
  const Micros now = world.now();
  if (ways_.has(FaultKind::lie) && random_.below(2) == 0) {
    counts_.count(FaultKind::lie, false);
    const Header lie = lying(node, header);
    to_all(node, world, send, now, packet_of(lie));
    // With its data, so that nothing but the lie speaks against it.
    if (const BlockPointer own = node.stored(packet->block))
      if (const BlockPointer block = make_block(lie, own->contents))
        to_all(node, world, send, now, packet_of(std::vector{block}));
    return;
  }
  if (ways_.has(FaultKind::equivocate) && random_.below(4) != 0) {
    Contents contents;
    if (const auto second = second_header(node, header, contents)) {
      counts_.count(FaultKind::equivocate, false);
      const BlockPointer other = make_block(*second, std::move(contents));
      const bool has_data = random_.below(4) != 0;
      const std::uint64_t share = random_.between(1, 4);  // the second reaches one in 2 … 5
      for (NodeIndex to = 0; to < world.size(); ++to) {
        if (to == node.index()) continue;
        const bool gets_second = random_.below(share + 1) == 0;
        if (!gets_second) {
          send(to, now, packet);
          continue;
        }
        send(to, now, packet_of(*second));
        if (has_data) send(to, now, packet_of(std::vector{other}));
      }
      return;
    }
  }
  to_all(node, world, send, now, packet);
}

std::optional<Header> Adversary::second_header(Node& node, const Header& header, Contents& contents) {
  const consensus::Epoch* epoch = node.epoch_of(header.body.slot);
  if (epoch == nullptr) return std::nullopt;
  HeaderBody body = header.body;
  body.transactions_root = transactions_root(contents);
  auto& sealer = std::get<BftSealer>(body.sealer);
  sealer.evidence_root = evidence_root(contents.evidence);
  body.time_ms += random_.below(3);
  sealer.shred_root = random_hash(random_);
  return node.signer().seal(std::move(body), epoch->validators->at(std::get<BftSealer>(header.body.sealer).proposer));
}

Header Adversary::lying(Node& node, Header header) {
  const consensus::Epoch* epoch = node.epoch_of(header.body.slot);
  HeaderBody body = header.body;
  auto& sealer = std::get<BftSealer>(body.sealer);
  const ValidatorIndex proposer = sealer.proposer;
  switch (random_.below(9)) {
    case 0: body.parent_state_root = random_hash(random_); break;
    case 1: body.parent_receipts_root = random_hash(random_); break;
    case 2: body.time_ms += 60'000; break;
    case 3: body.time_ms -= std::min<std::uint64_t>(body.time_ms, 60'000); break;
    case 4:  // on another block than the one with the certificate: unknown, or the one before it
      body.parent_hash = random_hash(random_);
      if (const auto parent = node.machine().header(header.body.parent_hash)) {
        body.parent_hash = parent->body.parent_hash;
        body.parent_state_root = parent->body.parent_state_root;
        body.parent_receipts_root = parent->body.parent_receipts_root;
        body.parent_gas_used = parent->body.parent_gas_used;
      }
      break;
    case 5:
      if (sealer.parent_certificate) sealer.parent_certificate->aggregate[3] ^= 1;
      break;
    case 6:
      if (sealer.parent_certificate) sealer.parent_certificate->block = body.parent_hash = random_hash(random_);
      break;
    case 7: sealer.vrf_proof[0] ^= 1; break;
    default: ++body.version; break;
  }
  if (epoch != nullptr)
    if (auto sealed = node.signer().seal(std::move(body), epoch->validators->at(proposer))) return *sealed;
  return header;
}

void Adversary::vote(Node& node, VoteKind kind, Slot slot, const Hash& block, NodeIndex to, Micros at,
                     const SendAt& send) {
  if (const auto index = own_index(node, slot))
    send(to, at, packet_of(node.signer().sign_vote({kChain, kind, slot, block}, *index)));
}

void Adversary::hear(Node& node, const Packet& packet, Surroundings& world, const SendAt& send) {
  const auto* header = message_in<Header>(packet);
  if (header == nullptr || header->body.slot < node.machine().slot()) return;
  const Slot slot = header->body.slot;
  const Micros now = world.now();
  if (ways_.has(FaultKind::vote_for_anything) && random_.below(2) == 0) {
    counts_.count(FaultKind::vote_for_anything, false);
    const bool to_one = random_.below(3) == 0;
    const bool precommits = random_.below(2) == 0;
    const NodeIndex only = peer(node, world);
    for (NodeIndex to = 0; to < world.size(); ++to) {
      if (to == node.index() || (to_one && to != only)) continue;
      vote(node, VoteKind::prevote, slot, packet.block, to, now, send);
      if (precommits) vote(node, VoteKind::precommit, slot, packet.block, to, now + 1'000, send);
    }
  }
  if (ways_.has(FaultKind::forged_votes) && random_.below(12) == 0) {
    const consensus::Epoch* epoch = node.epoch_of(slot);
    const auto index = own_index(node, slot);
    if (epoch == nullptr || !index) return;
    counts_.count(FaultKind::forged_votes, false);
    const VoteKind kind = random_.below(2) == 0 ? VoteKind::prevote : VoteKind::precommit;
    const Hash block = random_.below(2) == 0 ? packet.block : random_hash(random_);
    for (ValidatorIndex other = 0; other < epoch->validators->size(); ++other) {
      if (other == *index) continue;
      Vote forged = node.signer().sign_vote({kChain, kind, slot, block}, *index);
      forged.signer = other;
      to_all(node, world, send, now, packet_of(forged));
    }
  }
}

void Adversary::start_slot(Node& node, Slot slot, Surroundings& world, const SendAt& send) {
  if (!ways_.has(FaultKind::spam) || random_.below(6) != 0) return;
  const auto index = own_index(node, slot);
  const consensus::Epoch* epoch = node.epoch_of(slot);
  if (!index || epoch == nullptr) return;
  counts_.count(FaultKind::spam, false);
  const Micros now = world.now();
  constexpr std::uint64_t kHeaders = 6;
  for (std::uint64_t i = 0; i < kHeaders; ++i) {
    const Slot at{slot.raw() + random_.below(4) * random_.below(50)};
    HeaderBody body;
    body.chain_id = kChain;
    body.epoch = epoch->number;
    body.slot = at;
    body.parent_hash = random_hash(random_);
    body.time_ms = node.clock().wall_ms(now);
    BftSealer sealer;
    sealer.proposer = *index;
    sealer.vrf_proof = node.signer().make_claim({kChain, epoch->randomness, at}, *index).proof;
    sealer.parent_certificate =
        PrevoteCertificate{Slot{at.raw() - 1}, body.parent_hash, Bytes(epoch->validators->signers_size(), 0xff), {}};
    body.sealer = std::move(sealer);
    if (const auto junk = node.signer().seal(std::move(body), epoch->validators->at(*index)))
      to_all(node, world, send, now, packet_of(*junk));
    const VoteKind kind = random_.below(2) == 0 ? VoteKind::prevote : VoteKind::precommit;
    const Slot voted{slot.raw() + random_.below(3)};
    const Hash block = random_hash(random_);
    to_all(node, world, send, now, packet_of(node.signer().sign_vote({kChain, kind, voted, block}, *index)));
  }
}

}  // namespace aether::sim

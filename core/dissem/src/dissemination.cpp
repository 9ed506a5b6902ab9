#include "aether/dissem/dissemination.hpp"

#include <algorithm>
#include <limits>

namespace aether::dissem {

namespace {

constexpr std::uint64_t kRepairGrowthMax = 16;

Result<void, erasure::ShredError> verify_alone(const Announcement& header, const erasure::ShredView& shred) {
  const auto layout = erasure::layout_of(shred.block_bytes);
  if (!layout) return fail(erasure::ShredError::other_length);
  const erasure::BlockRef ref{shred.chain_id, header.slot, header.block, header.shred_root, shred.block_bytes};
  return erasure::verify(ref, *layout, shred);
}

}  // namespace

Shred Dissemination::shred_of(const Served& block, std::uint32_t leaf) const {
  const erasure::Layout& layout = block.shreds->layout();
  const std::uint32_t set = leaf / layout.set_shards();
  const std::uint32_t index = leaf % layout.set_shards();
  const ByteView bytes = block.shreds->bytes(set, index);
  Shred shred;
  shred.chain_id = params_.chain_id;
  shred.slot = block.header.slot;
  shred.block = block.header.block;
  shred.block_bytes = layout.block_bytes;
  shred.set = static_cast<std::uint16_t>(set);
  shred.index = static_cast<std::uint8_t>(index);
  shred.bytes.assign(bytes.begin(), bytes.end());
  const auto path = block.shreds->path(set, index);
  shred.path.assign(path.begin(), path.end());
  return shred;
}

void Dissemination::serve(const Announcement& block, std::shared_ptr<const erasure::ShreddedBlock> shreds) {
  found(block.block, block.slot);
  if (serves(block.block)) return;
  served_.push_back({block, std::move(shreds)});
  if (served_.size() > kServedMax) served_.pop_front();
}

void Dissemination::found(const Hash& block, Slot slot) {
  blocks_.erase(block);
  if (slot > forgotten_) done_.emplace(block, slot);
}

bool Dissemination::serves(const Hash& block) const {
  return std::ranges::any_of(served_, [&](const Served& served) { return served.header.block == block; });
}

std::vector<Effect> Dissemination::spread(const Announcement& block,
                                          std::shared_ptr<const erasure::ShreddedBlock> shreds) {
  AETHER_ASSERT(shreds->root() == block.shred_root && block.validators > 0);
  if (done_.contains(block.block)) return {};
  serve(block, std::move(shreds));
  const Served& own = served_.back();
  const std::uint32_t shreds_count = own.shreds->layout().shreds();
  // Relays pass their shares on all the same, for whom the proposer leaves out.
  const bool is_direct =
      codec::encode(shred_of(own, 0)).size() * shreds_count * (block.validators - 1) <= kDirectBytesMax;
  std::vector<Effect> out;
  for (std::uint32_t leaf = 0; leaf < shreds_count; ++leaf) {
    const ValidatorIndex relay = relay_of(block.block, leaf, block.validators);
    if (is_direct || relay == block.proposer)
      out.push_back(RelayShred{shred_of(own, leaf)});
    else
      out.push_back(SendShred{relay, shred_of(own, leaf)});
  }
  return out;
}

std::vector<Effect> Dissemination::announce(const Announcement& header, std::uint64_t now_us) {
  std::vector<Effect> out;
  if (header.slot <= forgotten_ || header.validators == 0 || done_.contains(header.block)) return out;
  const auto [entry, is_new] = blocks_.try_emplace(header.block);
  if (!is_new) return out;
  Assembling& block = entry->second;
  block.header = header;
  block.ask_after_us = params_.repair_us;
  block.ask_us = now_us + params_.repair_us;
  for (std::size_t i = 0; i < early_.size();) {
    if (early_[i].shred.block != header.block) {
      ++i;
      continue;
    }
    Early early = std::move(early_[i]);
    early_.erase(early_.begin() + static_cast<std::ptrdiff_t>(i));
    drop_count(early.from);
    if (const auto still = blocks_.find(header.block); still != blocks_.end())
      take(still->second, early.from, std::move(early.shred), now_us, out);
  }
  return out;
}

void Dissemination::pin(const Hash& hash) {
  const auto block = blocks_.find(hash);
  if (block == blocks_.end()) return;
  block->second.pinned = true;
}

// Frees the block that stands last, if it stands behind the one that wants the room.
bool Dissemination::make_room(const Announcement& wanted, bool pinned) {
  const auto holds = [](const Assembling& block) { return block.assembler.has_value(); };
  if (static_cast<std::size_t>(std::ranges::count_if(blocks_, [&](const auto& e) { return holds(e.second); })) <
      kBlocksMax)
    return true;
  const auto key = [](const Announcement& header, bool is_pinned) {
    return std::tuple(!is_pinned, header.slot, header.place, header.block);  // greater: given up sooner
  };
  Assembling* last = nullptr;
  for (auto& [hash, block] : blocks_)
    if (holds(block) && (last == nullptr || key(last->header, last->pinned) < key(block.header, block.pinned)))
      last = &block;
  if (key(last->header, last->pinned) < key(wanted, pinned)) return false;
  last->assembler = std::nullopt;
  return true;
}

std::vector<Effect> Dissemination::on_shred(PeerId from, Shred shred, std::uint64_t now_us) {
  std::vector<Effect> out;
  if (shred.chain_id != params_.chain_id) {
    out.push_back(BlamePeer{from});
    return out;
  }
  if (shred.slot <= forgotten_ || done_.contains(shred.block)) return out;
  if (const auto block = blocks_.find(shred.block); block != blocks_.end()) {
    take(block->second, from, std::move(shred), now_us, out);
    return out;
  }
  early_.push_back({from, std::move(shred)});
  ++early_of_[from];
  if (early_.size() > kEarlyShredsMax) drop_early();
  return out;
}

// The oldest of the peer that sent most: a flood takes nobody else's room.
void Dissemination::drop_early() {
  const auto most = std::ranges::max_element(early_of_, {}, [](const auto& entry) { return entry.second; });
  early_.erase(std::ranges::find(early_, most->first, &Early::from));
  drop_count(most->first);
}

void Dissemination::drop_count(PeerId peer) {
  const auto of = early_of_.find(peer);
  if (--of->second == 0) early_of_.erase(of);
}

void Dissemination::take(Assembling& block, PeerId from, Shred shred, std::uint64_t now_us, std::vector<Effect>& out) {
  const Announcement& header = block.header;
  const auto view = view_of<erasure::ShredView>(shred);
  const auto verdict = block.assembler ? block.assembler->add(view) : verify_alone(header, view);
  if (!verdict) {
    if (verdict.error() != erasure::ShredError::duplicate) out.push_back(BlamePeer{from});
    return;
  }
  if (!block.assembler && make_room(header, block.pinned)) {
    // The path led to the root, so the length is the proposer's.
    auto made =
        erasure::Assembler::make({params_.chain_id, header.slot, header.block, header.shred_root, shred.block_bytes});
    AETHER_ASSERT(made.has_value());
    block.assembler.emplace(std::move(*made));
    const auto added = block.assembler->add(view);
    AETHER_ASSERT(added.has_value());
  }
  const std::uint32_t set_shards = erasure::layout_of(shred.block_bytes)->set_shards();
  const std::uint32_t leaf = shred.set * set_shards + shred.index;
  if (header.me && relay_of(header.block, leaf, header.validators) == *header.me && !block.relayed[leaf]) {
    block.relayed.set(leaf);
    out.push_back(RelayShred{std::move(shred)});
  }
  block.ask_after_us = params_.repair_us;
  block.ask_us = now_us + params_.repair_us;
  if (block.assembler && block.assembler->missing() == 0) finish(block, out);
}

void Dissemination::finish(Assembling& block, std::vector<Effect>& out) {
  auto bytes = std::move(*block.assembler).finish(params_.cpu);
  const Announcement header = block.header;
  const auto relayed = block.relayed;
  blocks_.erase(header.block);
  if (!bytes) {
    done_.emplace(header.block, header.slot);
    out.push_back(BlockRefuted{header.block, bytes.error()});
    return;
  }
  auto shreds = erasure::ShreddedBlock::make(params_.chain_id, header.slot, *bytes, params_.cpu);
  AETHER_ASSERT(shreds.has_value());
  serve(header, std::make_shared<const erasure::ShreddedBlock>(std::move(*shreds)));
  // What is still to come of the own share need not come: the block holds it.
  const Served& whole = served_.back();
  for (std::uint32_t leaf = 0; header.me && leaf < whole.shreds->layout().shreds(); ++leaf)
    if (!relayed[leaf] && relay_of(header.block, leaf, header.validators) == *header.me)
      out.push_back(RelayShred{shred_of(whole, leaf)});
  out.push_back(BlockWhole{header.block, std::move(*bytes)});
}

std::vector<Effect> Dissemination::on_request(PeerId from, const ShredRequest& request) const {
  std::vector<Effect> out;
  const auto block = std::ranges::find(served_, request.block, [](const Served& s) { return s.header.block; });
  if (block == served_.end()) return out;
  const std::uint32_t shreds = block->shreds->layout().shreds();
  if (request.leaves.empty())
    for (std::uint32_t leaf = 0; leaf < shreds && out.size() < kRequestShredsMax; ++leaf)
      out.push_back(AnswerShred{from, shred_of(*block, leaf)});
  for (const std::uint16_t leaf : request.leaves)
    if (leaf < shreds) out.push_back(AnswerShred{from, shred_of(*block, leaf)});
  return out;
}

std::vector<Effect> Dissemination::on_timer(std::uint64_t now_us) {
  std::vector<Effect> out;
  for (auto& [hash, block] : blocks_) {
    if (block.ask_us > now_us) continue;
    block.ask_after_us = std::min(block.ask_after_us * 2, params_.repair_us * kRepairGrowthMax);
    block.ask_us = now_us + block.ask_after_us;
    ShredRequest request{block.header.slot, hash, {}};
    if (block.assembler) {
      const erasure::Layout& layout = block.assembler->layout();
      for (std::uint32_t set = 0; set < layout.sets; ++set) {
        std::uint32_t had = 0;
        for (std::uint32_t index = 0; index < layout.set_shards(); ++index)
          had += block.assembler->has(set, index) ? 1 : 0;
        for (std::uint32_t index = 0; index < layout.set_shards() && had < layout.data_shards; ++index) {
          if (block.assembler->has(set, index) || request.leaves.size() >= kRequestShredsMax) continue;
          request.leaves.push_back(static_cast<std::uint16_t>(set * layout.set_shards() + index));
          ++had;
        }
      }
    }
    // The proposer has it; then, one after the other, those after it.
    const auto from = static_cast<ValidatorIndex>((block.header.proposer + block.asked++) % block.header.validators);
    if (from != block.header.me) out.push_back(AskShreds{from, std::move(request)});
  }
  return out;
}

std::uint64_t Dissemination::next_timer() const {
  std::uint64_t due = std::numeric_limits<std::uint64_t>::max();
  for (const auto& [hash, block] : blocks_) due = std::min(due, block.ask_us);
  return due;
}

void Dissemination::forget(Slot through) {
  forgotten_ = std::max(forgotten_, through);
  std::erase_if(blocks_, [&](const auto& entry) { return entry.second.header.slot <= through; });
  std::erase_if(done_, [&](const auto& entry) { return entry.second <= through; });
  std::erase_if(early_, [&](const Early& early) { return early.shred.slot <= through; });
  early_of_.clear();
  for (const Early& early : early_) ++early_of_[early.from];
}

}  // namespace aether::dissem

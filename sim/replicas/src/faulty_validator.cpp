#include "aether/replicas/faulty_validator.hpp"

#include <algorithm>

#include "aether/cluster/identities.hpp"
#include "aether/dissem/relays.hpp"
#include "false_blocks.hpp"

namespace aether::sim {

namespace {

constexpr std::size_t kOwnKept = 256;
constexpr std::size_t kHeardKept = 200;
constexpr std::uint64_t kBoastedSlots = 40;

MessagePointer message_of(replica::NetMessage message) {
  return std::make_shared<const replica::NetMessage>(std::move(message));
}

}  // namespace

// --- Who, and how often

std::optional<ValidatorIndex> FaultyValidator::own_index(Slot slot) const {
  const consensus::Epoch* epoch = machine().epoch(slot);
  if (epoch == nullptr) return std::nullopt;
  return epoch->validators->index_of(context_.signer.address());
}

std::optional<std::size_t> FaultyValidator::node_of(Slot slot, ValidatorIndex validator) const {
  const consensus::Epoch* epoch = machine().epoch(slot);
  if (epoch == nullptr || validator >= epoch->validators->size()) return std::nullopt;
  const auto at = std::ranges::find(context_.addresses, epoch->validators->at(validator).address);
  return static_cast<std::size_t>(at - context_.addresses.begin());
}

std::size_t FaultyValidator::drawn_peer() {
  const std::size_t drawn = random_.below(context_.addresses.size() - 1);
  return drawn < context_.index ? drawn : drawn + 1;
}

bool FaultyValidator::does(Misdeed misdeed, std::uint64_t one_in) {
  if (!ways_.has(misdeed) || random_.below(one_in) != 0) return false;
  counts_.count(misdeed);
  return true;
}

void FaultyValidator::to_all(const replica::NetMessage& message, std::optional<Misdeed> misdeed, Micros after) {
  const MessagePointer pointer = message_of(message);
  for (std::size_t to = 0; to < context_.addresses.size(); ++to)
    if (to != context_.index) context_.transmit(to, context_.now() + after, pointer, misdeed);
}

// --- What its node says

void FaultyValidator::broadcast(const MessagePointer& message) {
  if (const Header* header = replica::header_of(*message)) {
    if (const OwnBlock* own = own_block(block_hash(header->body)); own != nullptr && own->misdeed) return;
  }
  if (const auto* claim = std::get_if<Claim>(message.get()); claim != nullptr && does(Misdeed::late_claims, 2))
    return to_all(*message, Misdeed::late_claims, random_.between(50'000, 900'000));
  if (const auto* own = std::get_if<Vote>(message.get());
      own != nullptr && own->body.kind == VoteKind::precommit && does(Misdeed::two_votes, 4)) {
    Hash other = own->body.block;
    other.bytes[0] ^= 1;
    vote(VoteKind::precommit, own->body.slot, other, Misdeed::two_votes);
  }
  for (std::size_t to = 0; to < context_.addresses.size(); ++to)
    if (to != context_.index) say(to, message);
}

void FaultyValidator::send(std::size_t to, const MessagePointer& message) { say(to, message); }

// One message to one node.
void FaultyValidator::say(std::size_t to, const MessagePointer& message) {
  const Micros now = context_.now();
  if (handed_whole_ != nullptr && handed_whole_->header.body.slot <= machine().final_slot()) handed_whole_ = nullptr;
  if (const auto* shred = std::get_if<Shred>(message.get())) {
    const OwnBlock* own = own_block(shred->block);
    if (own != nullptr && own->misdeed) return;
    if (own == nullptr && does(Misdeed::lost_relays, 3)) {
      if (random_.below(2) == 0) return;
      return context_.transmit(to, now, damaged(*shred), Misdeed::lost_relays);
    }
    if (does(Misdeed::corrupt_shreds, 4)) context_.transmit(to, now, damaged(*shred), Misdeed::corrupt_shreds);
  }
  if (const auto* reply = std::get_if<sync::Reply>(message.get())) {
    const bool whole = handed_whole_ != nullptr;
    if (whole || does(Misdeed::false_replies, 2))
      return context_.transmit(to, now, false_reply(*reply), whole ? Misdeed::wrong_encoding : Misdeed::false_replies);
  }
  if (does(Misdeed::garbled, 16))
    if (auto changed = garbled(*message)) context_.transmit(to, now, message_of(std::move(*changed)), Misdeed::garbled);
  context_.transmit(to, now, message, std::nullopt);
}

void FaultyValidator::hear(std::size_t from, const MessagePointer& message) {
  if (random_.below(8) == 0) heard_.push_back(message);
  if (heard_.size() > kHeardKept) heard_.pop_front();
  if (!heard_.empty() && does(Misdeed::replayed, 16)) {
    const std::size_t to = drawn_peer();
    context_.transmit(to, context_.now(), heard_[random_.below(heard_.size())], Misdeed::replayed);
  }
  if (does(Misdeed::boasts, 64)) boast(from);
  if (does(Misdeed::empty_questions, 32)) ask_for_nothing();
  if (does(Misdeed::forged_gossip, 64)) {
    const consensus::Epoch* epoch = machine().epoch(machine().slot());
    const auto index = own_index(machine().slot());
    if (epoch == nullptr || !index) return;
    Forger forger{context_.signer, epoch->validators->at(*index), context_.account, nonce_, context_.gas_max};
    context_.transmit(from, context_.now(), message_of(replica::Transactions{{forged_transaction(forger)}}),
                      Misdeed::forged_gossip);
  }
}

// --- Its own blocks

// The own block of that hash, with which something is done when it is seen first.
const FaultyValidator::OwnBlock* FaultyValidator::own_block(const Hash& hash) {
  const auto known = std::ranges::find(own_, hash, &OwnBlock::own);
  if (known != own_.end()) return &*known;
  const auto& proposal = machine().record().proposal;
  if (!proposal || proposal->block != hash) return nullptr;
  own_.push_back({proposal->slot, hash, std::nullopt, std::nullopt,
                  machine().slot() == proposal->slot && machine().place(hash) == 0});
  if (own_.size() > kOwnKept) own_.pop_front();
  propose(own_.back());
  return &own_.back();
}

void FaultyValidator::propose(OwnBlock& own) {
  std::vector<Misdeed> ways;
  for (std::size_t i = 0; i < kMisdeeds; ++i)
    if (const auto way = static_cast<Misdeed>(i); is_of_own_block(way) && ways_.has(way)) ways.push_back(way);
  if (ways.empty() || random_.below(4) == 0) return;
  const Misdeed misdeed = ways[random_.below(ways.size())];
  const auto block = context_.node.stored(own.own);
  const auto index = own_index(own.slot);
  if (!block || !index) return;
  Forger forger{context_.signer,  machine().epoch(own.slot)->validators->at(*index), context_.account, nonce_,
                context_.gas_max, machine().header(block->header.body.parent_hash)};
  auto made = make_false(misdeed, *block, forger, random_);
  if (!made) return;
  own.misdeed = misdeed;
  const Hash hash = block_hash(made->block->header.body);
  if (hash != own.own) own.other = hash;
  counts_.count(misdeed);
  switch (misdeed) {
    case Misdeed::two_blocks: {
      const auto first = make_false(Misdeed::hidden_block, *block, forger, random_);
      return equivocate(block, first->shreds, made->block, made->shreds);
    }
    case Misdeed::wrong_encoding: return give_to_some(made->block, made->shreds);
    case Misdeed::hidden_block: return;
    case Misdeed::withheld_shreds: {
      to_all(made->block->header, misdeed);
      const std::size_t all = made->shreds.size();
      // The smallest block is one set, of which 10 are enough.
      constexpr std::size_t kAlmost = 9;
      const std::uint64_t kind = random_.below(3);
      return spread(made->shreds, misdeed, kind == 0 ? 0 : kind == 1 ? kAlmost : random_.below(all));
    }
    default:
      to_all(made->block->header, misdeed);
      spread(made->shreds, misdeed, made->shreds.size());
      // It stands by what it says.
      vote(VoteKind::prevote, own.slot, hash, misdeed);
  }
}

void FaultyValidator::equivocate(const replica::BlockPointer& own, const std::vector<Shred>& shreds,
                                 const replica::BlockPointer& other, const std::vector<Shred>& other_shreds) {
  const std::size_t parity = random_.below(2);
  for (std::size_t to = 0; to < context_.addresses.size(); ++to) {
    if (to == context_.index) continue;
    const bool gets_other = to % 2 == parity;
    context_.transmit(to, context_.now(), message_of(gets_other ? other->header : own->header), Misdeed::two_blocks);
    for (const Shred& shred : gets_other ? other_shreds : shreds)
      context_.transmit(to, context_.now(), message_of(shred), Misdeed::two_blocks);
  }
}

// All hear the header; one in three gets all shreds, the others are made to catch up, and get the block whole.
void FaultyValidator::give_to_some(const replica::BlockPointer& block, const std::vector<Shred>& shreds) {
  const Slot slot = block->header.body.slot;
  const Hash hash = block_hash(block->header.body);
  const std::size_t first = random_.below(3);
  handed_whole_ = random_.below(3) != 0 ? block : nullptr;
  to_all(block->header, Misdeed::wrong_encoding);
  for (std::size_t to = 0; to < context_.addresses.size(); ++to) {
    if (to == context_.index) continue;
    if (handed_whole_ != nullptr && to % 3 != first) {
      boast(to);
      continue;
    }
    for (const Shred& shred : shreds) context_.transmit(to, context_.now(), message_of(shred), Misdeed::wrong_encoding);
  }
  vote(VoteKind::prevote, slot, hash, Misdeed::wrong_encoding);
  vote(VoteKind::precommit, slot, hash, Misdeed::wrong_encoding);
}

// To their relays, the own share to all; the first `at_most`.
void FaultyValidator::spread(const std::vector<Shred>& shreds, Misdeed misdeed, std::size_t at_most) {
  for (std::size_t leaf = 0; leaf < std::min(shreds.size(), at_most); ++leaf) {
    const Slot slot = shreds[leaf].slot;
    const std::size_t validators = machine().epoch(slot)->validators->size();
    const ValidatorIndex relay = dissem::relay_of(shreds[leaf].block, static_cast<std::uint32_t>(leaf), validators);
    const auto to = node_of(slot, relay);
    if (to && *to != context_.index)
      context_.transmit(*to, context_.now(), message_of(shreds[leaf]), misdeed);
    else
      to_all(shreds[leaf], misdeed);
  }
}

void FaultyValidator::vote(VoteKind kind, Slot slot, const Hash& block, Misdeed misdeed) {
  if (const auto index = own_index(slot))
    to_all(context_.signer.sign_vote({kChain, kind, slot, block}, *index), misdeed);
}

// --- Other messages

MessagePointer FaultyValidator::damaged(const Shred& shred) {
  Shred out = shred;
  switch (random_.below(5)) {
    case 0: out.bytes[random_.below(out.bytes.size())] ^= 1; break;
    case 1: out.path[random_.below(out.path.size())].bytes[3] ^= 1; break;
    case 2: ++out.index; break;
    case 3: ++out.block_bytes; break;
    default: out.path.pop_back(); break;
  }
  return message_of(std::move(out));
}

MessagePointer FaultyValidator::false_reply(sync::Reply reply) {
  auto& blocks = reply.blocks;
  if (handed_whole_ != nullptr) {
    // The chain as it is, up to the false block.
    std::vector<Block> above{*handed_whole_};
    const Slot last = blocks.empty() ? context_.node.final_slot() : blocks.back().header.body.slot;
    while (above.back().header.body.slot.raw() > last.raw() + 1) {
      const auto parent = context_.node.stored(above.back().header.body.parent_hash);
      if (parent == nullptr) break;
      above.push_back(*parent);
    }
    for (auto block = above.rbegin(); block != above.rend() && blocks.size() < sync::kReplyBlocksMax; ++block)
      blocks.push_back(std::move(*block));
    return message_of(std::move(reply));
  }
  const std::uint64_t kind = random_.below(6);
  if (kind == 0 || blocks.empty())
    blocks.clear();
  else if (kind == 1)
    blocks.erase(blocks.begin());
  else if (kind == 2)
    std::ranges::reverse(blocks);
  else if (kind == 3)
    blocks.back().transactions.push_back({});
  else if (kind == 4)
    ++blocks.front().header.body.time_ms;
  else
    ++reply.id;
  return message_of(std::move(reply));
}

// What still has the form of a message. All else is refused where bytes are read.
std::optional<replica::NetMessage> FaultyValidator::garbled(const replica::NetMessage& message) {
  Bytes bytes = codec::encode(message);
  for (std::uint64_t times = random_.between(1, 3); times > 0; --times) {
    std::uint8_t& byte = bytes[random_.below(bytes.size())];
    byte ^= static_cast<std::uint8_t>(random_.between(1, 255));
  }
  const std::uint64_t kind = random_.below(8);
  if (kind == 0) bytes.resize(bytes.size() / 2);
  if (kind == 1) bytes.resize(bytes.size() + 1'000);
  auto decoded = codec::decode<replica::NetMessage>(bytes);
  if (!decoded) return std::nullopt;
  return std::move(*decoded);
}

void FaultyValidator::boast(std::size_t to) {
  const Slot slot{machine().slot().raw() + kBoastedSlots};
  PrecommitCertificate certificate;
  certificate.slot = slot;
  certificate.signers = Signers(Bytes{0x0f});
  context_.transmit(to, context_.now(), message_of(certificate), Misdeed::boasts);
}

void FaultyValidator::ask_for_nothing() {
  const Slot slot = machine().slot();
  const Slot below{slot.raw() - std::min<std::uint64_t>(slot.raw(), 10)};
  const std::size_t to = drawn_peer();
  const std::uint64_t kind = random_.below(3);
  replica::NetMessage question = sync::ChainRequest{1, below, sync::kReplyBlocksMax};
  if (kind == 0) question = sync::BranchRequest{1, machine().final_block(), below};
  if (kind == 1) question = dissem::ShredRequest{machine().final_slot(), context_.node.replica().head(), {}};
  context_.transmit(to, context_.now(), message_of(std::move(question)), Misdeed::empty_questions);
}

}  // namespace aether::sim

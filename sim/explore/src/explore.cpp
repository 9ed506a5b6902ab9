#include "aether/explore/explore.hpp"

#include <algorithm>
#include <memory>
#include <unordered_set>

#include "aether/cluster/describe.hpp"
#include "aether/crypto/sha256.hpp"
#include "honest_node.hpp"

namespace aether::sim {

namespace {

using consensus::Message;

// What is one message for whom it reaches: certificates by their block, everything else by its bytes. Numbered as they
// are first met, on whatever way.
using LetterId = std::uint32_t;
struct Letter {
  Message message;
  ValidatorIndex from = 0;
  Slot slot;
};

struct Delivery {
  LetterId letter = 0;
  std::uint32_t to = 0;
};

struct State {
  std::vector<std::shared_ptr<const HonestNode>> nodes;
  std::vector<Delivery> waiting;  // in the order in which they come
  std::vector<LetterId> sent;     // to all, by honest nodes; ascending
  std::shared_ptr<const Headers> shown;
  Bounds left;
};

Slot slot_of(const Message& message) { return packet_of(message)->slot; }

Hash name_of(const Message& message) {
  Bytes bytes;
  if (const auto* c1 = std::get_if<PrevoteCertificate>(&message))
    append(bytes, codec::encode(VoteBody{kChain, VoteKind::prevote, c1->slot, c1->block}));
  else if (const auto* c2 = std::get_if<PrecommitCertificate>(&message))
    append(bytes, codec::encode(VoteBody{kChain, VoteKind::precommit, c2->slot, c2->block}));
  else
    std::visit([&](const auto& one) { append(bytes, codec::encode(one)); }, message);
  return crypto::tagged_hash("aether-sim/letter", bytes);
}

class Explorer {
 public:
  explicit Explorer(const Bounds& bounds) : bounds_(bounds) {}

  Explored run() {
    State first{.nodes = {}, .waiting = {}, .sent = {}, .shown = std::make_shared<const Headers>(), .left = bounds_};
    for (std::size_t i = 0; i < kHonest; ++i) {
      HonestNode node(crew_, i);
      auto said = node.start(*first.shown);
      first.nodes.push_back(nullptr);
      ++out_.steps;
      take(first, i, std::move(node), std::move(said), true);
    }
    visit(first, 0);
    return out_;
  }

 private:
  // --- What happens in a state

  void visit(const State& state, std::uint64_t depth) {
    if (out_.violation || !out_.complete || !is_new(state)) return;
    out_.depth = std::max(out_.depth, depth);
    if (std::ranges::any_of(state.nodes, [](const auto& node) { return node->has_accused(); })) ++out_.accused;
    if (const auto wrong = violation(state)) {
      out_.violation = wrong;
      out_.path = path_;
      return;
    }
    if (state.waiting.empty()) nothing_waits(state, depth);
    const std::size_t next = state.waiting.empty() ? kHonest : state.waiting.front().to;
    for (std::size_t i = 0; i < kHonest; ++i)
      if (next == i || next == kHonest) speak_to(state, i, depth);
    if (state.left.timers > 0 && next != kHonest)
      for (std::size_t i = 0; i < kHonest; ++i)
        if (state.nodes[i]->wait_us()) {
          State after = state;
          --after.left.timers;
          step(after, i, "waits", depth, [&](HonestNode& node) { return node.wait(*state.shown); });
        }
    if (state.left.crashes > 0)
      for (std::size_t i = 0; i < kHonest; ++i)
        if (next == i || next == kHonest) crash(state, i, depth);
    if (state.waiting.empty()) return;
    deliver(state, depth);
    if (state.left.postponed > 0) {
      State after = state;
      --after.left.postponed;
      const Delivery late = after.waiting.front();
      after.waiting.erase(after.waiting.begin());
      go("never hears " + word_of(late.letter), late.to, after, depth);
      if (after.waiting.empty()) return;
      after.waiting.push_back(late);
      go("hears later " + word_of(late.letter), late.to, after, depth);
    }
  }

  // Time passes.
  void nothing_waits(const State& state, std::uint64_t depth) {
    std::optional<std::size_t> first;
    for (std::size_t i = 0; i < kHonest; ++i)
      if (const auto wait = state.nodes[i]->wait_us(); wait && (!first || *wait < *state.nodes[*first]->wait_us()))
        first = i;
    if (!first) return count_end(state);
    step(state, *first, "waits", depth, [&](HonestNode& node) { return node.wait(*state.shown); });
  }

  void deliver(const State& state, std::uint64_t depth) {
    const Delivery now = state.waiting.front();
    const Letter letter = letters_[now.letter];
    State after = state;
    after.waiting.erase(after.waiting.begin());
    step(after, now.to, "hears " + word_of(now.letter), depth,
         [&](HonestNode& node) { return node.hear(letter.from, letter.message, *state.shown); });
    if (state.left.crashes == 0) return;
    // What it would say is in its record, and is not said.
    --after.left.crashes;
    HonestNode node = *state.nodes[now.to];
    auto unsaid = node.hear(letter.from, letter.message, *state.shown);
    if (unsaid.empty()) return;
    take(after, now.to, std::move(node), std::move(unsaid), false);
    again(after, now.to);
    step(after, now.to, "stops after " + word_of(now.letter), depth,
         [&](HonestNode& back) { return back.restart(*after.shown); });
  }

  void crash(const State& state, std::size_t i, std::uint64_t depth) {
    State after = state;
    --after.left.crashes;
    again(after, i);
    step(after, i, "stops", depth, [&](HonestNode& node) { return node.restart(*state.shown); });
  }

  // Whoever comes back hears once more what was said to all.
  void again(State& state, std::size_t i) const {
    std::erase_if(state.waiting, [&](const Delivery& delivery) { return delivery.to == i; });
    for (const LetterId id : state.sent)
      if (letters_[id].from != crew_.honest(i)) state.waiting.push_back({id, static_cast<std::uint32_t>(i)});
    std::ranges::stable_sort(state.waiting, {},
                             [&](const Delivery& delivery) { return letters_[delivery.letter].slot; });
  }

  // What the faulty validator may say to a node now.
  void speak_to(const State& state, std::size_t i, std::uint64_t depth) {
    if (state.left.spoken == 0) return;
    for (const Message& message : lies(state, i)) {
      const LetterId id = keep(message, crew_.faulty());
      State after = state;
      --after.left.spoken;
      if (const auto* header = std::get_if<Header>(&message)) show(after, *header);
      step(after, i, "is told " + word_of(id), depth,
           [&](HonestNode& node) { return node.hear(crew_.faulty(), message, *after.shown); });
    }
  }

  std::vector<Message> lies(const State& state, std::size_t i) {
    std::vector<Message> out;
    const Slot own = state.nodes[i]->machine().slot();
    const auto in_reach = [&](Slot slot) {
      return next(slot) >= own && slot <= next(own) && slot.raw() <= bounds_.slots;
    };
    std::map<std::pair<Slot, Hash>, std::array<std::vector<Vote>, 2>> votes;  // of honest validators, by kind
    std::map<Slot, PrevoteCertificate> parents;
    std::optional<PrecommitCertificate> newest;
    for (const LetterId id : state.sent) {
      const Message& message = letters_[id].message;
      if (const auto* vote = std::get_if<Vote>(&message))
        votes[{vote->body.slot, vote->body.block}][vote->body.kind == VoteKind::prevote ? 0 : 1].push_back(*vote);
      if (const auto* c1 = std::get_if<PrevoteCertificate>(&message)) parents.emplace(c1->slot, *c1);
      if (const auto* c2 = std::get_if<PrecommitCertificate>(&message);
          c2 != nullptr && (!newest || newest->slot < c2->slot))
        newest = *c2;
    }
    for (const auto& [hash, header] : *state.shown)
      if (in_reach(header.body.slot)) {
        votes[{header.body.slot, hash}];
        const auto& c1 = std::get<BftSealer>(header.body.sealer).parent_certificate;
        if (c1) parents.emplace(c1->slot, *c1);
      }
    for (const auto& [of, by_kind] : votes) {
      if (!in_reach(of.first)) continue;
      for (const VoteKind kind : {VoteKind::prevote, VoteKind::precommit}) {
        const Vote own_vote =
            crew_.signer(crew_.faulty()).sign_vote({kChain, kind, of.first, of.second}, crew_.faulty());
        out.emplace_back(own_vote);
        std::vector<Vote> all = by_kind[kind == VoteKind::prevote ? 0 : 1];
        all.push_back(own_vote);
        if (all.size() >= kHonest) out.push_back(certificate(kind, all));
      }
    }
    if (in_reach(kSlotOfFaulty))
      if (const auto c1 = parents.find(Slot{kSlotOfFaulty.raw() - 1}); c1 != parents.end())
        if (const auto parent = state.shown->find(c1->second.block); parent != state.shown->end())
          for (const std::uint8_t content : {std::uint8_t{1}, std::uint8_t{2}})
            out.emplace_back(crew_.header(crew_.faulty(), kSlotOfFaulty, parent->first, parent->second.body.time_ms,
                                          c1->second, std::nullopt, content));
    return out;
  }

  Message certificate(VoteKind kind, std::vector<Vote> votes) {
    std::ranges::stable_sort(votes, {}, &Vote::signer);
    const auto ballot = crew_.authenticator().open_ballot(votes[0].body, crew_.set());
    ballot->add(std::span(votes).first(kHonest));
    const ByteView signers = ballot->signers();
    const Bytes bits(signers.begin(), signers.end());
    const VoteBody& body = votes[0].body;
    if (kind == VoteKind::prevote) return PrevoteCertificate{body.slot, body.block, bits, *ballot->aggregate()};
    return PrecommitCertificate{body.slot, body.block, bits, *ballot->aggregate()};
  }

  // --- Steps

  template <class F>
  void step(State after, std::size_t i, std::string word, std::uint64_t depth, F act) {
    HonestNode node = *after.nodes[i];
    auto said = act(node);
    ++out_.steps;
    take(after, i, std::move(node), std::move(said), true);
    go(std::move(word), i, after, depth);
  }

  void go(std::string word, std::size_t i, const State& after, std::uint64_t depth) {
    path_.push_back(std::to_string(i) + " " + std::move(word));
    visit(after, depth + 1);
    path_.pop_back();
  }

  // The node as it is now, and what it says.
  void take(State& state, std::size_t i, HonestNode node, HonestNode::Messages said, bool is_heard) {
    state.nodes[i] = std::make_shared<const HonestNode>(std::move(node));
    for (Message& message : said) {
      if (const auto* header = std::get_if<Header>(&message)) show(state, *header);
      if (!is_heard || std::holds_alternative<Claim>(message) || slot_of(message).raw() > bounds_.slots) continue;
      const LetterId id = keep(message, crew_.honest(i));
      const auto at = std::ranges::lower_bound(state.sent, id);
      if (at != state.sent.end() && *at == id) continue;
      state.sent.insert(at, id);
      for (std::uint32_t to = 0; to < kHonest; ++to)
        if (to != i) state.waiting.push_back({id, to});
    }
  }

  void show(State& state, const Header& header) const {
    const Hash hash = block_hash(header.body);
    if (state.shown->contains(hash)) return;
    Headers more = *state.shown;
    more.emplace(hash, header);
    state.shown = std::make_shared<const Headers>(std::move(more));
  }

  LetterId keep(const Message& message, ValidatorIndex from) {
    const auto [at, is_new] = ids_.try_emplace(name_of(message), static_cast<LetterId>(letters_.size()));
    if (is_new) letters_.push_back({message, from, slot_of(message)});
    return at->second;
  }

  [[nodiscard]] std::string word_of(LetterId id) const { return describe(letters_[id].message); }

  // --- What must hold

  [[nodiscard]] static std::optional<std::string> violation(const State& state) {
    for (const auto& node : state.nodes)
      if (node->violation()) return node->violation();
    for (const auto& a : state.nodes)
      for (const auto& b : state.nodes) {
        const std::size_t common = std::min(a->chain().size(), b->chain().size());
        for (std::size_t at = 0; at < common; ++at)
          if (a->chain()[at] != b->chain()[at])
            return "agreement: another block is final (slot " + std::to_string(at + 1) + ")";
      }
    return std::nullopt;
  }

  void count_end(const State& state) {
    const auto chain = [](const auto& node) { return std::uint64_t{node->chain().size()}; };
    const std::uint64_t lowest = chain(*std::ranges::min_element(state.nodes, {}, chain));
    out_.final_max = std::max(out_.final_max, lowest);
    out_.final_min = out_.ends++ == 0 ? lowest : std::min(out_.final_min, lowest);
  }

  bool is_new(const State& state) {
    Bytes bytes;
    const auto add = [&](const auto& item) { append(bytes, codec::encode(item)); };
    for (const auto& node : state.nodes) add(node->digest());
    for (const Delivery& delivery : state.waiting) {
      add(delivery.letter);
      add(delivery.to);
    }
    for (const LetterId id : state.sent) add(id);
    for (const std::uint64_t left : {state.left.postponed, state.left.spoken, state.left.crashes, state.left.timers})
      add(left);
    const Hash key = crypto::tagged_hash("aether-sim/state-of-all", bytes);
    std::uint64_t low = 0, high = 0;
    for (std::size_t i = 0; i < 8; ++i) {
      low = low << 8 | key.bytes[i];
      high = high << 8 | key.bytes[8 + i];
    }
    if (out_.states >= bounds_.states_max) {
      out_.complete = false;
      return false;
    }
    if (!seen_.insert({low, high}).second) return false;
    ++out_.states;
    return true;
  }

  struct Half {
    std::size_t operator()(const std::pair<std::uint64_t, std::uint64_t>& key) const {
      return static_cast<std::size_t>(key.first);
    }
  };

  Bounds bounds_;
  Crew crew_;
  std::vector<Letter> letters_;
  std::map<Hash, LetterId> ids_;
  std::unordered_set<std::pair<std::uint64_t, std::uint64_t>, Half> seen_;  // 128 bits of each state's digest
  std::vector<std::string> path_;
  Explored out_;
};

}  // namespace

Explored explore(const Bounds& bounds) { return Explorer(bounds).run(); }

}  // namespace aether::sim

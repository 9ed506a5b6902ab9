// The mempool beside a list that every rule walks, over blocks that are executed, forks, and moves of the head.
#include "support.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

namespace aether::mempool {
namespace {

using namespace testing;

constexpr std::uint8_t kBadSignature = 1;

ChainParams small_blocks() {
  ChainParams params;
  params.block.bytes_max = 3'000;
  params.block.gas_max = 60'000;
  params.block.transactions_max = 8;
  params.congestion.target_bps = 2'000;
  params.rent.per_byte_epoch = 0;
  return params;
}
constexpr Bounds kBounds{.transactions_max = 16,
                         .bytes_max = 9'000,
                         .per_sender_max = 5,
                         .unverified_max = 6,
                         .unverified_bytes_max = 1'800,
                         .unverified_per_peer_max = 4,
                         .unverified_bytes_per_peer_max = 1'100,
                         .batch_max = 3};

struct Waiting {
  VerifiedTransaction tx;
  Rank rank;
  std::optional<ObjectId> home;
  bool ready = true;
};
struct Unproven {
  PeerId from;
  VerifiedTransaction tx;
};

using Seen = std::tuple<int, Hash, std::string>;  // an effect, for comparison

std::string text(const Refusal& why) {
  const auto* reject = std::get_if<ledger::Reject>(&why);
  return std::string(reject != nullptr ? to_string(*reject) : to_string(std::get<Limit>(why)));
}

bool is_dispute_call(const VerifiedTransaction& tx) { return tx.body().call && !tx.body().call->data.empty(); }
std::vector<ObjectId> declared(const VerifiedTransaction& tx) {
  std::vector<ObjectId> out(tx.body().reads.begin(), tx.body().reads.end());
  out.insert(out.end(), tx.body().writes.begin(), tx.body().writes.end());
  return out;
}
bool declares(const VerifiedTransaction& tx, const ObjectId& id) {
  const auto of = declared(tx);
  return std::find(of.begin(), of.end(), id) != of.end();
}
std::uint64_t charge(const VerifiedTransaction& tx) {
  return tx.byte_size() + limits::kMempoolDeclaredBytes * declared(tx).size();
}

struct Model {
  ChainParams params = small_blocks();
  Blocks blocks{params};
  const Block* head = &blocks.genesis();
  const Block* final_block = head;
  std::map<Hash, std::vector<VerifiedTransaction>> contents;
  std::vector<Waiting> list;
  std::vector<Unproven> unproven;
  std::size_t out = 0;  // of unproven, from the front: in the batch
  std::uint64_t arrivals = 0;
  std::vector<Seen> seen;

  Slot slot() const { return next(head->slot); }
  Account account(const Address& address) const { return head->after.account(address); }

  void drop(const Hash& id, Drop why) {
    seen.push_back({2, id, std::string(to_string(why))});
    std::erase_if(list, [&](const Waiting& each) { return each.tx.id() == id; });
  }
  Amount ready_fees(const Address& sender) const {
    Amount sum = 0;
    for (const Waiting& each : list)
      if (each.ready && each.tx.sender() == sender) sum += each.tx.body().max_fee;
    return sum;
  }
  // Count and bytes of those that `counts`.
  template <class Counts>
  std::pair<std::uint64_t, std::uint64_t> load(Counts counts) const {
    std::pair<std::uint64_t, std::uint64_t> sum;
    for (const Waiting& each : list) {
      if (!counts(each)) continue;
      ++sum.first;
      sum.second += charge(each.tx);
    }
    return sum;
  }
  std::vector<const Waiting*> cheapest_first() const {
    std::vector<const Waiting*> out_;
    for (const Waiting& each : list) out_.push_back(&each);
    std::sort(out_.begin(), out_.end(), [](const Waiting* a, const Waiting* b) { return b->rank < a->rank; });
    return out_;
  }

  std::optional<Refusal> place(const VerifiedTransaction& tx, std::vector<std::pair<Hash, Drop>>& gone) const {
    for (const Waiting& each : list)
      if (each.tx.id() == tx.id()) return Limit::known;
    const Account sender = account(tx.sender());
    if (const auto ok = ledger::preclaim(sender, slot(), tx); !ok) return ok.error();
    const Waiting* old = nullptr;
    std::size_t of_sender = 0;
    for (const Waiting& each : list) {
      if (each.tx.sender() != tx.sender()) continue;
      ++of_sender;
      if (each.tx.body().nonce == tx.body().nonce) old = &each;
    }
    if (old == nullptr && of_sender >= kBounds.per_sender_max) return Limit::sender;
    const Rank rank{price(params.block, tx), arrivals};
    if (old != nullptr) {
      const Amount paid = old->tx.body().priority_fee, pays = tx.body().priority_fee;
      if (pays <= paid || 10 * pays < 11 * paid || rank.price <= old->rank.price) return Limit::replacement;
      gone.push_back({old->tx.id(), Drop::replaced});
    }
    Amount fees = ready_fees(tx.sender()) + tx.body().max_fee;
    if (old != nullptr) fees -= old->tx.body().max_fee;
    if (fees > sender.balance.swr) return ledger::Reject::cannot_pay;
    if (const auto ok = ledger::preclaim(head->after, params, slot(), tx); !ok) return ok.error();

    const bool lane = is_dispute_call(tx);
    const auto is_gone = [&](const Waiting& each) {
      return std::any_of(gone.begin(), gone.end(), [&](const auto& one) { return one.first == each.tx.id(); });
    };
    // Lets the cheapest of those that `may` go until `left` has room.
    const auto make_room = [&](std::pair<std::uint64_t, std::uint64_t> left, std::uint64_t count_max,
                               std::uint64_t bytes_max, const auto& may) {
      for (const Waiting* each : cheapest_first()) {
        if (left.first + 1 <= count_max && left.second + charge(tx) <= bytes_max) return true;
        if (!may(*each) || is_gone(*each)) continue;
        if (!(rank < each->rank)) return false;
        --left.first;
        left.second -= charge(each->tx);
        gone.push_back({each->tx.id(), Drop::evicted});
      }
      return left.first + 1 <= count_max && left.second + charge(tx) <= bytes_max;
    };
    const auto in_lane = [&](const Waiting& each) { return is_dispute_call(each.tx) == lane; };
    for (const ObjectId& id : declared(tx)) {
      const auto left =
          load([&](const Waiting& each) { return in_lane(each) && &each != old && declares(each.tx, id); });
      if (!make_room(left, kBounds.transactions_max / 4, kBounds.bytes_max / 4,
                     [&](const Waiting& each) { return in_lane(each) && each.ready && each.home == id; }))
        return Limit::object;
    }
    const auto left = load([&](const Waiting& each) { return in_lane(each) && !is_gone(each); });
    const std::uint64_t quarters = lane ? 1 : 3;
    if (!make_room(left, kBounds.transactions_max * quarters / 4, kBounds.bytes_max * quarters / 4, in_lane))
      return Limit::pool;
    return std::nullopt;
  }

  std::optional<Refusal> admit(const VerifiedTransaction& tx) {
    std::vector<std::pair<Hash, Drop>> gone;
    if (const auto why = place(tx, gone)) return why;
    for (const auto& [id, why] : gone) drop(id, why);
    Waiting added{tx, {price(params.block, tx), arrivals++}, std::nullopt};
    std::uint64_t most = 0;
    for (const ObjectId& id : declared(tx)) {
      const auto of = load([&](const Waiting& each) {
                        return is_dispute_call(each.tx) == is_dispute_call(tx) && declares(each.tx, id);
                      }).second;
      if (!added.home || of > most) added.home = id;
      most = std::max(most, of);
    }
    list.push_back(added);
    return std::nullopt;
  }

  void send() {
    if (out > 0 || unproven.empty()) return;
    out = std::min(unproven.size(), kBounds.batch_max);
    for (std::size_t i = 0; i < out; ++i) seen.push_back({3, unproven[i].tx.id(), ""});
  }
  void receive(PeerId from, const VerifiedTransaction& tx) {
    std::size_t count = 0, bytes = tx.byte_size(), all_bytes = tx.byte_size();
    bool known = false;
    for (const Unproven& each : unproven) {
      known = known || each.tx.transaction() == tx.transaction();
      all_bytes += each.tx.byte_size();
      if (each.from != from) continue;
      ++count;
      bytes += each.tx.byte_size();
    }
    std::optional<Refusal> why;
    std::vector<std::pair<Hash, Drop>> gone;
    if (known) {
      why = Limit::known;
    } else if (count == kBounds.unverified_per_peer_max || bytes > kBounds.unverified_bytes_per_peer_max) {
      why = Limit::peer;
    } else if (unproven.size() == kBounds.unverified_max || all_bytes > kBounds.unverified_bytes_max) {
      why = Limit::unverified;
    } else if (const auto ok = ledger::preflight(params, kChain, tx); !ok) {
      why = ok.error();
    } else {
      why = place(tx, gone);
    }
    if (why) {
      seen.push_back({1, tx.id(), text(*why)});
    } else {
      unproven.push_back({from, tx});
      send();
    }
  }
  void verdicts() {
    for (std::size_t i = 0; i < out; ++i) {
      const auto tx = unproven[i].tx;
      std::optional<Refusal> why = ledger::Reject::bad_signature;
      if (tx.transaction().signature[0] != kBadSignature) why = admit(tx);
      seen.push_back({why ? 1 : 0, tx.id(), why ? text(*why) : ""});
    }
    unproven.erase(unproven.begin(), unproven.begin() + static_cast<std::ptrdiff_t>(out));
    out = 0;
    send();
  }

  // All that are ready, by rank, each taken if the block has room.
  std::vector<VerifiedTransaction> select() {
    auto order = cheapest_first();
    std::reverse(order.begin(), order.end());
    ledger::BlockAdmission admission(head->after, programs, blocks.facts(*head));
    std::vector<VerifiedTransaction> chosen;
    std::vector<std::pair<Hash, ObjectId>> moves;
    for (const Waiting* each : order) {
      if (!each->ready) continue;
      if (admission.admit(each->tx)) {
        chosen.push_back(each->tx);
        continue;
      }
      const bool lane = is_dispute_call(each->tx);
      const auto holds = [&](const ledger::Room& room, ledger::Multiplier multiplier) {
        return each->tx.byte_size() <= room.bytes && each->tx.body().gas_limit.raw() <= room.gas &&
               ledger::covers_fee(params.fees, each->tx, multiplier);
      };
      const auto object_holds = [&](const ObjectId& id) {
        return holds(admission.room(id, lane), admission.multiplier(id));
      };
      if (!each->home || !holds(admission.room(lane), ledger::kMultiplierAtRest) || !object_holds(*each->home))
        continue;
      for (const ObjectId& id : declared(each->tx)) {
        if (object_holds(id)) continue;
        moves.push_back({each->tx.id(), id});
        break;
      }
    }
    for (const auto& [id, home] : moves)
      for (Waiting& each : list)
        if (each.tx.id() == id) each.home = home;
    return chosen;
  }

  void review(bool settles) {
    std::set<Address> senders;
    for (const Waiting& each : list) senders.insert(each.tx.sender());
    for (const Address& sender : senders) {
      const Account now = account(sender);
      std::vector<Hash> settled;
      for (Waiting& each : list) {
        if (each.tx.sender() != sender) continue;
        const auto usable = ledger::check_nonce(now, each.tx.body().nonce);
        each.ready = usable.has_value();
        if (settles && !usable && usable.error() != ledger::Reject::nonce_too_far) settled.push_back(each.tx.id());
      }
      for (const Hash& id : settled) drop(id, Drop::settled);
      while (ready_fees(sender) > now.balance.swr)
        for (const Waiting* each : cheapest_first()) {
          if (!each->ready || each->tx.sender() != sender) continue;
          drop(each->tx.id(), Drop::cannot_pay);
          break;
        }
    }
  }
  // Whether the way from one to the other is kept: all blocks above the final one are.
  bool is_kept(const Block& block) const {
    if (&block == final_block) return true;
    return block.slot > final_block->slot && is_kept(blocks.at(block.parent));
  }
  void move_head(const Block& to) {
    const bool known_way = is_kept(*head) && is_kept(to);
    const bool same = head == &to;
    head = &to;
    if (!same || !known_way) review(!known_way && !same);
    std::vector<Hash> late;
    for (const Waiting& each : list)
      if (each.tx.body().valid_until < slot()) late.push_back(each.tx.id());
    for (const Hash& id : late) drop(id, Drop::expired);
  }
  void finalize(const Block& block) {
    for (const Block* at = &block; at->slot > final_block->slot; at = &blocks.at(at->parent))
      for (const VerifiedTransaction& tx : contents[at->hash]) {
        std::vector<Hash> settled;
        for (const Waiting& each : list)
          if (each.tx.sender() == tx.sender() && each.tx.body().nonce == tx.body().nonce)
            settled.push_back(each.tx.id());
        for (const Hash& id : settled) drop(id, Drop::settled);
      }
    final_block = &block;
  }
};

std::vector<Seen> seen_of(const std::vector<Effect>& effects, std::optional<VerifySignatures>& batch) {
  std::vector<Seen> out;
  for (const Effect& effect : effects) {
    if (const auto* each = std::get_if<Admitted>(&effect)) {
      out.push_back({0, each->transaction, ""});
    } else if (const auto* refused = std::get_if<Refused>(&effect)) {
      out.push_back({1, refused->transaction, text(refused->why)});
    } else if (const auto* dropped = std::get_if<Dropped>(&effect)) {
      out.push_back({2, dropped->transaction, std::string(to_string(dropped->why))});
    } else {
      batch = std::get<VerifySignatures>(effect);
      for (const IdentifiedTransaction& tx : batch->transactions) out.push_back({3, tx.id(), ""});
    }
  }
  return out;
}

VerifiedTransaction any_transaction(const Model& model) {
  const auto upto = [](std::uint64_t n) { return *rc::gen::inRange<std::uint64_t>(0, n); };
  const auto sender = static_cast<std::uint8_t>(upto(4));
  TransactionBody body = transfer(sender, model.account(who(sender)).nonce_top + upto(7), 1'000 * upto(12));
  if (upto(20) == 0) body.nonce = upto(300);
  for (std::uint8_t n = 0; n < 3; ++n)
    if (upto(3) == 0) (upto(2) == 0 ? body.reads : body.writes).insert(object(n));
  if (upto(5) == 0) body.call = Call{court.id(), Bytes(upto(2) * 200)};
  body.outputs[0].amount = upto(10) == 0 ? kFunds / 2 : 1;
  body.gas_limit = Gas{5'000 * (1 + upto(3))};
  body.max_fee = 40'000 + 40'000 * upto(3) + (upto(8) == 0 ? kFunds / 3 : 0);
  body.valid_until = Slot{model.slot().raw() + upto(12)};
  if (upto(30) == 0) body.chain_id = ChainId{8};
  return made(std::move(body), upto(8) == 0 ? kBadSignature : 0);
}

RC_GTEST_PROP(Mempool, BehavesAsAListThatEveryRuleWalks, ()) {
  Model model;
  Mempool pool({.chain_id = kChain, .programs = programs, .bounds = kBounds, .seed = 5}, model.params,
               {model.head->hash, model.head->slot});
  std::optional<VerifySignatures> batch;
  const auto agree = [&](std::vector<Seen> effects) {
    std::sort(effects.begin(), effects.end());
    std::sort(model.seen.begin(), model.seen.end());
    RC_ASSERT(effects == model.seen);
    model.seen.clear();
  };
  const auto step = [&](Event event) { agree(seen_of(pool.step(std::move(event), model.head->after), batch)); };
  const auto add = [&](const Block& parent, const std::vector<VerifiedTransaction>& transactions) {
    const Block& block = model.blocks.add(parent, transactions);
    model.contents[block.hash] = transactions;
    for (const auto& tx : transactions) static_cast<void>(model.admit(tx));
    step(BlockAdded{block.hash, block.parent, block.slot, transactions});
    return &block;
  };
  const auto move_head = [&](const Block& to) {
    model.move_head(to);
    step(HeadMoved{to.hash, to.slot});
  };
  for (int steps = 0; steps < 80; ++steps) {
    switch (*rc::gen::inRange(0, 16)) {
      case 0: {
        const auto selected = copied(pool.select(model.head->after));
        const auto expected = model.select();
        RC_ASSERT(selected.size() == expected.size());
        for (std::size_t i = 0; i < selected.size(); ++i) RC_ASSERT(selected[i].id() == expected[i].id());
        move_head(*add(*model.head, selected));
        break;
      }
      case 1: {  // another block beside one of the branch, with what waits or comes from elsewhere
        const Block& parent = model.blocks.all()[*rc::gen::inRange<std::size_t>(0, model.blocks.all().size())];
        if (!model.is_kept(parent)) break;
        ledger::BlockAdmission admission(parent.after, programs, model.blocks.facts(parent));
        std::vector<VerifiedTransaction> chosen;
        for (const Waiting& each : model.list)
          if (*rc::gen::inRange(0, 2) == 0 && admission.admit(each.tx)) chosen.push_back(each.tx);
        const auto foreign = any_transaction(model);
        if (admission.admit(foreign)) chosen.push_back(foreign);
        const Block* made_block = add(parent, chosen);
        if (*rc::gen::inRange(0, 2) == 0) move_head(*made_block);
        break;
      }
      case 2: {
        const Block& to = model.blocks.all()[*rc::gen::inRange<std::size_t>(0, model.blocks.all().size())];
        if (model.is_kept(to)) move_head(to);
        break;
      }
      case 3: {
        const Block* at = model.head;
        while (at->slot > model.final_block->slot && *rc::gen::inRange(0, 2) == 0) at = &model.blocks.at(at->parent);
        if (at->slot <= model.final_block->slot) break;
        model.finalize(*at);
        step(BlockFinal{at->hash, at->slot});
        break;
      }
      case 4:
      case 5:
      case 6: {
        if (!batch) break;
        Verdicts verdicts{batch->batch, {}};
        for (const IdentifiedTransaction& tx : batch->transactions)
          verdicts.verdicts.push_back(tx.signature()[0] == kBadSignature ? std::nullopt
                                                                         : std::optional(assume_verified(tx)));
        batch.reset();
        model.verdicts();
        step(std::move(verdicts));
        break;
      }
      default: {
        auto tx = any_transaction(model);
        if (!model.list.empty() && *rc::gen::inRange(0, 12) == 0)
          tx = model.list[*rc::gen::inRange<std::size_t>(0, model.list.size())].tx;
        const PeerId from = *rc::gen::inRange<PeerId>(0, 3);
        model.receive(from, tx);
        step(Received{from, {tx}});
      }
    }
    RC_ASSERT(pool.count() == model.list.size());
    RC_ASSERT(pool.unverified() == model.unproven.size());
    RC_ASSERT(pool.bytes() == model.load([](const Waiting&) { return true; }).second);
    std::size_t ready = 0;
    for (const Waiting& each : model.list) {
      RC_ASSERT(pool.find(each.tx.id()) != nullptr);
      ready += each.ready ? 1 : 0;
    }
    RC_ASSERT(pool.ready() == ready);
  }
}

}  // namespace
}  // namespace aether::mempool

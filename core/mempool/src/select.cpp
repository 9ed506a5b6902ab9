#include <algorithm>

#include "machine.hpp"

namespace aether::mempool {
namespace {

// Where the walk over a queue goes on.
struct Cursor {
  Rank at;
  Queue* queue = nullptr;
};

// The queues of a lane in the order of what they offer next: those not looked at yet, by their heads, and those that go
// on. So a queue costs nothing before its turn.
class Walk {
 public:
  explicit Walk(const Lane& lane) : fresh_(lane.heads().begin()), end_(lane.heads().end()) {}

  [[nodiscard]] const Rank* next() const {
    if (fresh_ == end_) return going_.empty() ? nullptr : &going_.front().at;
    return going_.empty() || fresh_->first < going_.front().at ? &fresh_->first : &going_.front().at;
  }
  [[nodiscard]] Cursor pop() {
    if (fresh_ != end_ && *next() == fresh_->first) {
      const Cursor out{fresh_->first, fresh_->second};
      ++fresh_;
      return out;
    }
    std::pop_heap(going_.begin(), going_.end(), later);
    const Cursor out = going_.back();
    going_.pop_back();
    return out;
  }
  void push(const Cursor& cursor) {
    going_.push_back(cursor);
    std::push_heap(going_.begin(), going_.end(), later);
  }
  void end() {
    fresh_ = end_;
    going_.clear();
  }

 private:
  static bool later(const Cursor& a, const Cursor& b) { return b.at < a.at; }

  std::map<Rank, Queue*>::const_iterator fresh_, end_;
  std::vector<Cursor> going_;  // a heap
};

// One selection. Entries that another object than their home's kept out move to that one's queue, once it is over: so
// next time they are passed together with the others there.
class Selection {
 public:
  Selection(const ledger::StateView& head, const ledger::Programs& programs, const ledger::BlockFacts& facts,
            Pool& pool)
      : admission_(head, programs, facts), pool_(pool), walks_{Walk(pool.lane(false)), Walk(pool.lane(true))} {}

  std::vector<const VerifiedTransaction*> run() {
    while (visits_ > 0) {
      const Rank* ordinary = walks_[0].next();
      const Rank* disputes = walks_[1].next();
      if (ordinary == nullptr && disputes == nullptr) break;
      const bool dispute = ordinary == nullptr || (disputes != nullptr && *disputes < *ordinary);
      --visits_;
      visit(dispute, walks_[dispute ? 1 : 0].pop());
    }
    for (const auto& [entry, object] : moves_) pool_.lane(entry->dispute).move(*entry, object);
    return std::move(selected_);
  }

 private:
  Fit fit(const Queue& queue, bool dispute) {
    Fit out{admission_.room(dispute), ledger::kMultiplierAtRest};
    if (!queue.object) return out;
    const ledger::Room object = admission_.room(*queue.object, dispute);
    out.room = {std::min(out.room.bytes, object.bytes), std::min(out.room.gas, object.gas)};
    out.multiplier = admission_.multiplier(*queue.object);
    return out;
  }

  void visit(bool dispute, const Cursor& cursor) {
    const Queue& queue = *cursor.queue;
    Walk& walk = walks_[dispute ? 1 : 0];
    const ledger::Room block = admission_.room(dispute);
    if (queue.root->least.bytes > block.bytes || queue.root->least.gas > block.gas) {
      if (block.bytes == 0 || ++misfits_[dispute ? 1 : 0] == limits::kSelectMisfitsMax) walk.end();
      return;
    }
    const auto go_on = [&](const Rank& from) -> Entry* {
      return queue.first_fitting(from, fit(queue, dispute), visits_);
    };
    Entry* entry = go_on(cursor.at);
    if (entry == nullptr) return;
    if (entry->rank != cursor.at) {
      walk.push({entry->rank, cursor.queue});  // others may come before it
      return;
    }
    if (admission_.admit(entry->tx)) {
      selected_.push_back(&entry->tx);
      misfits_[dispute ? 1 : 0] = 0;
    } else if (const ObjectId* object = hindrance(*entry)) {
      moves_.push_back({entry, *object});
    }
    if (const Entry* after = go_on({entry->rank.price, entry->rank.arrival + 1}))
      walk.push({after->rank, cursor.queue});
  }

  // The object, not its home's, that keeps the entry out; null when it is something else.
  const ObjectId* hindrance(const Entry& entry) {
    const ObjectId* out = nullptr;
    for_each_shared(entry.tx, [&](const ObjectId& id) {
      if (out != nullptr || id == entry.home->object) return;
      if (!Fit{admission_.room(id, entry.dispute), admission_.multiplier(id)}.holds(entry.needs(), entry.affordable))
        out = &id;
    });
    return out;
  }

  ledger::BlockAdmission admission_;
  Pool& pool_;
  std::array<Walk, 2> walks_;
  std::size_t visits_ = limits::kSelectVisitsMax;
  std::array<std::size_t, 2> misfits_{};  // in a row
  std::vector<const VerifiedTransaction*> selected_;
  std::vector<std::pair<Entry*, ObjectId>> moves_;
};

}  // namespace

std::vector<const VerifiedTransaction*> Mempool::Machine::select(const StateView& head) {
  return Selection(head, programs_, {chain_id_, slot_, params_}, pool_).run();
}

}  // namespace aether::mempool

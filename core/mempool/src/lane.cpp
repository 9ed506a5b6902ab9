#include "lane.hpp"

namespace aether::mempool {
namespace {

void take(Load& load, const Entry& entry) {
  --load.count;
  load.bytes -= entry.footprint;
}

bool fits(const Load& load, std::uint64_t bytes, const Load& bounds) {
  return load.count < bounds.count && load.bytes <= bounds.bytes && bytes <= bounds.bytes - load.bytes;
}

bool declares(const VerifiedTransaction& tx, const ObjectId& id) {
  return tx.body().reads.contains(id) || tx.body().writes.contains(id);
}

}  // namespace

std::uint64_t footprint(const VerifiedTransaction& tx) {
  return tx.byte_size() + limits::kMempoolDeclaredBytes * (tx.body().reads.size() + tx.body().writes.size());
}

Result<std::vector<Entry*>, Limit> Lane::make_room(const VerifiedTransaction& tx, const Rank& rank,
                                                   const Entry* replaced) const {
  const std::uint64_t bytes = footprint(tx);
  std::vector<Entry*> out;
  bool object_full = false;
  // Each entry is in one queue, so none is found twice. That it may declare several full objects is not counted.
  for_each_shared(tx, [&](const ObjectId& id) {
    const auto at = objects_.find(id);
    if (at == objects_.end() || object_full) return;
    Load left = at->second.declared;
    if (replaced != nullptr && declares(replaced->tx, id)) take(left, *replaced);
    for (Entry* last = at->second.last(); !fits(left, bytes, object_bounds_); last = at->second.before(last->rank)) {
      object_full = last == nullptr || !(rank < last->rank);
      if (object_full) return;
      if (last == replaced) continue;
      take(left, *last);
      out.push_back(last);
    }
  });
  if (object_full) return fail(Limit::object);
  Load left = load_;
  if (replaced != nullptr) take(left, *replaced);
  for (const Entry* each : out) take(left, *each);
  const std::size_t of_objects = out.size();
  const auto is_out = [&](const Entry* entry) {
    const auto end = out.begin() + static_cast<std::ptrdiff_t>(of_objects);
    return entry == replaced || std::find(out.begin(), end, entry) != end;
  };
  for (auto last = ranked_.rbegin(); !fits(left, bytes, bounds_); ++last) {
    if (last == ranked_.rend() || !(rank < last->first)) return fail(Limit::pool);
    if (is_out(last->second)) continue;
    take(left, *last->second);
    out.push_back(last->second);
  }
  return out;
}

void Lane::add(Entry& entry) {
  entry.home = &undeclared_;
  const auto count_in = [&](Load& load) {
    ++load.count;
    load.bytes += entry.footprint;
  };
  for_each_shared(entry.tx, [&](const ObjectId& id) {
    Queue& queue = objects_[id];
    queue.object = id;
    if (!entry.home->object || queue.declared.bytes > entry.home->declared.bytes) entry.home = &queue;
  });
  for_each_shared(entry.tx, [&](const ObjectId& id) { count_in(objects_[id].declared); });
  count_in(load_);
  ranked_.emplace(entry.rank, &entry);
}

void Lane::remove(Entry& entry) {
  AETHER_ASSERT(!entry.ready);
  for_each_shared(entry.tx, [&](const ObjectId& id) {
    const auto at = objects_.find(id);
    take(at->second.declared, entry);
    if (at->second.declared.count == 0) objects_.erase(at);
  });
  take(load_, entry);
  ranked_.erase(entry.rank);
}

// Keeps heads_ what it says.
template <class Change>
void Lane::change(Queue& queue, Change apply) {
  const Entry* before = queue.first();
  apply();
  const Entry* after = queue.first();
  if (before == after) return;
  if (before != nullptr) heads_.erase(before->rank);
  if (after != nullptr) heads_.emplace(after->rank, &queue);
}

void Lane::set_ready(Entry& entry, bool ready) {
  AETHER_ASSERT(entry.ready != ready);
  entry.ready = ready;
  change(*entry.home, [&] { ready ? entry.home->insert(entry) : entry.home->erase(entry); });
}

void Lane::move(Entry& entry, const ObjectId& home) {
  set_ready(entry, false);
  entry.home = &objects_.at(home);
  set_ready(entry, true);
}

}  // namespace aether::mempool

#include "store_snapshot.hpp"

#include <algorithm>

namespace aether::storage {

std::optional<Bytes> StoreSnapshot::get(const ObjectId& id) const {
  const Hash key = hasher_.key(id);
  std::optional<Bytes> record;
  if (const auto change = recent_.find(key)) {
    if (change->value) record.emplace(change->value->begin(), change->value->end());
  } else {
    record = kv_->get(Family::state, key.view());
  }
  if (!record) return std::nullopt;
  const auto expected = id_bytes(id);
  if (record->size() < kIdSize || !std::equal(expected.begin(), expected.end(), record->begin())) broken("object");
  record->erase(record->begin(), record->begin() + kIdSize);
  return record;
}

std::optional<smt::Tree> StoreSnapshot::tree(Slot slot) const {
  if (!tip_ || tip_->slot < slot || slot.raw() + kTreeVersionsMax < tip_->slot.raw()) return std::nullopt;
  const auto newer =
      std::find_if(trees_.begin(), trees_.end(), [&](const TreeVersion& each) { return !(each.slot < slot); });
  if (newer == trees_.end()) return std::nullopt;
  std::vector<std::vector<smt::Change>> before;
  for (std::uint64_t back = newer->slot.raw(); back > slot.raw(); --back) {
    auto list = load<BeforeList>(*kv_, Family::log, slot_key(back), "log");
    if (!list) return std::nullopt;
    before.push_back(std::move(*list));
  }
  return before.empty() ? newer->tree : smt::undone(newer->tree, before, pool_, cpu_);
}

void StoreSnapshot::scan(Domain domain, const std::optional<Hash>& after, const Visit& visit) const {
  AETHER_ASSERT(is_listed(domain));
  kv_->scan(Family::index, id_bytes({domain, after ? *after : Hash{}}), [&](ByteView key, ByteView) {
    const auto object = decode_own<ObjectId>(key, "index");
    if (after && object.domain == domain && object.key == *after) return true;
    if (object.domain != domain) return false;
    const auto value = get(object);
    if (!value) broken("index");
    return visit(object.key, *value);
  });
}

void StoreSnapshot::visit_objects(const Hash& first, const VisitObject& visit) const {
  RecentChanges::Cursor recent(recent_, first);
  const auto give = [&](const Hash& key, ByteView record) {
    if (record.size() < kIdSize) broken("object");
    return visit(key, decode_own<ObjectId>(record.first(kIdSize), "object"), record.subspan(kIdSize));
  };
  const auto give_change = [&] {
    const RecentChange change = *recent.front();
    recent.pop();
    return !change.value || give(change.key, *change.value);
  };
  bool wanted = true;
  kv_->scan(Family::state, first.view(), [&](ByteView key, ByteView record) {
    if (key.size() != Hash::kSize) broken("object");
    Hash state_key;
    std::copy(key.begin(), key.end(), state_key.bytes.begin());
    while (wanted && recent.front() && recent.front()->key < state_key) wanted = give_change();
    if (!wanted) return false;
    const bool changed = recent.front() && recent.front()->key == state_key;
    return wanted = changed ? give_change() : give(state_key, record);
  });
  while (wanted && recent.front()) wanted = give_change();
}

}  // namespace aether::storage

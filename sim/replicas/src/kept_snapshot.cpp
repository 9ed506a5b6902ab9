#include "aether/replicas/kept_snapshot.hpp"

#include "aether/snapshot/chunk.hpp"

namespace aether::sim {

std::optional<Bytes> DurableState::get(const ObjectId& id) const {
  const auto found = objects_.find(id);
  return found == objects_.end() ? std::nullopt : std::optional(found->second);
}

void DurableState::apply(const ledger::Diff& diff) {
  for (const auto& [id, value] : diff) {
    if (value)
      objects_.insert_or_assign(id, *value);
    else
      objects_.erase(id);
  }
}

smt::Tree DurableState::tree() const {
  std::map<Hash, Hash> leaves;
  for (const auto& [id, value] : objects_) leaves.emplace(state_key(id), value_hash(value));
  std::vector<smt::Change> changes;
  for (const auto& [key, value] : leaves) changes.push_back({key, value});
  SerialPool pool;
  return smt::Tree().updated(changes, pool, {}).tree;
}

KeptSnapshot make_snapshot(snapshot::Manifest manifest, const DurableState& state, std::size_t objects_max) {
  std::map<Hash, const std::pair<const ObjectId, Bytes>*> objects;
  for (const auto& object : state.objects()) objects.emplace(state_key(object.first), &object);
  const smt::Tree tree = state.tree();
  KeptSnapshot out{std::move(manifest), {}, {}, {}, {}};
  Hash first;
  for (auto object = objects.begin(); object != objects.end();) {
    snapshot::ChunkBuilder builder;
    Hash last;
    for (; object != objects.end() && builder.objects() < objects_max && builder.takes(object->second->second);
         ++object) {
      builder.add(object->second->first, object->second->second);
      last = object->first;
    }
    if (object == objects.end()) last = snapshot::highest_key();
    auto packed = snapshot::pack(builder.plain(tree.prove_range(first, last).steps), builder.objects(), last);
    out.manifest.chunks.push_back(packed.info);
    out.chunks.push_back(std::move(packed.stored));
    if (object != objects.end()) first = snapshot::key_after(last);
  }
  AETHER_ASSERT(snapshot::check(out.manifest).has_value());
  out.manifest_bytes = codec::encode(out.manifest);
  out.name = snapshot::trailer_of(out.manifest_bytes).digest;
  return out;
}

}  // namespace aether::sim

#include "aether/storage/partial_state.hpp"

#include "layout.hpp"

namespace aether::storage {
namespace {

Bytes chunk_key(std::uint32_t index) {
  const ByteView prefix = as_bytes(kChunkPrefix);
  Bytes out(prefix.begin(), prefix.end());
  append(out, codec::encode(index));
  return out;
}

}  // namespace

Outcome<std::unique_ptr<PartialState>> PartialState::begin(std::unique_ptr<Kv> kv, ByteView plan) {
  Batch batch;
  batch.put(Family::meta, as_bytes(kPlanKey), plan);
  AETHER_CHECK(kv->write(batch, Durability::synced));
  return std::unique_ptr<PartialState>(new PartialState(std::move(kv)));
}

std::unique_ptr<PartialState> PartialState::resume(std::unique_ptr<Kv> kv) {
  if (!kv->snapshot()->get(Family::meta, as_bytes(kPlanKey))) return nullptr;
  return std::unique_ptr<PartialState>(new PartialState(std::move(kv)));
}

Bytes PartialState::plan() const {
  auto plan = kv_->snapshot()->get(Family::meta, as_bytes(kPlanKey));
  AETHER_ASSERT(plan.has_value());
  return std::move(*plan);
}

std::vector<bool> PartialState::kept(std::size_t chunks) const {
  std::vector<bool> out(chunks);
  const auto snapshot = kv_->snapshot();
  for (std::size_t i = 0; i < chunks; ++i)
    out[i] = snapshot->get(Family::meta, chunk_key(static_cast<std::uint32_t>(i))).has_value();
  return out;
}

void PartialState::Chunk::add(const Hash& state_key, const ObjectId& id, ByteView value) {
  const auto name = id_bytes(id);
  batch_.put(Family::state, state_key.view(), name, value);
  if (is_listed(id.domain)) batch_.put(Family::index, name, {});
}

Outcome<void> PartialState::keep(std::uint32_t index, Chunk chunk) {
  chunk.batch_.put(Family::meta, chunk_key(index), {});
  return kv_->write(chunk.batch_, Durability::synced);
}

Outcome<std::unique_ptr<Kv>> PartialState::finish(const Hash& genesis, const BlockRecord& tip,
                                                  const PrecommitCertificate& certificate) && {
  Batch batch;
  put_identity(batch, genesis);
  put_kept_from(batch, tip.slot);
  put_tip(batch, tip);
  batch.put(Family::meta, as_bytes(kCertificateKey), codec::encode(certificate));
  AETHER_CHECK(kv_->write(batch, Durability::synced));
  return std::move(kv_);
}

Outcome<void> Store::forget_plan() {
  const auto kv = kv_->snapshot();
  if (!kv->get(Family::meta, as_bytes(kPlanKey))) return {};
  Batch batch;
  kv->scan(Family::meta, as_bytes(kChunkPrefix), [&](ByteView key, ByteView) {
    if (!as_text(key).starts_with(kChunkPrefix)) return false;
    batch.erase(Family::meta, key);
    return true;
  });
  batch.erase(Family::meta, as_bytes(kPlanKey));
  return kv_->write(batch, Durability::synced);
}

}  // namespace aether::storage

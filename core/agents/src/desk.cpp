#include "aether/agents/desk.hpp"

#include <algorithm>
#include <array>

#include "aether/agents/note.hpp"

namespace aether::agents {

std::string_view to_string(Action action) {
  return codec::variant_names<programs::EscrowInstruction>[static_cast<std::size_t>(action)];
}

const HeldModel* find_model(std::span<const HeldModel> models, const Hash& id) {
  const auto at = std::ranges::find(models, id, &HeldModel::id);
  return at == models.end() ? nullptr : &*at;
}

namespace {

constexpr std::uint32_t kPauseBitsMax = 6;

}  // namespace

bool Desk::free(const Intent& intent, Slot now) const {
  const auto at = entries_.find(intent);
  if (at == entries_.end()) return true;
  const Entry& entry = at->second;
  if (entry.id != 0 || entry.done) return false;
  return entry.refusals == 0 || passed(entry.refused, std::uint64_t{1} << entry.refusals, now);
}

Send Desk::send(const Intent& intent, programs::EscrowInstruction instruction, const Hash& model_id,
                std::optional<Slot> last, Balance locks) {
  Entry& entry = entries_[intent];
  AETHER_ASSERT(entry.id == 0 && !entry.done);
  entry.id = ++last_id_;
  entry.locks = locks;
  return {entry.id, std::move(instruction), model_id, last};
}

std::optional<Intent> Desk::ended(const SendEnded& event) {
  const auto at = std::ranges::find_if(entries_, [&](const auto& item) { return item.second.id == event.id; });
  if (event.id == 0 || at == entries_.end()) return std::nullopt;
  const Intent intent = at->first;
  Entry& entry = at->second;
  entry.id = 0;
  if (event.code == kSuccess) {
    entry.done = event.slot;
  } else if (event.code) {
    entry.locks = {};
    entry.refusals = std::min(entry.refusals + 1, kPauseBitsMax);
    entry.refused = event.slot;
  } else {
    entry.locks = {};
  }
  return intent;
}

void Desk::observe(Slot tip) {
  std::erase_if(entries_, [&](const auto& item) { return item.second.done && *item.second.done <= tip; });
}

void Desk::forget(const Hash& job) {
  std::erase_if(entries_, [&](const auto& item) { return item.first.job == job; });
}

void Desk::forget(const Intent& intent) { entries_.erase(intent); }

bool Desk::under_way(const Hash& job, Action action) const {
  return std::ranges::any_of(entries_, [&](const auto& item) {
    return item.first.job == job && item.first.action == action && (item.second.id != 0 || item.second.done);
  });
}

Balance Desk::spendable(const Balance& balance) const {
  Balance out = balance;
  for (const auto& [intent, entry] : entries_) {
    out.swr -= std::min(out.swr, entry.locks.swr);
    out.aic -= std::min(out.aic, entry.locks.aic);
  }
  return out;
}

}  // namespace aether::agents

#include "aether/crypto/ed25519_batch.hpp"

#include <algorithm>
#include <numeric>

#include "aether/base/result.hpp"
#include "batch.hpp"
#include "equation.hpp"
#include "settle.hpp"

namespace aether::crypto {

namespace {

// More members save little in one equation; fewer pay more each.
constexpr std::size_t kChunkMax = 4096;
constexpr std::size_t kChunkMin = 128;

// Calls use(holds, only_forgery), the engine's words on parts of [first, last) as a Settler asks for them.
template <class Use>
void with_engine(BatchEngine engine, const Batch& batch, std::size_t first, std::size_t last, const Use& use) {
  const auto own = [&](auto equation) {
    use([&](std::size_t from, std::size_t to) { return equation.holds(from, to); },
        [&](std::size_t from, std::size_t to) { return equation.only_forgery(from, to); });
  };
  switch (engine) {
    case BatchEngine::ifma: return own(Equation<Ifma>(batch, first, last));
    case BatchEngine::avx2: return own(Equation<Avx2>(batch, first, last));
    case BatchEngine::zebra:
    case BatchEngine::commonware: break;
  }
  use([&](std::size_t from, std::size_t to) { return batch.holds(engine, from, to); }, kNamesNone);
}

// Verdicts in the batch's order; `groups` are too, with equal ones together.
std::vector<std::uint8_t> settle_chunks(BatchEngine engine, const Batch& batch, std::span<const std::uint32_t> groups,
                                        TaskPool& pool) {
  std::vector<std::uint8_t> verdicts(batch.size(), 0);
  const std::size_t share = (batch.size() + pool.width() - 1) / pool.width();
  const std::size_t chunk = std::clamp(share, kChunkMin, kChunkMax);
  const auto single = [&](std::size_t i) { return batch.single(i); };
  pool.run((batch.size() + chunk - 1) / chunk, [&](std::size_t task) {
    const std::size_t begin = task * chunk, end = std::min(batch.size(), begin + chunk);
    with_engine(engine, batch, begin, end, [&](auto&& holds, auto&& only_forgery) {
      Settler(groups, holds, single, verdicts, only_forgery).settle(begin, end);
    });
  });
  return verdicts;
}

}  // namespace

BatchEngine batch_engine([[maybe_unused]] const CpuFeatures& cpu) {
#ifdef AETHER_ED25519_FAST_ACCEPTS
  if (cpu.avx512_ifma) return BatchEngine::ifma;
  if (cpu.avx2) return BatchEngine::avx2;
#endif
  return BatchEngine::zebra;
}

bool ed25519_batch_holds(BatchEngine engine, std::string_view tag, std::span<const SignedId> items) {
  if (items.empty()) return true;
  std::vector<std::size_t> order(items.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const Batch batch(tag, items, order);
  bool good = false;
  with_engine(engine, batch, 0, batch.size(), [&](auto&& holds, auto&&) { good = holds(0, batch.size()); });
  return good;
}

std::vector<bool> verify_ids_by(BatchEngine engine, std::string_view tag, std::span<const SignedId> items,
                                std::span<const std::uint32_t> groups, TaskPool& pool) {
  AETHER_ASSERT(groups.empty() || groups.size() == items.size());
  std::vector<std::size_t> order(items.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::vector<std::uint32_t> ordered_groups;
  if (!groups.empty()) {
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return groups[a] < groups[b]; });
    ordered_groups.reserve(order.size());
    for (const std::size_t i : order) ordered_groups.push_back(groups[i]);
  }
  const auto ordered = settle_chunks(engine, Batch(tag, items, order), ordered_groups, pool);
  std::vector<bool> verdicts(items.size());
  for (std::size_t i = 0; i < order.size(); ++i) verdicts[order[i]] = ordered[i] != 0;
  return verdicts;
}

std::vector<bool> verify_ids(std::string_view tag, std::span<const SignedId> items,
                             std::span<const std::uint32_t> groups, const CpuFeatures& cpu, TaskPool& pool) {
  return verify_ids_by(batch_engine(cpu), tag, items, groups, pool);
}

std::vector<bool> ed25519_verify_batch_by(BatchEngine engine, std::span<const SignedMessage> items, TaskPool& pool) {
  if (engine == BatchEngine::commonware) engine = BatchEngine::zebra;
  const auto verdicts = settle_chunks(engine, Batch(items), {}, pool);
  return {verdicts.begin(), verdicts.end()};
}

std::vector<bool> ed25519_verify_batch(std::span<const SignedMessage> items, const CpuFeatures& cpu, TaskPool& pool) {
  return ed25519_verify_batch_by(batch_engine(cpu), items, pool);
}

}  // namespace aether::crypto

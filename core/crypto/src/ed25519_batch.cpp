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
    case BatchEngine::ifma_and_commonware: {
      Equation<Ifma> equation(batch, first, last);
      const auto both = [&](std::size_t from, std::size_t to) {
        return equation.holds(from, to) && batch.holds(BatchEngine::commonware, from, to);
      };
      return use(both, kNamesNone);
    }
    case BatchEngine::zebra:
    case BatchEngine::commonware: break;
  }
  use([&](std::size_t from, std::size_t to) { return batch.holds(engine, from, to); }, kNamesNone);
}

// Sets verdicts[first … last) by the engine's word, and by single verdicts where it says no. Equal groups are together.
void settle(BatchEngine engine, const Batch& batch, std::span<const std::uint32_t> groups, std::size_t first,
            std::size_t last, std::span<std::uint8_t> verdicts) {
  const auto single = [&](std::size_t i) { return batch.single(i); };
  with_engine(engine, batch, first, last, [&](auto&& holds, auto&& only_forgery) {
    Settler(groups, holds, single, verdicts, only_forgery).settle(first, last);
  });
}

struct Engines {
  BatchEngine accepts;
  BatchEngine finds;  // what to leave out of a batch that does not hold
};

// The same where one engine accepts and a faster one finds: what the faster one takes for good is put to the other
// again, all together. So every acceptance is the word of `accepts`, and forgeries cost it one more look at the rest.
void settle_by_two(Engines engines, const Batch& batch, std::span<const std::uint32_t> groups, std::size_t first,
                   std::size_t last, std::span<std::uint8_t> verdicts) {
  bool good = false;
  with_engine(engines.accepts, batch, first, last, [&](auto&& holds, auto&&) { good = holds(first, last); });
  if (good) {
    std::fill(verdicts.begin() + static_cast<std::ptrdiff_t>(first),
              verdicts.begin() + static_cast<std::ptrdiff_t>(last), std::uint8_t{1});
    return;
  }
  settle(engines.finds, batch, groups, first, last, verdicts);
  std::vector<std::size_t> members;
  std::vector<std::uint32_t> member_groups;
  for (std::size_t i = first; i < last; ++i) {
    if (verdicts[i] == 0) continue;  // a single verdict, which is final
    members.push_back(i);
    if (!groups.empty()) member_groups.push_back(groups[i]);
  }
  if (members.empty()) return;
  std::vector<std::uint8_t> confirmed(members.size(), 0);
  settle(engines.accepts, Batch(batch, members), member_groups, 0, members.size(), confirmed);
  for (std::size_t i = 0; i < members.size(); ++i) verdicts[members[i]] = confirmed[i];
}

// Verdicts in the batch's order; `groups` are too, with equal ones together.
std::vector<std::uint8_t> settle_chunks(Engines engines, const Batch& batch, std::span<const std::uint32_t> groups,
                                        TaskPool& pool) {
  std::vector<std::uint8_t> verdicts(batch.size(), 0);
  const std::size_t share = (batch.size() + pool.width() - 1) / pool.width();
  const std::size_t chunk = std::clamp(share, kChunkMin, kChunkMax);
  pool.run((batch.size() + chunk - 1) / chunk, [&](std::size_t task) {
    const std::size_t begin = task * chunk, end = std::min(batch.size(), begin + chunk);
    if (engines.finds == engines.accepts)
      settle(engines.accepts, batch, groups, begin, end, verdicts);
    else
      settle_by_two(engines, batch, groups, begin, end, verdicts);
  });
  return verdicts;
}

Engines engines_of(const CpuFeatures& cpu, BatchEngine accepts) {
  return {accepts, cpu.avx512_ifma ? BatchEngine::ifma : cpu.avx2 ? BatchEngine::avx2 : accepts};
}

std::vector<bool> verify_ids_by(Engines engines, std::string_view tag, std::span<const SignedId> items,
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
  const auto ordered = settle_chunks(engines, Batch(tag, items, order), ordered_groups, pool);
  std::vector<bool> verdicts(items.size());
  for (std::size_t i = 0; i < order.size(); ++i) verdicts[order[i]] = ordered[i] != 0;
  return verdicts;
}

// Of raw messages, which commonware does not read.
BatchEngine reading_messages(BatchEngine engine) {
  const bool reads = engine != BatchEngine::commonware && engine != BatchEngine::ifma_and_commonware;
  return reads ? engine : BatchEngine::zebra;
}

std::vector<bool> verify_batch_by(Engines engines, std::span<const SignedMessage> items, TaskPool& pool) {
  const auto verdicts = settle_chunks(engines, Batch(items), {}, pool);
  return {verdicts.begin(), verdicts.end()};
}

}  // namespace

BatchEngine batch_engine(const CpuFeatures& cpu) {
#ifdef AETHER_ED25519_IFMA_ACCEPTS
  if (cpu.avx512_ifma) return BatchEngine::ifma;
#endif
#ifdef AETHER_ED25519_AVX2_ACCEPTS
  if (cpu.avx2) return BatchEngine::avx2;
#endif
  return cpu.avx512_ifma ? BatchEngine::ifma_and_commonware : BatchEngine::zebra;
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
  return verify_ids_by(Engines{engine, engine}, tag, items, groups, pool);
}

std::vector<bool> verify_ids(std::string_view tag, std::span<const SignedId> items,
                             std::span<const std::uint32_t> groups, const CpuFeatures& cpu, TaskPool& pool) {
  return verify_ids_by(engines_of(cpu, batch_engine(cpu)), tag, items, groups, pool);
}

std::vector<bool> ed25519_verify_batch_by(BatchEngine engine, std::span<const SignedMessage> items, TaskPool& pool) {
  const BatchEngine reads = reading_messages(engine);
  return verify_batch_by({reads, reads}, items, pool);
}

std::vector<bool> ed25519_verify_batch(std::span<const SignedMessage> items, const CpuFeatures& cpu, TaskPool& pool) {
  return verify_batch_by(engines_of(cpu, reading_messages(batch_engine(cpu))), items, pool);
}

}  // namespace aether::crypto

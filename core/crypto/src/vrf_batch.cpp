#include <algorithm>

#include "settle.hpp"
#include "vrf_equation.hpp"

namespace aether::crypto {
namespace {

constexpr std::size_t kChunkMax = 1024;  // items of one equation
constexpr std::size_t kChunkMin = 64;

template <class Equation>
void settle(std::span<const VrfItem> items, VrfResults results) {
  const Equation equation(items, results);
  const auto members = equation.members();
  const auto holds = [&](std::size_t first, std::size_t last) { return equation.holds(first, last); };
  const auto alone = [&](std::size_t i) {
    auto& result = results[members[i]];
    result = vrf_single(items[members[i]]);
    return result.has_value();
  };
  std::vector<std::uint8_t> verdicts(members.size(), 0);
  Settler({}, holds, alone, verdicts).settle(0, members.size());
}

}  // namespace

std::vector<Result<VrfOutput, VrfError>> vrf_verify_batch(std::span<const VrfItem> items, const CpuFeatures& cpu,
                                                          TaskPool& pool) {
  std::vector<Result<VrfOutput, VrfError>> results(items.size(), fail(VrfError::wrong_proof));
  const std::size_t share = (items.size() + pool.width() - 1) / pool.width();
  const std::size_t chunk = std::clamp(share, kChunkMin, kChunkMax);
  pool.run((items.size() + chunk - 1) / chunk, [&](std::size_t task) {
    const std::size_t first = task * chunk, count = std::min(chunk, items.size() - first);
    const auto part = items.subspan(first, count);
    const auto to = VrfResults(results).subspan(first, count);
    if (cpu.avx512_ifma)
      settle<VrfEquationOn<Ifma>>(part, to);
    else if (cpu.avx2)
      settle<VrfEquationOn<Avx2>>(part, to);
    else
      settle<VrfEquation>(part, to);
  });
  return results;
}

}  // namespace aether::crypto

#include "plan_file.hpp"

#include <algorithm>

#include "aether/types/asset.hpp"

namespace aether::devnet {

namespace {

constexpr std::string_view kVersionLine = "aether-devnet 1";
constexpr std::string_view kFaultsLine = "faults";
constexpr std::string_view kDemoLine = "demo";

std::optional<std::uint64_t> number_in(std::string_view text, std::uint64_t min, std::uint64_t max) {
  const auto number = from_decimal(text);
  if (!number || *number < min || *number > max) return std::nullopt;
  return static_cast<std::uint64_t>(*number);
}

}  // namespace

std::string to_text(const Plan& plan) {
  std::string out(kVersionLine);
  out += "\nnodes " + std::to_string(plan.nodes) + "\nslot_ms " + std::to_string(plan.slot_ms) + "\ndelta_ms " +
         std::to_string(plan.delta_ms) + "\n";
  if (plan.faults) out += std::string(kFaultsLine) + "\n";
  if (plan.demo) out += std::string(kDemoLine) + "\n";
  for (const std::string& fund : plan.funds) out += "fund " + fund + "\n";
  return out;
}

std::optional<Plan> plan_from_text(std::string_view text) {
  std::vector<std::string_view> lines;
  for (std::string_view rest = text; !rest.empty();) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    lines.push_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  const auto after = [&](std::size_t line, std::string_view name) {
    if (line >= lines.size() || !lines[line].starts_with(name)) return std::string_view();
    return lines[line].substr(name.size());
  };
  const auto nodes = number_in(after(1, "nodes "), 1, kNodesMax);
  const auto slot_ms = number_in(after(2, "slot_ms "), 0, kSlotMsMax);
  const auto delta_ms = number_in(after(3, "delta_ms "), 1, kDeltaMsMax);
  if (!nodes || !slot_ms || !delta_ms) return std::nullopt;
  Plan out{static_cast<std::uint32_t>(*nodes), *slot_ms, *delta_ms, false, false, {}};
  for (std::size_t line = 4; line < lines.size(); ++line) {
    if (lines[line] == kFaultsLine) out.faults = true;
    if (lines[line] == kDemoLine) out.demo = true;
    if (const auto fund = after(line, "fund "); !fund.empty()) out.funds.emplace_back(fund);
  }
  if (out.faults && out.nodes > faults::kNodesMax) return std::nullopt;
  // What has another form than it would be given is of another version.
  if (to_text(out) != text) return std::nullopt;
  return out;
}

}  // namespace aether::devnet

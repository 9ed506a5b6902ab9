#include "plan_file.hpp"

#include "aether/types/asset.hpp"

namespace aether::devnet {

namespace {

constexpr std::string_view kVersionLine = "aether-devnet 1";

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
  for (const std::string& fund : plan.funds) out += "fund " + fund + "\n";
  return out;
}

std::optional<Plan> plan_from_text(std::string_view text) {
  std::vector<std::string_view> lines;
  for (std::size_t end; (end = text.find('\n')) != text.npos; text.remove_prefix(end + 1))
    lines.push_back(text.substr(0, end));
  const auto after = [&](std::size_t line, std::string_view name) {
    if (line >= lines.size() || !lines[line].starts_with(name)) return std::string_view();
    return lines[line].substr(name.size());
  };
  if (!text.empty() || lines.empty() || lines[0] != kVersionLine) return std::nullopt;
  const auto nodes = number_in(after(1, "nodes "), 1, kNodesMax);
  const auto slot_ms = number_in(after(2, "slot_ms "), 0, kSlotMsMax);
  const auto delta_ms = number_in(after(3, "delta_ms "), 1, kDeltaMsMax);
  if (!nodes || !slot_ms || !delta_ms) return std::nullopt;
  Plan out{static_cast<std::uint32_t>(*nodes), *slot_ms, *delta_ms, {}};
  for (std::size_t line = 4; line < lines.size(); ++line) {
    const std::string_view fund = after(line, "fund ");
    if (fund.empty()) return std::nullopt;
    out.funds.emplace_back(fund);
  }
  return out;
}

}  // namespace aether::devnet

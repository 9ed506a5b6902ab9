#include "aether/faults/rules.hpp"

#include <charconv>
#include <sstream>

namespace aether::faults {
namespace {

constexpr std::string_view kVersionLine = "aether-faults 1";

std::string numbers_of(const Faults& faults) {
  std::string out;
  for (const std::uint64_t number : {faults.delay_us, faults.jitter_us, std::uint64_t{faults.loss_ppm},
                                     std::uint64_t{faults.reorder_ppm}, std::uint64_t{faults.duplicate_ppm}})
    out += " " + std::to_string(number);
  return out;
}

// The words of a line, each taken once.
class Words {
 public:
  explicit Words(const std::string& line) : in_(line) {}

  std::string word() {
    std::string out;
    in_ >> out;
    return out;
  }
  std::uint64_t number(std::uint64_t max) {
    const std::string text = word();
    std::uint64_t out = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    good_ &= error == std::errc{} && end == text.data() + text.size() && out <= max;
    return out;
  }
  std::uint32_t small(std::uint32_t max) { return static_cast<std::uint32_t>(number(max)); }
  std::uint16_t port() { return static_cast<std::uint16_t>(number(65'535)); }
  Direction direction() {
    const std::uint32_t from = small(kNodesMax - 1);
    const std::uint32_t to = small(kNodesMax - 1);
    good_ &= from != to;
    return {from, to};
  }
  Faults faults() {
    Faults out;
    out.delay_us = number(kDelayUsMax);
    out.jitter_us = number(out.delay_us);
    out.loss_ppm = small(kMillion);
    out.reorder_ppm = small(kMillion);
    out.duplicate_ppm = small(kMillion);
    return out;
  }
  // Whether all was as wanted, and nothing is left.
  bool good() { return good_ && word().empty(); }

 private:
  std::istringstream in_;
  bool good_ = true;
};

}  // namespace

bool is_valid(const Faults& faults) {
  return faults.delay_us <= kDelayUsMax && faults.jitter_us <= faults.delay_us && faults.loss_ppm <= kMillion &&
         faults.reorder_ppm <= kMillion && faults.duplicate_ppm <= kMillion;
}

const Faults& Rules::of(Direction direction) const {
  const auto found = links.find(direction);
  return found == links.end() ? all : found->second;
}

void Rules::partition(const std::vector<std::vector<std::uint32_t>>& groups, std::uint32_t nodes) {
  std::vector<std::size_t> group_of(nodes, groups.size());
  for (std::size_t group = 0; group < groups.size(); ++group)
    for (const std::uint32_t node : groups[group])
      if (node < nodes) group_of[node] = group;
  cuts.clear();
  for (std::uint32_t from = 0; from < nodes; ++from)
    for (std::uint32_t to = 0; to < nodes; ++to)
      if (group_of[from] != group_of[to]) cuts.insert({from, to});
}

std::string to_text(const Rules& rules) {
  std::string out(kVersionLine);
  out += "\nseed " + std::to_string(rules.seed) + "\nall" + numbers_of(rules.all) + "\n";
  const auto named = [](std::string_view what, Direction direction) {
    return std::string(what) + " " + std::to_string(direction.first) + " " + std::to_string(direction.second);
  };
  for (const Gate& gate : rules.gates)
    out += named("gate", {gate.from, gate.to}) + " " + std::to_string(gate.port) + " " + std::to_string(gate.target) +
           "\n";
  for (const auto& [direction, faults] : rules.links) out += named("link", direction) + numbers_of(faults) + "\n";
  for (const Direction& direction : rules.cuts) out += named("cut", direction) + "\n";
  return out;
}

std::optional<Rules> rules_from_text(std::string_view text) {
  if (!text.ends_with('\n')) return std::nullopt;
  std::istringstream lines{std::string(text)};
  std::string line;
  const auto next = [&] { return Words(std::getline(lines, line) ? line : std::string()); };
  if (!std::getline(lines, line) || line != kVersionLine) return std::nullopt;
  Rules out;
  Words seed = next();
  if (seed.word() != "seed") return std::nullopt;
  out.seed = seed.number(static_cast<std::uint64_t>(-1));
  Words all = next();
  if (all.word() != "all") return std::nullopt;
  out.all = all.faults();
  if (!seed.good() || !all.good()) return std::nullopt;
  while (std::getline(lines, line)) {
    Words words(line);
    const std::string what = words.word();
    const Direction direction = words.direction();
    bool is_new = true;
    if (what == "gate") {
      const std::uint16_t port = words.port();
      out.gates.push_back({direction.first, direction.second, port, words.port()});
    } else if (what == "link") {
      is_new = out.links.emplace(direction, words.faults()).second;
    } else if (what == "cut") {
      is_new = out.cuts.insert(direction).second;
    } else {
      return std::nullopt;
    }
    if (!is_new || !words.good()) return std::nullopt;
  }
  return out;
}

}  // namespace aether::faults

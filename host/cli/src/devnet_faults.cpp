// devnet faults, partition, heal.
#include "devnet_faults.hpp"

#include <algorithm>

#include "aether/types/asset.hpp"

namespace aether::cli {

namespace json = boost::json;

Failure failure_of(const devnet::Error& error) {
  using enum devnet::ErrorKind;
  switch (error.kind) {
    case absent:
      return {kBadFile, "no_devnet", error.message, "aetherctl devnet up makes one; --dir names another directory"};
    case foreign: return {kBadFile, "not_a_devnet", error.message, "name another directory with --dir"};
    case busy: return {kFailed, "devnet_busy", error.message, "try again when the other aetherctl devnet is done"};
    case bad_fund: return {kUsage, "bad_fund", error.message, "--fund ADDRESS:SWR:AIC, as aeth1...:1000:50"};
    case no_program: return {kBadFile, "no_aetherd", error.message, "./aether build makes both programs in one folder"};
    case refused: return {kFailed, "aetherd_refused", error.message, "correct what it names"};
    case not_ready:
      return {kUnreachable, "not_ready", error.message,
              "aetherctl devnet logs NODE shows all of it; devnet restart NODE or devnet up tries again"};
    case unknown_node: return {kUsage, "unknown_node", error.message, "aetherctl devnet status lists the nodes"};
    case not_running: return {kFailed, "node_down", error.message, "aetherctl devnet restart NODE starts it"};
    case no_faults:
      return {kUsage, "no_faults", error.message,
              "aetherctl devnet up --faults, in another --dir, makes one that has it"};
    case environment: break;
  }
  return {kBadFile, "devnet", error.message, "check the path, its permissions and the disk"};
}

Result<env::Path, Failure> devnet_directory(const Arguments& arguments) {
  if (!arguments.folder.empty()) return env::Path(arguments.folder);
  if (auto directory = devnet::default_directory()) return std::move(*directory);
  return usage("no_devnet_directory", "HOME is not set, so there is no default directory; name one with --dir");
}

Result<devnet::Devnet, Failure> open_devnet(const Arguments& arguments, devnet::Use use) {
  AETHER_TRY(const auto directory, devnet_directory(arguments));
  CLI_TRY(auto net, devnet::Devnet::open(directory, use));
  return net;
}

bool asks_for_faults(const Arguments& arguments) {
  return arguments.faults || arguments.delay_ms || arguments.jitter_ms || !arguments.loss.empty() ||
         !arguments.reorder.empty() || !arguments.duplicate.empty() || arguments.seed;
}

namespace {

// "1%" or "0.25", at most 100, in millionths.
Result<void, Failure> read_share(std::string_view option, const std::string& text, std::uint32_t& share) {
  if (text.empty()) return {};
  const auto percent = amount_from_text(text.substr(0, text.find('%')));
  constexpr Amount kOnePpm = kAmountUnit * 100 / faults::kMillion;  // of the same in percent
  const bool is_form = text.find('%') == text.npos || text.find('%') + 1 == text.size();
  if (!percent || !is_form || *percent > 100 * kAmountUnit || *percent % kOnePpm != 0)
    return usage("bad_share", std::string(option) + " \"" + text + "\": wanted is 0% to 100%, at most 4 decimals");
  share = static_cast<std::uint32_t>(*percent / kOnePpm);
  return {};
}

std::string share_text(std::uint32_t ppm) { return amount_to_text(Amount{ppm} * 100) + "%"; }

std::string ms_text(std::uint64_t us) { return amount_to_text(Amount{us} * 1'000) + " ms"; }

std::string link_text(const faults::Faults& faults) {
  return ms_text(faults.delay_us) + " ± " + ms_text(faults.jitter_us) + ", lost " + share_text(faults.loss_ppm) +
         ", reordered " + share_text(faults.reorder_ppm) + ", doubled " + share_text(faults.duplicate_ppm);
}

std::string direction_text(faults::Direction direction) {
  return std::to_string(direction.first) + ">" + std::to_string(direction.second);
}

json::object link_json(const faults::Faults& faults) {
  return {{"delay_us", faults.delay_us},
          {"jitter_us", faults.jitter_us},
          {"loss_ppm", faults.loss_ppm},
          {"reorder_ppm", faults.reorder_ppm},
          {"duplicate_ppm", faults.duplicate_ppm}};
}

Result<std::vector<std::vector<std::uint32_t>>, Failure> read_groups(const Arguments& arguments, std::uint32_t nodes) {
  std::vector<std::vector<std::uint32_t>> out;
  std::vector<bool> is_named(nodes);
  for (const std::string& group : arguments.groups) {
    auto& members = out.emplace_back();
    for (std::size_t at = 0; at <= group.size();) {
      const std::size_t end = std::min(group.find(',', at), group.size());
      const auto node = from_decimal(group.substr(at, end - at));
      if (!node) return usage("bad_group", "\"" + group + "\": wanted are numbers of nodes with commas, such as 0,1");
      if (*node >= nodes)
        return fail(
            Failure{kUsage, "unknown_node",
                    "there is no node " + to_decimal(*node) + ": the nodes are 0 to " + std::to_string(nodes - 1),
                    "aetherctl devnet status lists the nodes"});
      const auto index = static_cast<std::uint32_t>(*node);
      if (is_named[index]) return usage("bad_group", "node " + std::to_string(index) + " is named twice");
      is_named[index] = true;
      members.push_back(index);
      at = end + 1;
    }
  }
  return out;
}

CommandResult show(const devnet::Devnet& net) {
  CLI_TRY(const auto rules, net.faults());
  return Output{text_of(rules), json::object{{"dir", net.directory().string()}, {"faults", json_of(rules)}}};
}

CommandResult set_partition(const Arguments& arguments) {
  AETHER_TRY(auto net, open_devnet(arguments, devnet::Use::change));
  CLI_TRY(auto rules, net.faults());
  AETHER_TRY(const auto groups, read_groups(arguments, net.plan().nodes));
  rules.partition(groups, net.plan().nodes);
  CLI_CHECK(net.set_faults(rules));
  return show(net);
}

}  // namespace

Result<void, Failure> change_faults(const Arguments& arguments, devnet::Devnet& net) {
  CLI_TRY(auto rules, net.faults());
  const bool is_one = arguments.from_node && arguments.to_node;
  const faults::Direction direction{arguments.from_node.value_or(0), arguments.to_node.value_or(0)};
  if (is_one &&
      (std::max(direction.first, direction.second) >= net.plan().nodes || direction.first == direction.second))
    return usage("unknown_node", "--from and --to name two nodes of 0 to " + std::to_string(net.plan().nodes - 1));
  faults::Faults wanted = is_one ? rules.of(direction) : rules.all;
  if (arguments.delay_ms) wanted.delay_us = *arguments.delay_ms * 1'000;
  if (arguments.jitter_ms) wanted.jitter_us = *arguments.jitter_ms * 1'000;
  AETHER_CHECK(read_share("--loss", arguments.loss, wanted.loss_ppm));
  AETHER_CHECK(read_share("--reorder", arguments.reorder, wanted.reorder_ppm));
  AETHER_CHECK(read_share("--duplicate", arguments.duplicate, wanted.duplicate_ppm));
  if (!is_valid(wanted)) return usage("bad_jitter", "the jitter is more than the delay");
  if (is_one) {
    rules.links[direction] = wanted;
  } else {
    rules.all = wanted;
    rules.links.clear();
  }
  rules.seed = arguments.seed.value_or(rules.seed);
  CLI_CHECK(net.set_faults(rules));
  return {};
}

std::string text_of(const faults::Rules& rules) {
  std::string out = "faults  " + link_text(rules.all) + "\n";
  for (const auto& [direction, faults] : rules.links)
    out += "  " + direction_text(direction) + "   " + link_text(faults) + "\n";
  if (rules.cuts.empty()) return out;
  out += "cut    ";
  for (const auto& direction : rules.cuts) out += " " + direction_text(direction);
  return out + "\n";
}

json::value json_of(const faults::Rules& rules) {
  json::array links, cuts;
  for (const auto& [direction, faults] : rules.links) {
    json::object link = link_json(faults);
    link.emplace("from", direction.first);
    link.emplace("to", direction.second);
    links.push_back(std::move(link));
  }
  for (const auto& [from, to] : rules.cuts) cuts.push_back(json::object{{"from", from}, {"to", to}});
  return json::object{
      {"seed", rules.seed}, {"all", link_json(rules.all)}, {"links", std::move(links)}, {"cuts", std::move(cuts)}};
}

CommandResult devnet_faults(const Arguments& arguments) {
  AETHER_TRY(auto net, open_devnet(arguments, devnet::Use::change));
  if (asks_for_faults(arguments)) AETHER_CHECK(change_faults(arguments, net));
  return show(net);
}

CommandResult devnet_partition(const Arguments& arguments) { return set_partition(arguments); }

// A partition without groups.
CommandResult devnet_heal(const Arguments& arguments) { return set_partition(arguments); }

}  // namespace aether::cli

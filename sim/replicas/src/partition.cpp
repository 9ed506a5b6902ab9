#include "aether/replicas/partition.hpp"

#include <sstream>

namespace aether::sim {

namespace {

constexpr Micros kSecond = 1'000'000;
constexpr Micros kPatience = 120 * kSecond;

std::string hex(const Hash& hash) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out = "0x";
  for (const std::uint8_t byte : hash.bytes) out += {kDigits[byte >> 4], kDigits[byte & 15]};
  return out;
}

std::uint64_t ms(Micros us) { return us / 1'000; }

}  // namespace

PartitionStory tell_partition(std::uint64_t seed, std::size_t validators, Micros cut_us) {
  ReplicaOptions options;
  options.seed = seed;
  options.validators = validators;
  ReplicaNetwork network(options);
  PartitionStory story;
  story.validators = validators;
  story.seed = seed;
  story.cut_us = cut_us;
  const auto wait = [&](const std::function<bool()>& done) {
    const bool came = network.run_until(network.now() + kPatience, done);
    if (!came && !story.violation) story.violation = "what must become final does not";
  };
  network.start();
  network.load();
  wait([&] { return network.lowest_final() >= Slot{10}; });

  std::vector<int> halves(validators);
  for (std::size_t i = 0; i < validators; ++i) halves[i] = i < validators / 2 ? 0 : 1;
  const Micros cut_at = network.now();
  network.partition(halves);
  story.final_at_cut = network.highest_final();
  const std::uint64_t sent = network.sent();
  network.run_until(cut_at + cut_us / 2);
  network.crash(0);
  network.run_until(cut_at + cut_us / 2 + kSecond);
  network.boot(0);
  network.run_until(cut_at + cut_us);
  story.final_at_heal = network.highest_final();
  story.sent_cut = network.sent() - sent;

  const Micros healed_at = network.now();
  network.calm();
  wait([&] { return network.highest_final() > story.final_at_heal; });
  story.first_final_us = network.now() - healed_at;
  wait([&] { return network.all_final(); });
  story.all_final_us = network.now() - healed_at;
  story.final_slot = network.lowest_final();
  story.transactions = network.sent();
  for (std::size_t i = 0; i < validators; ++i)
    story.state_roots.push_back(network.node(i).chain().at(story.final_slot).state_root);
  if (network.report().violation) story.violation = network.report().violation;
  return story;
}

std::string to_text(const PartitionStory& story) {
  std::ostringstream out;
  out << story.validators << " simulated validators under load, seed " << story.seed << '\n'
      << "cut       into halves after final slot " << story.final_at_cut.raw() << ", for " << ms(story.cut_us)
      << " ms of virtual time; " << story.sent_cut << " transactions sent meanwhile, one node loses its memory\n"
      << "healed    final slot was " << story.final_at_heal.raw() << "; the next one after " << ms(story.first_final_us)
      << " ms, every transaction at every node after " << ms(story.all_final_us) << " ms\n"
      << "end       slot " << story.final_slot.raw() << ", " << story.transactions
      << " transactions, each final once\n";
  for (std::size_t i = 0; i < story.state_roots.size(); ++i)
    out << "node " << i << "    state root " << hex(story.state_roots[i]) << '\n';
  if (story.violation) out << "VIOLATION " << *story.violation << '\n';
  return out.str();
}

std::string to_json(const PartitionStory& story) {
  std::ostringstream out;
  out << "{\"validators\":" << story.validators << ",\"seed\":" << story.seed
      << ",\"final_at_cut\":" << story.final_at_cut.raw() << ",\"final_at_heal\":" << story.final_at_heal.raw()
      << ",\"cut_ms\":" << ms(story.cut_us) << ",\"sent_cut\":" << story.sent_cut
      << ",\"first_final_ms\":" << ms(story.first_final_us) << ",\"all_final_ms\":" << ms(story.all_final_us)
      << ",\"final_slot\":" << story.final_slot.raw() << ",\"transactions\":" << story.transactions
      << ",\"state_roots\":[";
  for (std::size_t i = 0; i < story.state_roots.size(); ++i)
    out << (i > 0 ? "," : "") << '"' << hex(story.state_roots[i]) << '"';
  out << "],\"violation\":" << (story.violation ? '"' + *story.violation + '"' : "null") << "}\n";
  return out.str();
}

}  // namespace aether::sim

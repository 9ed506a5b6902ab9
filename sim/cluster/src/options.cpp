#include "aether/cluster/options.hpp"

namespace aether::sim {

Options draw_options(std::uint64_t seed) {
  Random random(mix(seed) ^ 0x6f7074696f6e73);
  Options options{.seed = seed};
  constexpr std::array<std::size_t, 8> kSizes{4, 4, 4, 4, 5, 5, 7, 10};
  options.validators = kSizes[random.below(kSizes.size())];
  options.real_keys = random.below(8) == 0;
  if (options.real_keys) options.validators = std::min<std::size_t>(options.validators, 5);
  options.equal_weights = random.below(2) == 0;

  for (std::size_t i = 0; i < kFaultKinds; ++i)
    options.faults.set(static_cast<FaultKind>(i),
                       random.below(is_of_validators(static_cast<FaultKind>(i)) ? 4 : 3) == 0);
  options.faulty = random.below((options.validators + 2) / 3);
  options.nodes = options.validators;
  if (options.faults.has(FaultKind::changing_sets)) options.nodes += random.between(1, 2);

  constexpr std::array<std::uint64_t, 4> kEpochs{30, 60, 60, 90};
  options.epoch_slots = kEpochs[random.below(kEpochs.size())];
  constexpr std::array<std::uint64_t, 8> kSlots{0, 300, 500, 500, 1'000, 1'000, 1'000, 2'000};
  options.slot_ms = kSlots[random.below(kSlots.size())];
  options.latency_us = random.between(5'000, 100'000);
  options.jitter_us = options.latency_us / random.between(2, 10);
  options.delta_us_min = 2 * options.latency_us + 20'000;
  options.fsync_us = random.between(500, 10'000);
  options.execute_us = random.between(500, 20'000);
  options.duration_us = (options.validators <= 5 ? 360 : 300) * kMillion;
  if (options.slot_ms == 0) options.duration_us = 60 * kMillion, options.chaos_us = 20 * kMillion;
  if (options.real_keys) options.duration_us = 20 * kMillion, options.chaos_us = 10 * kMillion;
  if (random.below(4) == 0) options.unfinal_slots_max = 8;
  return options;
}

}  // namespace aether::sim

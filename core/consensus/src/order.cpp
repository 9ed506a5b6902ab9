#include "aether/consensus/order.hpp"

#include <algorithm>

namespace aether::consensus {

namespace {

struct FallbackDraw {
  Hash randomness;
  Slot slot;
  std::uint64_t position = 0;

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("randomness", self.randomness);
    visit("slot", self.slot);
    visit("position", self.position);
  }
};

// The hash as a big-endian number, modulo `modulus` > 0.
u128 reduce(const Hash& hash, u128 modulus) {
  constexpr u128 kTop = u128{1} << 127;
  u128 rest = 0;
  if (modulus >> 64 == 0) {  // usually: 64 bits at a time
    for (std::size_t at = 0; at < hash.bytes.size(); at += 8) {
      std::uint64_t word = 0;
      for (std::size_t i = at; i < at + 8; ++i) word = word << 8 | hash.bytes[i];
      rest = (rest << 64 | word) % modulus;
    }
    return rest;
  }
  for (const std::uint8_t byte : hash.bytes) {
    for (int bit = 7; bit >= 0; --bit) {
      const bool carries = (rest & kTop) != 0;
      rest = (rest << 1) | (byte >> bit & 1u);
      if (carries || rest >= modulus) rest -= modulus;  // 2·rest + 1 < 2·modulus, so once is enough
    }
  }
  return rest;
}

}  // namespace

std::vector<ValidatorIndex> fallback_order(const Epoch& epoch, Slot slot) {
  const ValidatorSet& set = *epoch.validators;
  const crypto::Tag tag(kFallbackTag);
  std::vector<ValidatorIndex> left(set.size());
  for (std::size_t i = 0; i < left.size(); ++i) left[i] = static_cast<ValidatorIndex>(i);
  std::vector<ValidatorIndex> order;
  order.reserve(left.size());
  u128 weight = set.total();
  for (std::uint64_t position = 0; !left.empty(); ++position) {
    u128 ticket = reduce(tag(codec::encode(FallbackDraw{epoch.randomness, slot, position})), weight);
    auto at = left.begin();
    while (ticket >= set.at(*at).weight) ticket -= set.at(*at++).weight;
    weight -= set.at(*at).weight;
    order.push_back(*at);
    left.erase(at);
  }
  return order;
}

Draw draw_of(const crypto::VrfOutput& output, const ValidatorSet& set, ValidatorIndex validator) {
  Draw draw{{}, set.at(validator).weight, validator};
  std::copy_n(output.begin(), draw.draw.bytes.size(), draw.draw.bytes.begin());
  return draw;
}

SlotOrder::SlotOrder(const Epoch& epoch, Slot slot, std::vector<Draw> held)
    : total_(epoch.validators->total()), held_(std::move(held)), position_(epoch.validators->size()) {
  std::ranges::sort(held_, stands_before);
  const auto order = fallback_order(epoch, slot);
  for (std::size_t i = 0; i < order.size(); ++i) position_[order[i]] = static_cast<std::uint16_t>(i);
}

bool SlotOrder::before(const Draw& a, const Draw& b) const {
  const bool first = is_eligible(a, total_);
  if (first != is_eligible(b, total_)) return first;
  return first ? stands_before(a, b) : position_[a.validator] < position_[b.validator];
}

std::uint64_t SlotOrder::delay(const Draw& draw) const {
  if (is_eligible(draw, total_))
    return static_cast<std::uint64_t>(
        std::ranges::count_if(held_, [&](const Draw& held) { return stands_before(held, draw); }));
  const auto holders_before = std::ranges::count_if(
      held_, [&](const Draw& held) { return position_[held.validator] < position_[draw.validator]; });
  return held_.size() + position_[draw.validator] - static_cast<std::uint64_t>(holders_before);
}

}  // namespace aether::consensus

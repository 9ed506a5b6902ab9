// The instructions of the program `rent` (spec/rent.md).
#pragma once

#include "aether/programs/instructions.hpp"

namespace aether::programs {

// Raises the object's deposit to `amount`, as its payer from then on.
struct Fund {
  ObjectId object;
  Amount amount = 0;

  bool operator==(const Fund&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("object", self.object);
    visit("amount", self.amount);
  }
};

// Replaces an object whose deposit is used up by its hash, for a fee out of the rent drawn.
struct Prune {
  ObjectId object;

  bool operator==(const Prune&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("object", self.object);
  }
};

// Puts a pruned object back, for a new deposit.
struct Restore {
  ObjectId object;
  codec::Blob<limits::kCallDataBytesMax> value;

  bool operator==(const Restore&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("object", self.object);
    visit("value", self.value);
  }
};

using RentInstruction = std::variant<Fund, Prune, Restore>;

[[nodiscard]] Hash rent_program_id();
[[nodiscard]] Call make_call(const RentInstruction& instruction);
[[nodiscard]] AccessSets access_sets(const RentInstruction& instruction);

}  // namespace aether::programs

namespace aether::codec {
template <>
inline constexpr auto variant_names<programs::RentInstruction> =
    std::array<std::string_view, 3>{"fund", "prune", "restore"};
}  // namespace aether::codec

// The instructions of the program `stake` (spec/stake.md).
#pragma once

#include "aether/programs/instructions.hpp"
#include "aether/types/stake.hpp"

namespace aether::programs {

// A new KES key of the sender, who is a validator: fresh, in period 0. It signs from the epoch after the next on; until
// then the old one does.
struct RenewKes {
  crypto::KesPublicKey kes_key{};
  crypto::KesSignature kes_proof{};  // of its possession (types/registration.hpp)

  bool operator==(const RenewKes&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("kes_key", self.kes_key);
    visit("kes_proof", self.kes_proof);
  }
};

using StakeInstruction = std::variant<RenewKes>;

[[nodiscard]] Hash stake_program_id();
[[nodiscard]] Call make_call(const StakeInstruction& instruction);
[[nodiscard]] AccessSets access_sets(const StakeInstruction& instruction, const Address& sender);

}  // namespace aether::programs

namespace aether::codec {
template <>
inline constexpr auto variant_names<programs::StakeInstruction> = std::array<std::string_view, 1>{"renew_kes"};
}  // namespace aether::codec

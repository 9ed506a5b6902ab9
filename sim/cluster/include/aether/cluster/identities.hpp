// Validators with real keys, made from numbers and kept, since they are dear; and sets of them.
#pragma once

#include <map>
#include <memory>

#include "aether/types/validator_set.hpp"

namespace aether::sim {

inline constexpr ChainId kChain{7};

class Identities {
 public:
  // The validator of a number, with weight 0. `kes`: also its KES key, which ideal signatures do without.
  [[nodiscard]] const Validator& validator(std::uint32_t number, bool kes);
  [[nodiscard]] static ValidatorSecrets secrets(std::uint32_t number);

 private:
  std::map<std::uint32_t, Validator> made_;
};

struct Member {
  std::uint32_t number = 0;
  u128 weight = 0;
};

[[nodiscard]] std::shared_ptr<const ValidatorSet> make_set(Identities& identities, std::uint64_t epoch,
                                                           const std::vector<Member>& members, bool kes);

}  // namespace aether::sim

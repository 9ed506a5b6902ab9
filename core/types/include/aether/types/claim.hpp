// Claims to a slot (protocol section 7): the VRF output of a validator for the epoch's randomness and the slot, who may
// propose by it, and in which order. All comparisons are exact, in integers of up to 512 bits.
#pragma once

#include "aether/types/validator_set.hpp"

namespace aether {

inline constexpr std::string_view kVrfTag = "aether/vrf";

// What the claims of a slot are drawn from.
struct Lottery {
  ChainId chain_id;
  Hash randomness;  // η of the slot's epoch
  Slot slot;

  bool operator==(const Lottery&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("chain_id", self.chain_id);
    visit("randomness", self.randomness);
    visit("slot", self.slot);
  }
};

// alpha = H("aether/vrf", chain id ‖ η ‖ slot).
[[nodiscard]] Hash vrf_alpha(const Lottery& lottery);

// Makes a batch of claims cheap (crypto::VrfHint); it proves nothing, and no hash or signature covers it.
struct ClaimHint {
  std::array<std::uint8_t, 32> gamma{}, u{}, v{};

  bool operator==(const ClaimHint&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("gamma", self.gamma);
    visit("u", self.u);
    visit("v", self.v);
  }
};

struct Claim {
  Slot slot;
  ValidatorIndex validator = 0;  // in the set of the slot
  crypto::VrfProof proof{};
  std::optional<ClaimHint> hint = std::nullopt;

  bool operator==(const Claim&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("slot", self.slot);
    visit("validator", self.validator);
    visit("proof", self.proof);
    visit("hint", self.hint);
  }
};

template <>
struct Facts<Claim> {
  crypto::VrfOutput output{};  // beta
  Hash draw;                   // U: the output's first 32 bytes, as a big-endian number
};

enum class ClaimError : std::uint8_t {
  other_slot,
  unknown_validator,  // an index at or past the set's size
  bad_gamma,          // not the canonical encoding of a point
  bad_scalar,         // not below the group's order
  wrong_proof,        // of another input or another key
};
[[nodiscard]] std::string_view to_string(ClaimError error);

[[nodiscard]] Claim make_claim(const Lottery& lottery, ValidatorIndex validator, const crypto::Seed& vrf);

[[nodiscard]] Result<Verified<Claim>, ClaimError> verify_claim(Unverified<Claim> claim, const Lottery& lottery,
                                                               const ValidatorSet& set);

// out[i] = verify_claim(claims[i], lottery, set), for less where hints are right.
[[nodiscard]] std::vector<Result<Verified<Claim>, ClaimError>> verify_claims(std::span<const Claim> claims,
                                                                             const Lottery& lottery,
                                                                             const ValidatorSet& set,
                                                                             const CpuFeatures& cpu, TaskPool& pool);

// A draw with the stake that it is measured by.
struct Draw {
  Hash draw;
  u128 stake = 0;
  ValidatorIndex validator = 0;
};

// 5·U·total < 4·stake·2^256: τ = 4/5 proposers a slot on average.
[[nodiscard]] bool is_eligible(const Draw& draw, u128 total);

// Whether a stands before b: by U / stake, ties by index.
[[nodiscard]] bool stands_before(const Draw& a, const Draw& b);

}  // namespace aether

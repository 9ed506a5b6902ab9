// The rent of an object: request and answer (spec/rent.md).
#pragma once

#include "aether/api/methods.hpp"
#include "aether/ledger/rent.hpp"

namespace aether::api {

enum class RentStatus : std::uint8_t {
  unrented,   // its kind pays no rent, or the chain takes none
  absent,     // there is no such object
  exempt,     // the deposit is only held
  paid,       // rent is drawn, and the deposit pays for the epoch
  exhausted,  // the deposit does not: anyone may prune it
  pruned,     // its bytes restore it
};

struct GetRentAnswer {
  BlockRef at;
  std::uint64_t epoch = 0;  // of the next block, in which all of this is meant
  RentStatus status = RentStatus::absent;
  std::optional<ledger::Deposit> deposit;  // as the state has it
  std::optional<Amount> left;              // of it, once the rent that is due is drawn
  std::optional<Amount> per_epoch;         // the object's rent
  std::optional<Slot> exhausted_from;      // unless it is exempt
  std::optional<ledger::Pruned> pruned;

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("at", self.at);
    visit("epoch", self.epoch);
    visit("status", self.status);
    visit("deposit", self.deposit);
    visit("left", self.left);
    visit("per_epoch", self.per_epoch);
    visit("exhausted_from", self.exhausted_from);
    visit("pruned", self.pruned);
  }
};
struct GetRent {
  using Answer = GetRentAnswer;
  static constexpr std::string_view kMethod = "aeth_getRent";
  static constexpr std::string_view kSummary =
      "The deposit of an object and how long it lasts; or the hash and size of an object that was pruned";
  ObjectId object;

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("object", self.object);
  }
};

}  // namespace aether::api

namespace aether::codec {
template <>
inline constexpr auto enum_names<api::RentStatus> =
    std::array<std::string_view, 6>{"unrented", "absent", "exempt", "paid", "exhausted", "pruned"};
}  // namespace aether::codec

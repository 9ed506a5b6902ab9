// The fault atlas: what can go wrong in a cluster, and how often it did. Who is faulty has less than a third of the
// weight in every epoch, except where a scenario says otherwise; everything else happens to anybody.
//
// "Mattered" means that something went another way because of the fault: a lost, cut or delayed message was of a slot
// that its receiver had not left, one that queued at a narrow uplink would have come in time and did not, a copy made
// its receiver do something, a crash was between the first vote in a slot and its end, an honest node got a certificate
// later than with the vote that was withheld from it, a header had to wait for a slow execution or for a wrong clock, a
// block whose data was withheld had to be fetched or lost its slot; a lie was blamed, a vote or a header convicted its
// signer, some honest nodes held a claim when they started its slot and some did not, a clock drifted by more than a
// message takes.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace aether::sim {

enum class FaultKind : std::uint8_t {
  // of the network
  loss,
  duplication,
  reorder,
  partition,
  one_way_cut,
  clog,
  narrow_uplink,
  // of machines
  crash,
  power_failure,
  lost_write,
  torn_write,
  lost_record,
  pause,
  clock_drift,
  clock_step,
  slow_execution,
  // of validators: these are faulty
  silent,
  equivocate,
  lie,
  vote_for_anything,
  vote_to_one,
  withhold_votes,
  withhold_data,
  late_claims,
  claims_to_half,
  drip_claims,
  impatient,
  bad_signatures,
  spam,
  forged_votes,
  twin,
  // no fault at all, but it must not become one
  changing_sets,
};
inline constexpr std::size_t kFaultKinds = static_cast<std::size_t>(FaultKind::changing_sets) + 1;

[[nodiscard]] std::string_view to_string(FaultKind kind);
[[nodiscard]] constexpr bool is_of_validators(FaultKind kind) {
  return kind >= FaultKind::silent && kind <= FaultKind::twin;
}

class FaultSet {
 public:
  constexpr FaultSet() = default;
  constexpr bool has(FaultKind kind) const { return (bits_ >> index(kind) & 1) != 0; }
  constexpr void set(FaultKind kind, bool on) {
    const std::uint64_t bit = std::uint64_t{1} << index(kind);
    bits_ = on ? bits_ | bit : bits_ & ~bit;
  }
  constexpr bool empty() const { return bits_ == 0; }
  bool operator==(const FaultSet&) const = default;

 private:
  static constexpr unsigned index(FaultKind kind) { return static_cast<unsigned>(kind); }
  std::uint64_t bits_ = 0;
};

struct FaultCounts {
  std::array<std::uint64_t, kFaultKinds> applied{};
  std::array<std::uint64_t, kFaultKinds> mattered{};

  void count(FaultKind kind, bool did_matter) {
    ++applied[static_cast<std::size_t>(kind)];
    if (did_matter) ++mattered[static_cast<std::size_t>(kind)];
  }
  void matter(FaultKind kind) { ++mattered[static_cast<std::size_t>(kind)]; }
  FaultCounts& operator+=(const FaultCounts& other) {
    for (std::size_t i = 0; i < kFaultKinds; ++i) applied[i] += other.applied[i], mattered[i] += other.mattered[i];
    return *this;
  }
};

// What runs came to, faults or not: who attacks must get there.
enum class Situation : std::uint8_t {
  two_certificates,     // two blocks of a slot have C1
  several_prevotes,     // a validator prevoted more than one block of a slot
  slots_jumped,         // a node left a slot by a later one's certificate
  final_by_descendant,  // a block became final without a C2 of its own
  headers_convicted,    // two headers of a proposer were noticed
  votes_convicted,      // … or two votes
  epoch_waited,         // an epoch did not begin, as nothing was final
  set_entered,          // an epoch with another set than the one before began
  empty_block,          // too long without finality for transactions
  delta_grown,          // a slot began with a longer Δ
  block_fetched,        // a certified block was missing
  block_forgotten,      // a block lost
};
inline constexpr std::size_t kSituations = static_cast<std::size_t>(Situation::block_forgotten) + 1;
[[nodiscard]] std::string_view to_string(Situation situation);

struct SituationCounts {
  std::array<std::uint64_t, kSituations> reached{};

  void count(Situation situation, bool is_reached = true) {
    if (is_reached) ++reached[static_cast<std::size_t>(situation)];
  }
  SituationCounts& operator+=(const SituationCounts& other) {
    for (std::size_t i = 0; i < kSituations; ++i) reached[i] += other.reached[i];
    return *this;
  }
};

}  // namespace aether::sim

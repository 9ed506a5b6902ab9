// What faulty validators of a network of whole nodes do, and how often it came to something.
//
// "Mattered": a false, hidden or withheld block of its own was the best of its slot to an honest node, or to itself,
// and another one became final, or honest nodes had to ask for its shreds; two blocks or votes of a slot burned the
// stake of who signed them; a message was blamed on who sent it; a claim came to a node that had started its slot; a
// false answer came to a node that was behind; what was said again, boasted or asked for nothing made who heard it do
// something.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace aether::sim {

enum class Misdeed : std::uint8_t {
  // its blocks
  two_blocks,          // two valid ones of a slot, each to a part of the others
  wrong_state,         // its header names another state than the parent left
  wrong_transactions,  // … other transactions than its shreds hold
  forged_signature,    // a transaction that its sender did not sign
  too_much_gas,        // more than a block may use
  spent_twice,         // one transaction, twice
  false_evidence,      // a pair that convicts nobody
  false_attendance,    // votes that nobody cast, or a certificate that names others than its signers
  wrong_encoding,      // its shreds, which some get, are no encoding; others get it whole, when they catch up
  no_block,            // its shreds are the encoding of what is no block
  hidden_block,        // nobody gets it
  withheld_shreds,     // all, some, or all but just enough
  // everything else
  lost_relays,     // it passes on no shreds of others, or damaged ones
  corrupt_shreds,  // bytes, path, place or length of those that it sends are others
  two_votes,       // a second precommit in a slot
  late_claims,
  garbled,          // what it says, with some bytes changed
  replayed,         // what it said or heard, again, much later
  boasts,           // a certificate of a slot that nobody has reached
  false_replies,    // to who catches up: nothing, gaps, other blocks
  forged_gossip,    // transactions that nobody signed
  empty_questions,  // for shreds, blocks and ranges that it does not need
};
inline constexpr std::size_t kMisdeeds = static_cast<std::size_t>(Misdeed::empty_questions) + 1;
[[nodiscard]] std::string_view to_string(Misdeed misdeed);

[[nodiscard]] constexpr bool is_of_own_block(Misdeed misdeed) { return misdeed <= Misdeed::withheld_shreds; }
// No honest node may hold such a block to be valid.
[[nodiscard]] constexpr bool is_of_invalid_block(Misdeed misdeed) {
  return misdeed >= Misdeed::wrong_state && misdeed <= Misdeed::no_block;
}

class Misdeeds {
 public:
  constexpr Misdeeds() = default;
  [[nodiscard]] static constexpr Misdeeds all() {
    Misdeeds out;
    out.bits_ = (std::uint32_t{1} << kMisdeeds) - 1;
    return out;
  }
  [[nodiscard]] constexpr bool has(Misdeed misdeed) const { return (bits_ >> static_cast<unsigned>(misdeed) & 1) != 0; }
  constexpr Misdeeds& set(Misdeed misdeed, bool on = true) {
    const std::uint32_t bit = std::uint32_t{1} << static_cast<unsigned>(misdeed);
    bits_ = on ? bits_ | bit : bits_ & ~bit;
    return *this;
  }

 private:
  std::uint32_t bits_ = 0;
};

struct MisdeedCounts {
  std::array<std::uint64_t, kMisdeeds> done{};
  std::array<std::uint64_t, kMisdeeds> mattered{};

  void count(Misdeed misdeed) { ++done[static_cast<std::size_t>(misdeed)]; }
  void matter(Misdeed misdeed) { ++mattered[static_cast<std::size_t>(misdeed)]; }
  MisdeedCounts& operator+=(const MisdeedCounts& other) {
    for (std::size_t i = 0; i < kMisdeeds; ++i) done[i] += other.done[i], mattered[i] += other.mattered[i];
    return *this;
  }
};

}  // namespace aether::sim

// Evidence of offences (protocol section 7, "Slashing"): two messages that no honest validator signs both.
//
//   headers  two headers of one proposer and slot whose signed contents differ
//   votes    a precommit for a block, and a prevote or precommit for another one of the same slot
//
// A certificate is a message of each of its signers. So two certificates convict all who are in both bitmaps, and
// nobody else. Each pair has one order, so that one offence has not two encodings. Everything is checked against the
// set of the slot's epoch.
#pragma once

#include "aether/types/header.hpp"

namespace aether {

inline constexpr std::string_view kEvidenceTag = "aether/evidence";

struct HeaderPair {
  Header first;  // the one with the lower hash
  Header second;

  bool operator==(const HeaderPair&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("first", self.first);
    visit("second", self.second);
  }
};

using VoteStatement = std::variant<Vote, PrevoteCertificate, PrecommitCertificate>;

struct VotePair {
  VoteStatement precommit;  // where both are precommits, the one with the lower block hash
  VoteStatement other;

  bool operator==(const VotePair&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("precommit", self.precommit);
    visit("other", self.other);
  }
};

using Evidence = std::variant<HeaderPair, VotePair>;

// A validator is punished once for each kind in a slot.
enum class Offence : std::uint8_t { headers, votes };

enum class PairError : std::uint8_t {
  other_slot,
  other_proposer,
  same_contents,  // one header, whatever its signatures
  same_block,     // votes for one block
  not_ordered,
  no_precommit,  // the first vote is none
  nobody_in_both,
};
[[nodiscard]] std::string_view to_string(PairError error);

// What is wrong with the pair, with a header, or with a vote.
using EvidenceError = std::variant<PairError, SealError, VoteError>;
[[nodiscard]] std::string_view to_string(const EvidenceError& error);

template <>
struct Facts<Evidence> {
  Offence offence = Offence::headers;
  Slot slot;
  std::vector<ValidatorIndex> offenders;  // ascending, at least one
};

// What it says of itself; nothing of that is verified, and a pair that names nobody has no offenders.
[[nodiscard]] Facts<Evidence> claimed_facts(const Evidence& evidence);

// H("aether/evidence", chain id ‖ evidence).
[[nodiscard]] Hash evidence_id(ChainId chain, const Evidence& evidence);

// `verifier` is for the chain and the set of the slot's epoch.
[[nodiscard]] Result<Verified<Evidence>, EvidenceError> verify_evidence(Unverified<Evidence> evidence,
                                                                        CertificateVerifier& verifier);

// The pairs in their order, from two messages in any.
[[nodiscard]] Evidence header_evidence(Header a, Header b);
[[nodiscard]] Evidence vote_evidence(VoteStatement a, VoteStatement b);

}  // namespace aether

namespace aether::codec {
template <>
inline constexpr auto variant_names<VoteStatement> =
    std::array<std::string_view, 3>{"vote", "prevote_certificate", "precommit_certificate"};
template <>
inline constexpr auto variant_names<Evidence> = std::array<std::string_view, 2>{"headers", "votes"};
template <>
inline constexpr auto enum_names<Offence> = std::array<std::string_view, 2>{"headers", "votes"};
}  // namespace aether::codec

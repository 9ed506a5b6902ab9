// Votes (protocol section 7). What is signed is (chain id, kind, slot, block hash), with a tag of the kind and no
// signer in it, so all votes for a block are signatures of one message and add up to a certificate.
#pragma once

#include <deque>

#include "aether/types/validator_set.hpp"

namespace aether {

inline constexpr std::string_view kPrevoteTag = "aether/prevote";
inline constexpr std::string_view kPrecommitTag = "aether/precommit";

enum class VoteKind : std::uint8_t { prevote, precommit };

constexpr std::string_view vote_tag(VoteKind kind) { return kind == VoteKind::prevote ? kPrevoteTag : kPrecommitTag; }

struct VoteBody {
  ChainId chain_id;
  VoteKind kind = VoteKind::prevote;
  Slot slot;
  Hash block;

  bool operator==(const VoteBody&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("chain_id", self.chain_id);
    visit("kind", self.kind);
    visit("slot", self.slot);
    visit("block", self.block);
  }
};

struct Vote {
  VoteBody body;
  ValidatorIndex signer = 0;  // in the set of the slot
  crypto::BlsSignatureBytes signature{};

  bool operator==(const Vote&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    VoteBody::fields(self.body, visit);
    visit("signer", self.signer);
    visit("signature", self.signature);
  }
};

// Why a vote, a certificate or an aggregate counts for nothing.
enum class VoteError : std::uint8_t {
  other_chain,
  other_vote,        // of another kind, slot or block than the tally's
  unknown_signer,    // an index at or past the set's size
  duplicate_signer,  // counted before
  bitmap_length,     // not ⌈validators / 8⌉ bytes
  excess_bits,       // in the bitmap, past the last validator
  no_signers,
  no_quorum,      // 3·weight ≤ 2·total
  bad_encoding,   // the flags of a compressed point
  not_canonical,  // a coordinate ≥ p
  not_on_curve,
  wrong_subgroup,
  infinity,       // as a signature
  keys_cancel,    // the signers' keys add up to infinity
  bad_signature,  // of another message or by other keys
};
[[nodiscard]] std::string_view to_string(VoteError error);

template <>
struct Facts<Vote> {
  Hash id;
  u128 weight = 0;  // the signer's
};

[[nodiscard]] Hash vote_id(const VoteBody& body);
[[nodiscard]] crypto::BlsMessage vote_message(const VoteBody& body);
[[nodiscard]] Vote sign_vote(const VoteBody& body, ValidatorIndex signer, const crypto::BlsSecretKey& key);

// The messages of the last votes: to hash one to the curve is half of what its signature costs, and signing, counting
// and certificates need the same ones. Not for use by several threads at once.
class VoteMessages {
 public:
  // vote_message(body). The reference holds until the next call.
  [[nodiscard]] const crypto::BlsMessage& of(const VoteBody& body);

 private:
  static constexpr std::size_t kKept = 16;                     // two kinds of two blocks, of four slots
  std::deque<std::pair<VoteBody, crypto::BlsMessage>> known_;  // the newest last
};
// The same as without `messages`.
[[nodiscard]] Vote sign_vote(const VoteBody& body, ValidatorIndex signer, const crypto::BlsSecretKey& key,
                             VoteMessages& messages);

// One vote by itself. Many cost less in a VoteTally.
[[nodiscard]] Result<Verified<Vote>, VoteError> verify_vote(Unverified<Vote> vote, ChainId chain,
                                                            const ValidatorSet& set);

}  // namespace aether

namespace aether::codec {
template <>
inline constexpr auto enum_names<VoteKind> = std::array<std::string_view, 2>{"prevote", "precommit"};
}  // namespace aether::codec

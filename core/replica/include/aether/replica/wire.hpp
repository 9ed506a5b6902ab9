// What replicas send each other. A message has one canonical form; its kind is the variant's tag, and a kind never
// changes its tag or its fields: what changes gets a new kind.
#pragma once

#include "aether/consensus/events.hpp"
#include "aether/dissem/dissemination.hpp"
#include "aether/sync/snapshot_requests.hpp"

namespace aether::replica {

inline constexpr std::size_t kGossipTransactionsMax = 256;

// Transactions on their way into pools.
struct Transactions {
  codec::List<Transaction, kGossipTransactionsMax> transactions;

  bool operator==(const Transactions&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("transactions", self.transactions);
  }
};

// A header, or a block that is small enough to go with its header: nobody has to wait for its shreds.
using NetMessage =
    std::variant<Header, Vote, Claim, PrevoteCertificate, PrecommitCertificate, Shred, dissem::ShredRequest,
                 sync::BranchRequest, sync::ChainRequest, sync::Reply, Transactions, sync::OffersRequest, sync::Offers,
                 sync::EpochsRequest, sync::Epochs, sync::ManifestRequest, sync::ChunkRequest, sync::Piece, Block>;
using MessagePointer = std::shared_ptr<const NetMessage>;

// Of a header, alone or with its block; null of other messages.
[[nodiscard]] const Header* header_of(const NetMessage& message);

// What a block may have beside its header to go with it: the message has the bound of votes.
inline constexpr std::size_t kBodyWithHeaderBytesMax = 4 * 1024;
static_assert(1 + limits::kHeaderBytesMax + kBodyWithHeaderBytesMax <= limits::kVoteMessageBytesMax);

// The bytes of the message with these, at most kGossipTransactionsMax.
[[nodiscard]] Bytes encoded_transactions(std::span<const IdentifiedTransaction> transactions);

// The bytes of a block that are cut into shreds: all but the header.
struct Body {
  codec::List<Transaction, limits::kBlockTransactionsMax> transactions;
  BlockEvidence evidence;

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("transactions", self.transactions);
    visit("evidence", self.evidence);
  }
};

// Whether the body is the one that the header, a validator's, names. Its shreds may be others: see shredded().
[[nodiscard]] bool fits(const Header& header, const Body& body, const CpuFeatures& cpu = {});

// The block's shreds, where they are those that its header, a validator's, names; else null.
[[nodiscard]] std::shared_ptr<const erasure::ShreddedBlock> shredded(const Block& block, const CpuFeatures& cpu);

}  // namespace aether::replica

namespace aether::codec {
template <>
inline constexpr auto variant_names<replica::NetMessage> = std::array<std::string_view, 19>{"header",
                                                                                            "vote",
                                                                                            "claim",
                                                                                            "prevote_certificate",
                                                                                            "precommit_certificate",
                                                                                            "shred",
                                                                                            "shred_request",
                                                                                            "branch_request",
                                                                                            "chain_request",
                                                                                            "reply",
                                                                                            "transactions",
                                                                                            "offers_request",
                                                                                            "offers",
                                                                                            "epochs_request",
                                                                                            "epochs",
                                                                                            "manifest_request",
                                                                                            "chunk_request",
                                                                                            "piece",
                                                                                            "block"};
}  // namespace aether::codec
